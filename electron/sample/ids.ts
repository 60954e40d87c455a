import { createHash } from 'node:crypto';

/** Hexadecimal digits that follow from the words alone, so that every start shows the same estate. */
export function hex(words: string, length: number): string {
  return createHash('sha256').update(words).digest('hex').slice(0, length);
}

/** A whole number from 0 to `below - 1` that follows from the words alone. */
export function pick(words: string, below: number): number {
  return Number.parseInt(hex(words, 8), 16) % below;
}

export function choose<T>(words: string, options: readonly [T, ...T[]]): T {
  return options[pick(words, options.length)] ?? options[0];
}
