import { Column } from './columns.ts';

const SMALLEST_BLOCK = 4;
const INITIAL_BYTES = 65_536;

/**
 * Ascending lists of postings (document * 256 + counts), one per word, in one buffer: each as the distance from the
 * one before, two bytes where a word is frequent. A list that has outgrown its block moves to one half as large
 * again; the block it left is used again.
 */
export class Postings {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #end = 0;
  readonly #starts = new Column();
  readonly #used = new Column();
  readonly #blocks = new Column();
  readonly #counts = new Column();
  /** The last document of each list. */
  readonly #last = new Column();
  /** Starts of blocks that nobody uses, by size. */
  readonly #free = new Map<number, number[]>();
  #read = new Uint32Array(1_024);

  /** How many postings the list has. */
  count(list: number): number {
    return this.#counts.data[list] ?? 0;
  }

  /** `document` must not be below the last one of the list; `counts` is a byte. */
  append(list: number, document: number, counts: number): void {
    const known = this.count(list);
    const used = known === 0 ? 0 : (this.#used.data[list] as number);
    let distance = known === 0 ? document : document - (this.#last.data[list] as number);
    let at = this.#placeFor(list, used, lengthOf(distance));
    const from = at;
    while (distance > 127) {
      this.#bytes[at++] = (distance & 127) | 128;
      distance >>>= 7;
    }
    this.#bytes[at++] = distance;
    this.#bytes[at++] = counts;
    this.#used.set(list, used + at - from);
    this.#last.set(list, document);
    this.#counts.set(list, known + 1);
  }

  /** The whole list. Good until the next call. */
  read(list: number): Uint32Array {
    const count = this.count(list);
    if (this.#read.length < count) this.#read = new Uint32Array(Math.ceil(count * 1.5));
    const [bytes, read] = [this.#bytes, this.#read];
    let at = this.#starts.data[list] ?? 0;
    let document = 0;
    for (let i = 0; i < count; i++) {
      let byte = bytes[at++] as number;
      document += byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        byte = bytes[at++] as number;
        document += (byte & 127) << shift;
      }
      read[i] = document * 256 + (bytes[at++] as number);
    }
    return read.subarray(0, count);
  }

  /** Where the next `length` bytes of the list go. */
  #placeFor(list: number, used: number, length: number): number {
    const block = used === 0 ? 0 : (this.#blocks.data[list] as number);
    const start = used === 0 ? 0 : (this.#starts.data[list] as number);
    if (used + length <= block) return start + used;
    let larger = Math.max(SMALLEST_BLOCK, Math.ceil(block * 1.5));
    while (larger < used + length) larger = Math.ceil(larger * 1.5);
    const moved = this.#free.get(larger)?.pop() ?? this.#atEnd(larger);
    this.#bytes.copyWithin(moved, start, start + used);
    if (block > 0) this.#leave(start, block);
    this.#starts.set(list, moved);
    this.#blocks.set(list, larger);
    return moved + used;
  }

  #leave(start: number, block: number): void {
    const free = this.#free.get(block);
    if (free) free.push(start);
    else this.#free.set(block, [start]);
  }

  #atEnd(length: number): number {
    const start = this.#end;
    this.#end += length;
    if (this.#end > this.#bytes.length) {
      const larger = new Uint8Array(Math.ceil(this.#end * 1.25));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return start;
  }
}

/** Bytes of a posting: seven bits of the distance in each, and one for the counts. */
function lengthOf(distance: number): number {
  let length = 2;
  for (let rest = distance >>> 7; rest > 0; rest >>>= 7) length += 1;
  return length;
}
