import { hashOf } from './chains.ts';
import { Column } from './columns.ts';

const INITIAL_BYTES = 65_536;
const INITIAL_BUCKETS = 4_096;

/**
 * Words as small integers, in the order in which they came. Their letters lie one after the other in one buffer: a
 * word costs its letters and eight bytes, where a string in a map costs a hundred. None is ever taken out; a list
 * that has lost many is made anew.
 */
export class Words {
  #letters = Buffer.allocUnsafe(INITIAL_BYTES);
  /** Of word n: its letters end where those of n + 1 start. */
  readonly #starts = new Column();
  #end = 0;
  #size = 0;
  /** A hash table with open addresses: a word's number + 1, 0 = free. */
  #buckets = new Uint32Array(INITIAL_BUCKETS);

  get size(): number {
    return this.#size;
  }

  /** -1 for a word that is not there. */
  find(word: string): number {
    const found = this.#buckets[this.#bucketOf(word)] as number;
    return found - 1;
  }

  /** Its number, new or known. */
  add(word: string): number {
    const bucket = this.#bucketOf(word);
    const known = this.#buckets[bucket] as number;
    if (known > 0) return known - 1;
    const number = this.#size;
    this.#append(word);
    this.#buckets[bucket] = number + 1;
    if (this.#size * 2 > this.#buckets.length) this.#spread();
    return number;
  }

  word(number: number): string {
    const [start, end] = this.#rangeOf(number);
    for (let i = start; i < end; i++)
      if ((this.#letters[i] as number) > 127) return this.#letters.toString('utf8', start, end);
    return this.#letters.toString('latin1', start, end);
  }

  /** Without making a string of it; `beginning` in UTF-8. */
  startsWith(number: number, beginning: Uint8Array): boolean {
    const [start, end] = this.#rangeOf(number);
    if (end - start < beginning.length) return false;
    for (let i = 0; i < beginning.length; i++) if (this.#letters[start + i] !== beginning[i]) return false;
    return true;
  }

  #rangeOf(number: number): [start: number, end: number] {
    const start = this.#starts.data[number] as number;
    return [start, number + 1 < this.#size ? (this.#starts.data[number + 1] as number) : this.#end];
  }

  #append(word: string): void {
    const longest = word.length * 3;
    if (this.#end + longest > this.#letters.length) {
      const larger = Buffer.allocUnsafe(Math.ceil((this.#end + longest) * 1.5));
      this.#letters.copy(larger, 0, 0, this.#end);
      this.#letters = larger;
    }
    this.#starts.set(this.#size, this.#end);
    this.#end += this.#letters.write(word, this.#end);
    this.#size += 1;
  }

  /** Where the word stands, or the free place where it would. */
  #bucketOf(word: string): number {
    const mask = this.#buckets.length - 1;
    for (let bucket = hashOf(word) & mask; ; bucket = (bucket + 1) & mask) {
      const found = this.#buckets[bucket] as number;
      if (found === 0 || this.#is(found - 1, word)) return bucket;
    }
  }

  #is(number: number, word: string): boolean {
    const [start, end] = this.#rangeOf(number);
    if (end - start < word.length) return false;
    for (let i = 0; i < word.length; i++) {
      const code = word.charCodeAt(i);
      if (code > 127) return this.word(number) === word;
      if (this.#letters[start + i] !== code) return false;
    }
    return end - start === word.length;
  }

  #spread(): void {
    this.#buckets = new Uint32Array(this.#buckets.length * 2);
    const mask = this.#buckets.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let bucket = hashOf(this.word(number)) & mask;
      while (this.#buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
      this.#buckets[bucket] = number + 1;
    }
  }
}
