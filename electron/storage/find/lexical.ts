import { ByteColumn, Column } from './columns.ts';
import { type Term, Vocabulary } from './vocabulary.ts';

/** A query word and what else stands for it, at less weight. */
export interface QueryWord {
  word: string;
  alternatives: { word: string; weight: number }[];
}

export interface LexicalHits {
  /** BM25+ by slot; 0 = no word was found. */
  scores: Float32Array;
  /** By slot: how many of the query's words were found. */
  found: Uint8Array;
  /** Of each query word: in how many rows it was found. */
  rows: number[];
}

/** BM25+ (Lv & Zhai 2011): k1 damps repetition, b weighs length, delta keeps long texts from falling behind short ones. */
const K1 = 1.2;
const B = 0.6;
const DELTA = 0.5;
const NAME_WEIGHT = 2;
const TEXT_WEIGHT = 1;
const SETTLED_AT_ONCE = 4_000;
/** Longer fields count as this long. */
const LONGEST = 255;
const PREFIX_WEIGHT = 0.75;
const MAX_DOCUMENTS = 2 ** 22;
/** Postings of removed documents are swept when they are this share of all, so that a sweep is paid for by the removals. */
const SWEEP_SHARE = 0.25;

/**
 * An inverted index of two fields, name and text. A posting is one small integer: document, times in the name,
 * times in the text (0-15 each). A replaced row gets a new document; the old one is skipped until a sweep.
 */
export class LexicalIndex {
  readonly #vocabulary = new Vocabulary();
  /** Documents given out, removed ones included. */
  #size = 0;
  /** Slot + 1 of each document, 0 when it was removed. */
  #slots = new Column();
  #nameLengths = new ByteColumn();
  #textLengths = new ByteColumn();
  /** Document + 1 of each slot, 0 when it has none. */
  #documents = new Column();
  #alive = 0;
  #dead = 0;
  #nameTotal = 0;
  #textTotal = 0;

  get size(): number {
    return this.#alive;
  }

  /** Terms in the vocabulary: falls back to none when all rows are gone. */
  get terms(): number {
    return this.#vocabulary.size;
  }

  /** Adds or replaces the words of a slot. */
  put(slot: number, name: readonly string[], text: readonly string[]): void {
    this.remove(slot);
    const document = this.#size;
    if (document >= MAX_DOCUMENTS) throw new Error('The lexical index is full');
    this.#size += 1;
    this.#alive += 1;
    this.#slots.set(document, slot + 1);
    this.#nameLengths.set(document, Math.min(name.length, LONGEST));
    this.#textLengths.set(document, Math.min(text.length, LONGEST));
    this.#nameTotal += Math.min(name.length, LONGEST);
    this.#textTotal += Math.min(text.length, LONGEST);
    this.#documents.set(slot, document + 1);
    const counts = new Map<string, number>();
    for (const word of name) count(counts, word, 16);
    for (const word of text) count(counts, word, 1);
    for (const [word, packed] of counts) this.#vocabulary.add(word, document, packed);
  }

