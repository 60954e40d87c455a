import { NEGATIONS, STOP_WORDS } from './dictionary/grammar.ts';
import { correctWord } from './dictionary.ts';
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

/** `isKnown` = the estate has this word, so it is no misspelling. */
export function tokenize(text: string, isKnown: (word: string) => boolean): Token[] {
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
      const word = singular(written);
      const correct = isStopWord(word) || isNegation(word) || isKnown(word) ? null : correctWord(word);
      tokens.push({ word: correct ?? word, start, end, afterBreak });
      afterBreak = false;
    }
  }
  return tokens;
}
