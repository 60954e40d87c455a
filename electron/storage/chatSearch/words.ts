/**
 * Words of letters and digits; scripts written without spaces count character by character.
 * `pg-instance-main1` is three words, and is found by all of them.
 */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]+/gv;
/** Longer ones (a key, a hash) are cut, here and in the question alike. */
const MAX_LENGTH = 40;

export interface Word {
  /** As compared: without case and accents. */
  text: string;
  /** Where it stands in the original. */
  at: number;
  length: number;
}

export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(WORD)) {
    yield { text: fold(match[0]), at: match.index, length: match[0].length };
  }
}

/** The words of a question, each once. */
export function questionWords(text: string): string[] {
  return [...new Set(Array.from(wordsOf(text), (word) => word.text))].filter((word) => word !== '');
}

function fold(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .slice(0, MAX_LENGTH);
}
