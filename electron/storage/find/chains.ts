import { Column } from './columns.ts';

const INITIAL_BUCKETS = 4_096;

/**
 * Entries (small integers) by the hash of a key, in the order in which they came; keys are nowhere kept. Whoever
 * asks looks at what an entry stands for, since other keys may have the same hash. An entry costs some 20 bytes, and
 * is put in and taken out in one step however many share its key.
 */
export class Chains {
  readonly #hashes = new Column();
  /** The neighbours of an entry in its chain + 1, which is a ring; 0 = the entry is in none. */
  readonly #next = new Column();
  readonly #previous = new Column();
  /** The first entry of each chain + 1. */
  #heads = new Uint32Array(INITIAL_BUCKETS);
  #size = 0;

  /** The entry must be in none. */
  put(entry: number, key: string): void {
    if (this.#size >= this.#heads.length) this.#spread();
    this.#size += 1;
    this.#hashes.set(entry, hashOf(key));
    this.#append(entry);
  }

  /** Removing what is not there is no error. */
  remove(entry: number): void {
    const next = this.#next.data[entry] ?? 0;
    if (next === 0) return;
    this.#size -= 1;
    const previous = this.#previous.data[entry] as number;
    const bucket = this.#bucketOf(entry);
    if (this.#heads[bucket] === entry + 1) this.#heads[bucket] = next === entry + 1 ? 0 : next;
    this.#next.set(previous - 1, next);
    this.#previous.set(next - 1, previous);
    this.#next.set(entry, 0);
  }

  clear(): void {
    this.#heads = new Uint32Array(INITIAL_BUCKETS);
    this.#next.data.fill(0);
    this.#size = 0;
  }

  /** Entries whose key may be this one, the first that came first. */
  find(key: string): number[] {
    const hash = hashOf(key);
    const head = this.#heads[hash & (this.#heads.length - 1)] as number;
    const found: number[] = [];
    for (let at = head; at !== 0; ) {
      if (this.#hashes.data[at - 1] === hash) found.push(at - 1);
      at = this.#next.data[at - 1] as number;
      if (at === head) break;
    }
    return found;
  }

  #bucketOf(entry: number): number {
    return (this.#hashes.data[entry] as number) & (this.#heads.length - 1);
  }

  #append(entry: number): void {
    const bucket = this.#bucketOf(entry);
    const head = this.#heads[bucket] as number;
    const last = head === 0 ? entry + 1 : (this.#previous.data[head - 1] as number);
    const first = head === 0 ? entry + 1 : head;
    this.#next.set(entry, first);
    this.#previous.set(entry, last);
    this.#next.set(last - 1, entry + 1);
    this.#previous.set(first - 1, entry + 1);
    if (head === 0) this.#heads[bucket] = entry + 1;
  }

  /** Twice as many chains, each in its order. */
  #spread(): void {
    const before = this.#heads;
    this.#heads = new Uint32Array(before.length * 2);
    for (const head of before) {
      const entries: number[] = [];
      for (let at = head; at !== 0; ) {
        entries.push(at - 1);
        at = this.#next.data[at - 1] as number;
        if (at === head) break;
      }
      for (const entry of entries) this.#append(entry);
    }
  }
}

/** FNV-1a over UTF-16 units, its high bits mixed in. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