  remove(slot: number): void {
    const document = (this.#documents.data[slot] ?? 0) - 1;
    if (document < 0) return;
    this.#documents.set(slot, 0);
    this.#slots.set(document, 0);
    this.#nameTotal -= this.#nameLengths.data[document] as number;
    this.#textTotal -= this.#textLengths.data[document] as number;
    this.#alive -= 1;
    this.#dead += 1;
    if (this.#dead > 1_000 && this.#dead > this.#size * SWEEP_SHARE) this.sweep();
  }

  clear(): void {
    this.#vocabulary.clear();
    this.#size = 0;
    this.#alive = 0;
    this.#slots = new Column();
    this.#nameLengths = new ByteColumn();
    this.#textLengths = new ByteColumn();
    this.#documents = new Column();
    this.#dead = 0;
    this.#nameTotal = 0;
    this.#textTotal = 0;
  }

  /** Drops what removed documents left behind. */
  sweep(): void {
    const renumbered = new Int32Array(this.#size).fill(-1);
    let kept = 0;
    for (let document = 0; document < this.#size; document++) {
      const slot = (this.#slots.data[document] as number) - 1;
      if (slot < 0) continue;
      renumbered[document] = kept;
      this.#documents.set(slot, kept + 1);
      // Never ahead of what is still to be read.
      this.#slots.set(kept, slot + 1);
      this.#nameLengths.set(kept, this.#nameLengths.data[document] as number);
      this.#textLengths.set(kept, this.#textLengths.data[document] as number);
      kept += 1;
    }
    this.#size = kept;
    this.#dead = 0;
    this.#vocabulary.rewrite(renumbered);
  }

  /** Sorts new words in once they are many, so that no single search has to sort all of them. */
  settle(): void {
    this.#vocabulary.settle(SETTLED_AT_ONCE);
  }

  /** True when a row has this very word. */
  has(word: string): boolean {
    return this.#vocabulary.get(word) !== undefined;
  }

  /** True when a row has this word or one that begins with it. */
  knows(word: string): boolean {
    return this.#vocabulary.withPrefix(word).length > 0;
  }

  /** The word that this one misspells: one slip away (two in long words), the most frequent of those. */
  correct(word: string): string | null {
    if (word.length < 4) return null;
    const [best] = this.#vocabulary.similar(word);
    return best?.isMisspelt ? best.term.word : null;
  }

  /** Calls back for every slot that has the word, with its times in the name. */
  forEachWith(word: string, visit: (slot: number, timesInName: number) => void): void {
    const term = this.#vocabulary.get(word);
    if (!term) return;
    for (const posting of this.#vocabulary.postings(term)) {
      const slot = (this.#slots.data[posting >>> 8] as number) - 1;
      if (slot >= 0) visit(slot, (posting >>> 4) & 15);
    }
  }

  /** `slots` = one above the highest slot. */
  search(words: readonly QueryWord[], slots: number): LexicalHits {
    const hits = { scores: new Float32Array(slots), found: new Uint8Array(slots), rows: [] as number[] };
    const best = new Float32Array(slots);
    for (const word of words) hits.rows.push(this.#searchWord(word, best, hits));
    return hits;
  }

  /** A row counts a query word once, by its best match: the word, a longer word, an alternative, a misspelling. */
  #searchWord(query: QueryWord, best: Float32Array, hits: LexicalHits): number {
    const matches = this.#matches(query);
    const rows = Math.min(this.size, Math.max(0, ...matches.map(({ term }) => term.documents)));
    const rarity = Math.log(1 + (this.size - rows + 0.5) / (rows + 0.5));
    const nameNorms = lengthNorms(this.#nameTotal / this.size || 1);
    const textNorms = lengthNorms(this.#textTotal / this.size || 1);
    const [slots, nameLengths, textLengths] = [
      this.#slots.data,
      this.#nameLengths.data,
      this.#textLengths.data,
    ];
    const touched = new Uint32Array(best.length);
    let count = 0;
    for (const { term, weight } of matches) {
      const postings = this.#vocabulary.postings(term);
      const nameWeight = weight * rarity * NAME_WEIGHT;
      const textWeight = weight * rarity * TEXT_WEIGHT;
      for (let i = 0; i < postings.length; i++) {
        const posting = postings[i] as number;
        const document = posting >>> 8;
        const slot = (slots[document] as number) - 1;
        if (slot < 0) continue;
        const inName = (posting >>> 4) & 15;
        const inText = posting & 15;
        let score = 0;
        if (inName > 0)
          score += nameWeight * saturated(inName, nameNorms[nameLengths[document] as number] as number);
        if (inText > 0)
          score += textWeight * saturated(inText, textNorms[textLengths[document] as number] as number);
        const former = best[slot] as number;
        if (former === 0) touched[count++] = slot;
        if (score > former) best[slot] = score;
      }
    }
    for (let i = 0; i < count; i++) {
      const slot = touched[i] as number;
      hits.scores[slot] = (hits.scores[slot] as number) + (best[slot] as number);
      hits.found[slot] = (hits.found[slot] as number) + 1;
      best[slot] = 0;
    }
    return count;
  }

  #matches(query: QueryWord): { term: Term; weight: number }[] {
    const matches = this.#vocabulary.withPrefix(query.word).map((term) => ({
      term,
      weight:
        term.word === query.word ? 1 : PREFIX_WEIGHT * (0.4 + 0.6 * (query.word.length / term.word.length)),
    }));
    for (const { word, weight } of query.alternatives) {
      const term = this.#vocabulary.get(word);
      if (term) matches.push({ term, weight });
    }
    return matches.length > 0 ? matches : this.#vocabulary.similar(query.word);
  }
}

function saturated(times: number, norm: number): number {
  return DELTA + (times * (K1 + 1)) / (times + norm);
}

/** What the length of a field does to repetition, by its number of words up to the longest counted. */
function lengthNorms(average: number): Float64Array {
  return Float64Array.from({ length: LONGEST + 1 }, (_, length) => K1 * (1 - B + (B * length) / average));
}

function count(counts: Map<string, number>, word: string, unit: 1 | 16): void {
  const packed = counts.get(word) ?? 0;
  const times = unit === 16 ? packed >>> 4 : packed & 15;
  if (times < 15) counts.set(word, packed + unit);
}
