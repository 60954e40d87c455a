import { NEGATIONS, STOP_WORDS } from './dictionary/grammar.ts';
import { correctWord, isDictionaryWord } from './dictionary.ts';
import { singular, splitWords } from './text.ts';

/** A word of the query. Several come from one chunk (`multi-az`). */
export interface Token {
  /** Singular, lower-case, a misspelt dictionary word corrected. */
  word: string;
  /** Where its chunk stands in the text. */
  start: number;
  end: number;
  /** A comma or the like comes before it. */
  afterBreak: boolean;
}

const CHUNK = /[^\s,;!?"()[\]{}|]+/gu;
const stops = new Set([...STOP_WORDS].flatMap((word) => [word, singular(word)]));
const negations = new Set([...NEGATIONS].flatMap((word) => [word, singular(word)]));

export const isStopWord = (word: string) => stops.has(word);
export const isNegation = (word: string) => negations.has(word);

/** `us-west-2a` is a zone of `us-west-2`: both are said. */
const ZONE = /^([a-z]{2}(?:-gov)?-[a-z]+-\d)([a-z])$/;

/** What the estate's own words say about a word. */
export interface KnownWords {
  /** The estate has it, or longer words that begin with it. */
  isKnown: (word: string) => boolean;
  /** The estate has exactly it. */
  has: (word: string) => boolean;
  /** The estate's word that this one misspells, if that is clear. */
  correct: (word: string) => string | null;
}

export function tokenize(text: string, estate: KnownWords): Token[] {
  const tokens: Token[] = [];
  let former = 0;
  for (const match of text.matchAll(CHUNK)) {
    const start = match.index;
    const end = start + match[0].length;
    let afterBreak = /[,;]/.test(text.slice(former, start));
    former = end;
    const chunk = match[0]
      .replace(/['’`]s$/i, '')
      .replace(/['’`‘]/g, '')
      .replace(ZONE, '$1 $1$2');
    for (const written of splitWords(chunk)) {
      for (const word of meant(singular(written), estate)) {
        tokens.push({ word, start, end, afterBreak });
        afterBreak = false;
      }
    }
  }
  return tokens;
}

/** The word, or the words it runs together, or the word it misspells. */
function meant(word: string, estate: KnownWords): string[] {
  if (isStopWord(word) || isNegation(word) || isDictionaryWord(word) || estate.isKnown(word)) return [word];
  const parts = takenApart(word, estate, MOST_PARTS);
  if (parts) return parts;
  const correct = correctWord(word) ?? estate.correct(word);
  return [correct ?? word];
}

const SHORTEST_PART = 3;
const MOST_PARTS = 4;

/** `customerportalapi` -> customer, portal, api, when the estate has all of them. */
function takenApart(word: string, estate: KnownWords, most: number): string[] | null {
  if (most > 1) {
    for (let cut = word.length - SHORTEST_PART; cut >= SHORTEST_PART; cut--) {
      const head = word.slice(0, cut);
      if (!estate.has(head)) continue;
      const tail = word.slice(cut);
      const rest = estate.has(tail) ? [tail] : takenApart(tail, estate, most - 1);
      if (rest) return [head, ...rest];
    }
  }
  return null;
}
