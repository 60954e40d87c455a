import { Column } from './columns.ts';
import { Postings } from './postings.ts';
import { editDistance, isIdPart } from './text.ts';
import { Words } from './words.ts';

export interface Term {
  /** Its number in the vocabulary, good until the next `rewrite`. */
  id: number;
  word: string;
  /** In how many documents it is, removed ones not swept yet included. */
  documents: number;
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

/** The words of the index and where each stands, with look-up by whole word, by beginning and by likeness. */
export class Vocabulary {
  #words = new Words();
  #postings = new Postings();
  /** Numbers of the words by the alphabet; those that came later wait behind. */
  #sorted: Uint32Array = new Uint32Array(0);
  #looks = new Looks();

  /** Words that stand somewhere. */
  get size(): number {
    return this.#words.size;
  }

  get(word: string): Term | undefined {
    const id = this.#words.find(word);
    return id < 0 ? undefined : this.#term(id, word);
  }

  /** `document` must not be below the last one that was added. */
  add(word: string, document: number, counts: number): void {
    const known = this.#words.size;
    const id = this.#words.add(word);
    if (id === known) this.#looks.add(word);
    this.#postings.append(id, document, counts);
  }

  /** Ascending by document. Good until the next call. */
  postings(term: Pick<Term, 'id'>): Uint32Array {
    return this.#postings.read(term.id);
  }

  clear(): void {
    this.#words = new Words();
    this.#postings = new Postings();
    this.#sorted = new Uint32Array(0);
    this.#looks = new Looks();
  }

  /** Gives every document its new number (-1 drops it), which must ascend as before, and forgets words that stand nowhere. */
  rewrite(renumbered: Int32Array): void {
    const [words, postings] = [this.#words, this.#postings];
    this.clear();
    for (let id = 0; id < words.size; id++) {
      const word = words.word(id);
      for (const posting of postings.read(id)) {
        const document = renumbered[posting >>> 8] ?? -1;
        if (document >= 0) this.add(word, document, posting & 255);
      }
    }
    this.settle(0);
  }

  /** Sorts new words in when they are more than `most`: each finds its place among the sorted ones. */
  settle(most: number): void {
    const first = this.#sorted.length;
    if (this.size - first <= most) return;
    const fresh = Array.from({ length: this.size - first }, (_, n) => {
      const id = first + n;
      return { id, word: this.#words.word(id) };
    }).sort((a, b) => (a.word < b.word ? -1 : 1));
    const merged = new Uint32Array(this.size);
    let taken = 0;
    let filled = 0;
    for (const { id, word } of fresh) {
      const place = this.#firstAtLeast(word, taken);
      merged.set(this.#sorted.subarray(taken, place), filled);
      filled += place - taken;
      taken = place;
      merged[filled++] = id;
    }
    merged.set(this.#sorted.subarray(taken), filled);
    this.#sorted = merged;
  }

  /** The word itself and, from two letters on, words that begin with it. */
  withPrefix(prefix: string): Term[] {
    const exact = this.get(prefix);
    if (prefix.length < SHORTEST_PREFIX || /^\d+$/.test(prefix)) return exact ? [exact] : [];
    this.settle(UNSORTED_TERMS);
    const beginning = Buffer.from(prefix);
    const found: number[] = [];
    const first = this.#firstAtLeast(prefix);
    const end = Math.min(this.#sorted.length, first + PREFIX_TERMS_READ);
    for (let i = first; i < end; i++) {
      const id = this.#sorted[i] as number;
      if (!this.#words.startsWith(id, beginning)) break;
      found.push(id);
    }
    for (let id = this.#sorted.length; id < this.size; id++)
      if (this.#words.startsWith(id, beginning)) found.push(id);
    if (found.length > PREFIX_TERMS) {
      const isExact = (id: number) => Number(id === exact?.id);
      found.sort((a, b) => isExact(b) - isExact(a) || this.#postings.count(b) - this.#postings.count(a));
      found.length = PREFIX_TERMS;
    }
    return found.map((id) => this.#term(id));
  }

  /**
   * Words one or two slips away, and words this may abbreviate (`mktg` -> marketing). One pass over the words
   * with a bit test before any distance is computed; ids and numbers are never taken for a misspelling.
   */
  similar(word: string): Similar[] {
    if (isIdPart(word) || /^\d+$/.test(word) || word.length < 3) return [];
    const limit = word.length < SHORTEST_SIMILAR ? 0 : word.length < 7 ? 1 : 2;
    const found: Similar[] = [];
    for (const id of this.#looks.like(word, limit)) {
      const term = this.#term(id);
      const edits = editDistance(word, term.word, limit);
      const weight = edits <= 1 ? ONE_EDIT_WEIGHT : TWO_EDITS_WEIGHT;
      if (edits <= limit) found.push({ term, weight, isMisspelt: true });
      else if (abbreviates(word, term.word)) found.push({ term, weight: SKELETON_WEIGHT, isMisspelt: false });
    }
    found.sort((a, b) => b.weight - a.weight || b.term.documents - a.term.documents);
    const best = found[0]?.weight ?? 0;
    return found.filter(({ weight }) => weight >= best * 0.6).slice(0, SIMILAR_TERMS);
  }

  #term(id: number, word = this.#words.word(id)): Term {
    return { id, word, documents: this.#postings.count(id) };
  }

  #firstAtLeast(word: string, from = 0): number {
    let low = from;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#words.word(this.#sorted[middle] as number) < word) low = middle + 1;
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
  readonly #letters = new Column();
  readonly #lengths = new Column();
  #size = 0;

  /** Of the next word. */
  add(word: string): void {
    // Numbers and ids are never what a misspelt word means: a length of 0 is near to none.
    const isWord = word.length >= SHORTEST_SIMILAR && !/^\d/.test(word) && !isIdPart(word);
    this.#letters.set(this.#size, letterBits(word));
    this.#lengths.set(this.#size, isWord ? word.length : 0);
    this.#size += 1;
  }

  /** Numbers of words that may be within `limit` edits of this one, or of which it may be an abbreviation. */
  like(word: string, limit: number): number[] {
    const bits = letterBits(word);
    const letters = this.#letters.data;
    const lengths = this.#lengths.data;
    const found: number[] = [];
    for (let id = 0; id < this.#size; id++) {
      const length = lengths[id] as number;
      if (length === 0) continue;
      const other = letters[id] as number;
      const difference = length - word.length;
      const mayBeEdited = difference <= limit && difference >= -limit && bitCount(other ^ bits) <= 2 * limit;
      const mayBeShortened = difference >= 2 && length <= LONGEST_ABBREVIATED && (bits & ~other) === 0;
      if (mayBeEdited || mayBeShortened) found.push(id);
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
