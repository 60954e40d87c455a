import { Column } from './columns.ts';
import type { Row, RowStore } from './rowStore.ts';

/**
 * All rows by name (`web-2` before `web-10`), then by id. New names wait until an order is asked for and are
 * then inserted by binary search, so that a query during a scan costs little more than one without.
 */
export class NameOrder {
  readonly #store: RowStore;
  #slots: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  /** Rows to insert; a row that was renamed or removed meanwhile is found out at the insertion. */
  #waiting = new Set<Row>();
  /** By slot: 1 where the sorted slot is out of date. */
  #stale = new Column();
  #changed = false;

  constructor(store: RowStore) {
    this.#store = store;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** The row is new or has a new name. */
  add(row: Row): void {
    this.#waiting.add(row);
    this.#changed = true;
  }

  /** Before the row is removed or renamed. */
  remove(row: Row): void {
    if (!this.#waiting.delete(row)) this.#stale.set(row.slot, 1);
    this.#changed = true;
  }

  clear(): void {
    this.#slots = new Uint32Array(0);
    this.#waiting.clear();
    this.#stale = new Column();
    this.#changed = false;
  }

  /** Slots of all live rows. The caller must not change it. */
  slots(): Uint32Array {
    if (this.#changed) this.#settle();
    return this.#slots;
  }

  #settle(): void {
    const stale = this.#stale.data;
    const kept = this.#slots.filter((slot) => stale[slot] !== 1);
    const fresh = [...this.#waiting].sort(byName);
    const merged = new Uint32Array(kept.length + fresh.length);
    let taken = 0;
    let filled = 0;
    for (const row of fresh) {
      const place = this.#placeOf(row, kept, taken);
      merged.set(kept.subarray(taken, place), filled);
      filled += place - taken;
      taken = place;
      merged[filled] = row.slot;
      filled += 1;
    }
    merged.set(kept.subarray(taken), filled);
    this.#slots = merged;
    this.#waiting.clear();
    this.#stale = new Column();
    this.#changed = false;
  }

  #placeOf(row: Row, sorted: Uint32Array, from: number): number {
    let low = from;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#store.rows[sorted[middle] as number];
      if (other && byName(other, row) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function byName(a: Row, b: Row): number {
  return compareNatural(a.name, b.name) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

const ZERO = 48;
const NINE = 57;

/**
 * Order of names as people read them: letters without regard to case, digit runs by their number.
 * Equal but for case = by code unit. Some 20 times as fast as Intl.Collator, which 100,000 rows need.
 */
export function compareNatural(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(j);
    if (isDigit(x) && isDigit(y)) {
      const endA = endOfDigits(a, i);
      const endB = endOfDigits(b, j);
      const difference = compareDigits(a, i, endA, b, j, endB);
      if (difference !== 0) return difference;
      i = endA;
      j = endB;
      continue;
    }
    const difference = lowered(x) - lowered(y);
    if (difference !== 0) return difference;
    i += 1;
    j += 1;
  }
  const difference = a.length - i - (b.length - j);
  if (difference !== 0) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareDigits(a: string, i: number, endA: number, b: string, j: number, endB: number): number {
  let from = i;
  let other = j;
  while (from < endA - 1 && a.charCodeAt(from) === ZERO) from += 1;
  while (other < endB - 1 && b.charCodeAt(other) === ZERO) other += 1;
  const length = endA - from - (endB - other);
  if (length !== 0) return length;
  for (; from < endA; from++, other++) {
    const difference = a.charCodeAt(from) - b.charCodeAt(other);
    if (difference !== 0) return difference;
  }
  return 0;
}

const isDigit = (code: number) => code >= ZERO && code <= NINE;
const lowered = (code: number) => (code >= 65 && code <= 90 ? code + 32 : code);

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}
