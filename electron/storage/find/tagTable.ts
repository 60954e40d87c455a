import { TagPairs } from './interner.ts';

const INITIAL_ROWS = 1_024;
const INITIAL_POOL = 4_096;

/**
 * Which tag pairs each row carries: one flat pool, a row's pairs side by side, so that counting the tags
 * of 100,000 rows reads memory in order. Replaced pairs leave holes, which are closed when half the pool is holes.
 */
export class TagTable {
  readonly pairs = new TagPairs();
  pool = new Uint32Array(INITIAL_POOL);
  /** By slot: where its pairs start in the pool, and how many they are. */
  start = new Uint32Array(INITIAL_ROWS);
  count = new Uint16Array(INITIAL_ROWS);
  #end = 0;
  #used = 0;

  set(slot: number, tags: [key: string, value: string][]): void {
    this.#reserveSlot(slot);
    const ids = tags.map(([key, value]) => this.pairs.acquire(key, value));
    this.clearSlot(slot);
    this.#reservePool(ids.length);
    this.start[slot] = this.#end;
    this.count[slot] = ids.length;
    this.pool.set(ids, this.#end);
    this.#end += ids.length;
    this.#used += ids.length;
  }

  clearSlot(slot: number): void {
    for (const id of this.of(slot)) this.pairs.release(id);
    this.#used -= this.count[slot] ?? 0;
    if (slot < this.count.length) this.count[slot] = 0;
  }

  of(slot: number): Uint32Array {
    const start = this.start[slot] ?? 0;
    return this.pool.subarray(start, start + (this.count[slot] ?? 0));
  }

  /** Any of the slot's pairs is marked in `pairs` (by pair id). */
  carriesAny(slot: number, pairs: Uint8Array): boolean {
    const start = this.start[slot] as number;
    const end = start + (this.count[slot] as number);
    for (let i = start; i < end; i++) if (pairs[this.pool[i] as number] === 1) return true;
    return false;
  }

  clear(): void {
    this.pairs.clear();
    this.count.fill(0);
    this.#end = 0;
    this.#used = 0;
  }

  #reserveSlot(slot: number): void {
    if (slot < this.start.length) return;
    const rows = Math.max(slot + 1, this.start.length * 2);
    const start = new Uint32Array(rows);
    start.set(this.start);
    this.start = start;
    const count = new Uint16Array(rows);
    count.set(this.count);
    this.count = count;
  }

  #reservePool(length: number): void {
    if (this.#end + length <= this.pool.length) return;
    const larger = new Uint32Array(Math.max(INITIAL_POOL, (this.#used + length) * 2));
    let end = 0;
    for (let slot = 0; slot < this.count.length; slot++) {
      const pairs = this.of(slot);
      larger.set(pairs, end);
      this.start[slot] = end;
      end += pairs.length;
    }
    this.pool = larger;
    this.#end = end;
  }
}
