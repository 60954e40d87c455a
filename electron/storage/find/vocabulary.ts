import { editDistance, isIdPart } from './text.ts';

export interface Term {
  readonly word: string;
  /** Ascending by document. */
  postings: number[];
  /** One bit per letter a-z and per digit class: two words a few edits apart differ in few bits. */
  readonly letters: number;
}

/** More longer words than this are no help to anyone; the most frequent are kept. */
const PREFIX_TERMS = 300;
const UNSORTED_TERMS = 500;
const SIMILAR_TERMS = 20;
const SHORTEST_PREFIX = 2;
const SHORTEST_SIMILAR = 4;
const ONE_EDIT_WEIGHT = 0.7;
const TWO_EDITS_WEIGHT = 0.45;
const SKELETON_WEIGHT = 0.4;

/** The words of the index, with look-up by whole word, by beginning and by likeness. */
export class Vocabulary {
  readonly #terms = new Map<string, Term>();
  #sorted: Term[] = [];
  #unsorted: Term[] = [];

  get size(): number {
    return this.#terms.size;
  }

  get(word: string): Term | undefined {
    return this.#terms.get(word);
  }

  /** The term, made when it is new. */
  add(word: string): Term {
    const known = this.#terms.get(word);
    if (known) return known;
    const term = { word, postings: [], letters: letterBits(word) };
    this.#terms.set(word, term);
    this.#unsorted.push(term);
    return term;
  }

  clear(): void {
    this.#terms.clear();
    this.#sorted = [];
    this.#unsorted = [];
  }

  /** Rewrites every posting (-1 drops it) and forgets terms without any. */
  rewrite(change: (posting: number) => number): void {
    for (const term of this.#terms.values()) {
      term.postings = term.postings.map(change).filter((posting) => posting >= 0);
      if (term.postings.length === 0) this.#terms.delete(term.word);
    }
    this.#sorted = this.#sorted.filter((term) => term.postings.length > 0);
    this.#unsorted = this.#unsorted.filter((term) => term.postings.length > 0);
  }

  /** The word itself and, from two letters on, words that begin with it. */
  withPrefix(prefix: string): Term[] {
    const exact = this.#terms.get(prefix);
    if (prefix.length < SHORTEST_PREFIX || /^\d+$/.test(prefix)) return exact ? [exact] : [];
    if (this.#unsorted.length > UNSORTED_TERMS) this.#sort();
    const found: Term[] = [];
    for (let i = this.#firstAtLeast(prefix); i < this.#sorted.length; i++) {
      const term = this.#sorted[i];
      if (!term?.word.startsWith(prefix)) break;
      found.push(term);
    }
    for (const term of this.#unsorted) if (term.word.startsWith(prefix)) found.push(term);
    if (found.length <= PREFIX_TERMS) return found;
    found.sort((a, b) => Number(b === exact) - Number(a === exact) || b.postings.length - a.postings.length);
    return found.slice(0, PREFIX_TERMS);
  }

  /**
   * Words one or two slips away, and words this may abbreviate (`mktg` -> marketing). One pass over the words
   * with a bit test before any distance is computed; ids and numbers are never taken for a misspelling.
   */
  similar(word: string): { term: Term; weight: number }[] {
    if (isIdPart(word) || /^\d+$/.test(word) || word.length < 3) return [];
    const limit = word.length < SHORTEST_SIMILAR ? 0 : word.length < 7 ? 1 : 2;
    const bits = letterBits(word);
    const found: { term: Term; weight: number }[] = [];
    for (const term of this.#terms.values()) {
      if (isNumeric(term.word)) continue;
      if (Math.abs(term.word.length - word.length) <= limit && bitCount(term.letters ^ bits) <= 2 * limit) {
        const edits = editDistance(word, term.word, limit);
        if (edits <= limit) {
          found.push({ term, weight: edits <= 1 ? ONE_EDIT_WEIGHT : TWO_EDITS_WEIGHT });
          continue;
        }
      }
      if ((bits & ~term.letters) === 0 && abbreviates(word, term.word)) {
        found.push({ term, weight: SKELETON_WEIGHT });
      }
    }
    found.sort((a, b) => b.weight - a.weight || b.term.postings.length - a.term.postings.length);
    const best = found[0]?.weight ?? 0;
    return found.filter(({ weight }) => weight >= best * 0.6).slice(0, SIMILAR_TERMS);
  }

  #sort(): void {
    this.#sorted = [...this.#sorted, ...this.#unsorted].sort((a, b) => (a.word < b.word ? -1 : 1));
    this.#unsorted = [];
  }

  #firstAtLeast(prefix: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle]?.word ?? '') < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * `mktg` for marketing, `ntfy` for notify: same first letter, the letters in order, and at least half of what is
 * left out are vowels or the tail.
 */
function abbreviates(short: string, long: string): boolean {
  if (short.length < 3 || short.length > 6 || long.length < short.length + 2 || short[0] !== long[0])
    return false;
  if (/[^a-z]/.test(long)) return false;
  let position = 0;
  let skippedConsonants = 0;
  for (const letter of short) {
    const next = long.indexOf(letter, position);
    if (next < 0) return false;
    skippedConsonants += long.slice(position, next).replace(/[aeiouy]/g, '').length;
    position = next + 1;
  }
  return skippedConsonants <= Math.max(1, Math.floor(long.length / 5));
}

const isNumeric = (word: string) => {
  const code = word.charCodeAt(0);
  return code >= 48 && code <= 57;
};

function letterBits(word: string): number {
  let bits = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code >= 97 && code <= 122) bits |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) bits |= 1 << (26 + ((code - 48) >> 1));
    else bits |= 1 << 31;
  }
  return bits;
}

function bitCount(bits: number): number {
  let rest = bits - ((bits >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
