import { STOP_WORDS } from './dictionary/grammar.ts';
import { terms } from './text.ts';

const LONGEST_VALUE = 5;

/**
 * The user's own words: which tag pairs a phrase may mean, because it is a value (`data platform`) or the
 * initials of one (`dp`). Fed by the tag table, so that it always holds exactly the pairs in use.
 */
export class TagWords {
  readonly #byValue = new Map<string, Set<number>>();
  readonly #byInitials = new Map<string, Set<number>>();
  readonly #keys = new Map<string, Set<number>>();

  add(id: number, key: string, value: string): void {
    for (const [map, word] of this.#entries(key, value)) {
      const ids = map.get(word) ?? new Set();
      ids.add(id);
      map.set(word, ids);
    }
  }

  remove(id: number, key: string, value: string): void {
    for (const [map, word] of this.#entries(key, value)) {
      const ids = map.get(word);
      ids?.delete(id);
      if (ids?.size === 0) map.delete(word);
    }
  }

  clear(): void {
    this.#byValue.clear();
    this.#byInitials.clear();
    this.#keys.clear();
  }

  /** The longest tag value that starts at `start` of these singular words. */
  matchValue(words: readonly string[], start: number): { ids: ReadonlySet<number>; length: number } | null {
    for (let length = Math.min(LONGEST_VALUE, words.length - start); length > 0; length--) {
      const phrase = words.slice(start, start + length).join(' ');
      if (length === 1 && (STOP_WORDS.has(phrase) || phrase.length < 2)) return null;
      const ids = this.#byValue.get(phrase);
      if (ids) return { ids, length };
    }
    return null;
  }

  matchInitials(word: string): ReadonlySet<number> | null {
    return this.#byInitials.get(word) ?? null;
  }

  /** Pairs of the keys that read so: `cost center` finds `CostCenter` and `cost-center`. */
  matchKey(words: readonly string[], start: number): { ids: ReadonlySet<number>; length: number } | null {
    for (let length = Math.min(3, words.length - start); length > 0; length--) {
      const ids = this.#keys.get(words.slice(start, start + length).join(' '));
      if (ids) return { ids, length };
    }
    return null;
  }

  *#entries(key: string, value: string): Generator<[map: Map<string, Set<number>>, word: string]> {
    const keyWords = terms(key);
    yield [this.#keys, keyWords.join(' ')];
    const words = terms(value);
    if (
      words.length === 0 ||
      words.length > LONGEST_VALUE ||
      /^(true|false|yes|no|\d{1,2})$/.test(words.join(' '))
    )
      return;
    yield [this.#byValue, words.join(' ')];
    const initials = initialsOf(words);
    if (initials) yield [this.#byInitials, initials];
  }
}

/** `customer portal api` -> `cpa`; null for single words and for phrases with numbers. */
export function initialsOf(words: readonly string[]): string | null {
  if (words.length < 2 || words.length > LONGEST_VALUE || words.some((word) => /\d/.test(word))) return null;
  return words.map((word) => word[0]).join('');
}
