const INITIAL_SLOTS = 1_024;
const BYTES = 16;
const UUID = 36;
const DASHES = [8, 13, 18, 23];

/**
 * The id of each slot, and the slot of each id. A UUID is sixteen bytes here and four in a hash table, where a text
 * in a map costs a hundred; ids of another form are kept as they are.
 */
export class Ids {
  #bytes = Buffer.alloc(INITIAL_SLOTS * BYTES);
  #words = wordsOf(this.#bytes);
  /** A hash table with open addresses: slot + 1, 0 = free. */
  #buckets = new Uint32Array(INITIAL_SLOTS * 2);
  #used = 0;
  readonly #odd = new Map<string, number>();
  readonly #oddBySlot = new Map<number, string>();
  readonly #asked = Buffer.alloc(BYTES);
  readonly #askedWords = wordsOf(this.#asked);

  get size(): number {
    return this.#used + this.#odd.size;
  }

  /** -1 for an id that is not there. */
  find(id: string): number {
    if (!parse(id, this.#asked, 0)) return this.#odd.get(id) ?? -1;
    const mask = this.#buckets.length - 1;
    for (let bucket = hashAt(this.#askedWords, 0) & mask; ; bucket = (bucket + 1) & mask) {
      const slot = (this.#buckets[bucket] as number) - 1;
      if (slot < 0 || this.#isAsked(slot)) return slot;
    }
  }

  /** The slot must have none, and the id must be in none. */
  set(slot: number, id: string): void {
    this.#reserve(slot);
    if (!parse(id, this.#bytes, slot * BYTES)) {
      this.#odd.set(id, slot);
      this.#oddBySlot.set(slot, id);
      return;
    }
    this.#used += 1;
    if (this.#used * 2 > this.#buckets.length) this.#spread();
    this.#buckets[this.#freeBucket(slot)] = slot + 1;
  }

  remove(slot: number): void {
    const odd = this.#oddBySlot.get(slot);
    if (odd !== undefined) {
      this.#odd.delete(odd);
      this.#oddBySlot.delete(slot);
      return;
    }
    const mask = this.#buckets.length - 1;
    let hole = hashAt(this.#words, slot) & mask;
    while (this.#buckets[hole] !== slot + 1) hole = (hole + 1) & mask;
    this.#used -= 1;
    // What was pushed on by this one moves up, so that no search ends at the hole.
    for (let next = (hole + 1) & mask; this.#buckets[next] !== 0; next = (next + 1) & mask) {
      const wanted = hashAt(this.#words, (this.#buckets[next] as number) - 1) & mask;
      if (((next - wanted) & mask) < ((next - hole) & mask)) continue;
      this.#buckets[hole] = this.#buckets[next] as number;
      hole = next;
    }
    this.#buckets[hole] = 0;
  }

  text(slot: number): string {
    const odd = this.#oddBySlot.size > 0 ? this.#oddBySlot.get(slot) : undefined;
    if (odd !== undefined) return odd;
    const hex = this.#bytes.toString('hex', slot * BYTES, (slot + 1) * BYTES);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  clear(): void {
    this.#buckets = new Uint32Array(INITIAL_SLOTS * 2);
    this.#used = 0;
    this.#odd.clear();
    this.#oddBySlot.clear();
  }

  #isAsked(slot: number): boolean {
    for (let i = 0; i < 4; i++) if (this.#words[slot * 4 + i] !== this.#askedWords[i]) return false;
    return true;
  }

  #reserve(slot: number): void {
    if ((slot + 1) * BYTES <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.ceil((slot + 1) * 1.5) * BYTES);
    this.#bytes.copy(larger);
    this.#bytes = larger;
    this.#words = wordsOf(larger);
  }

  #freeBucket(slot: number): number {
    const mask = this.#buckets.length - 1;
    let bucket = hashAt(this.#words, slot) & mask;
    while (this.#buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
    return bucket;
  }

  #spread(): void {
    const before = this.#buckets;
    this.#buckets = new Uint32Array(before.length * 2);
    for (const taken of before) if (taken > 0) this.#buckets[this.#freeBucket(taken - 1)] = taken;
  }
}

/** A buffer of `alloc` has memory of its own: it is aligned. */
function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function hashAt(words: Uint32Array, slot: number): number {
  const at = slot * 4;
  const mixed =
    (words[at] as number) ^
    Math.imul(words[at + 1] as number, 0x9e3779b1) ^
    Math.imul(words[at + 2] as number, 0x85ebca6b) ^
    Math.imul(words[at + 3] as number, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Writes the sixteen bytes; false for what would not come back as the same text. */
function parse(id: string, into: Buffer, at: number): boolean {
  if (id.length !== UUID) return false;
  let filled = at;
  for (let i = 0; i < UUID; i += 2) {
    if (DASHES.includes(i)) {
      if (id.charCodeAt(i) !== 45) return false;
      i += 1;
    }
    const [high, low] = [digit(id.charCodeAt(i)), digit(id.charCodeAt(i + 1))];
    if (high < 0 || low < 0) return false;
    into[filled++] = high * 16 + low;
  }
  return true;
}

function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}
