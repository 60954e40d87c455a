import { Column } from './columns.ts';
import { editDistance, isIdPart } from './text.ts';

export interface Term {
  readonly word: string;
  /** Ascending by document. */
  postings: number[];
}

export interface Similar {
  term: Term;
  weight: number;
  /** False for what the word abbreviates. */
  isMisspelt: boolean;
}

/** More longer words than this are no help to anyone; the most frequent are kept. */
const PREFIX_TERMS = 100;
const PREFIX_TERMS_READ = 2_000;
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
  readonly #looks = new Looks();

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
    const term = { word, postings: [] };
    this.#terms.set(word, term);
    this.#unsorted.push(term);
    this.#looks.add(term);
    return term;
  }

  clear(): void {
    this.#terms.clear();
    this.#sorted = [];
    this.#unsorted = [];
    this.#looks.reset([]);
  }

  /** Rewrites every posting (-1 drops it) and forgets terms without any. */
  rewrite(change: (posting: number) => number): void {
    for (const term of this.#terms.values()) {
      term.postings = term.postings.map(change).filter((posting) => posting >= 0);
      if (term.postings.length === 0) this.#terms.delete(term.word);
    }
    this.#sorted = this.#sorted.filter((term) => term.postings.length > 0);
    this.#unsorted = this.#unsorted.filter((term) => term.postings.length > 0);
    this.#looks.reset([...this.#sorted, ...this.#unsorted]);
  }

  /** Sorts new words in when they are more than `most`; a merge of two sorted runs, not a sort of all. */
  settle(most: number): void {
    if (this.#unsorted.length <= most) return;
    const byWord = (a: Term, b: Term) => (a.word < b.word ? -1 : 1);
    this.#sorted = [...this.#sorted, ...this.#unsorted.sort(byWord)].sort(byWord);
    this.#unsorted = [];
  }

  /** The word itself and, from two letters on, words that begin with it. */
  withPrefix(prefix: string): Term[] {
    const exact = this.#terms.get(prefix);
    if (prefix.length < SHORTEST_PREFIX || /^\d+$/.test(prefix)) return exact ? [exact] : [];
    this.settle(UNSORTED_TERMS);
    const found: Term[] = [];
    const first = this.#firstAtLeast(prefix);
    const end = Math.min(this.#sorted.length, first + PREFIX_TERMS_READ);
    for (let i = first; i < end; i++) {
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
  similar(word: string): Similar[] {
    if (isIdPart(word) || /^\d+$/.test(word) || word.length < 3) return [];
    const limit = word.length < SHORTEST_SIMILAR ? 0 : word.length < 7 ? 1 : 2;
    const found: Similar[] = [];
    for (const term of this.#looks.like(word, limit)) {
      const edits = editDistance(word, term.word, limit);
      const weight = edits <= 1 ? ONE_EDIT_WEIGHT : TWO_EDITS_WEIGHT;
      if (edits <= limit) found.push({ term, weight, isMisspelt: true });
      else if (abbreviates(word, term.word)) found.push({ term, weight: SKELETON_WEIGHT, isMisspelt: false });
    }
    found.sort((a, b) => b.weight - a.weight || b.term.postings.length - a.term.postings.length);
    const best = found[0]?.weight ?? 0;
    return found.filter(({ weight }) => weight >= best * 0.6).slice(0, SIMILAR_TERMS);
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

/**
 * The letters of every word as bits, side by side in memory: a misspelling is looked for among 200,000 words
 * in about a millisecond, because almost all are ruled out without reading them.
 */
class Looks {
  #terms: Term[] = [];
  #letters = new Column();
  #lengths = new Column();

  add(term: Term): void {
    // Numbers and ids are never what a misspelt word means: a length of 0 is near to none.
    const isWord = term.word.length >= SHORTEST_SIMILAR && !/^\d/.test(term.word) && !isIdPart(term.word);
    this.#letters.set(this.#terms.length, letterBits(term.word));
    this.#lengths.set(this.#terms.length, isWord ? term.word.length : 0);
    this.#terms.push(term);
  }

  reset(terms: Term[]): void {
    this.#terms = [];
    this.#letters = new Column();
    this.#lengths = new Column();
    for (const term of terms) this.add(term);
  }

  /** Words that may be within `limit` edits of this one, or of which it may be an abbreviation. */
  like(word: string, limit: number): Term[] {
    const bits = letterBits(word);
    const letters = this.#letters.data;
    const lengths = this.#lengths.data;
    const found: Term[] = [];
    for (let i = 0; i < this.#terms.length; i++) {
      const length = lengths[i] as number;
      if (length === 0) continue;
      const other = letters[i] as number;
      const difference = length - word.length;
      const mayBeEdited = difference <= limit && difference >= -limit && bitCount(other ^ bits) <= 2 * limit;
      const mayBeShortened = difference >= 2 && length <= LONGEST_ABBREVIATED && (bits & ~other) === 0;
      const term = mayBeEdited || mayBeShortened ? this.#terms[i] : undefined;
      if (term) found.push(term);
    }
    return found;
  }
}

const LONGEST_ABBREVIATED = 16;

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
