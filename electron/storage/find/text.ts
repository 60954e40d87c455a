const MARKS = /\p{M}+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
const ASCII = /^[\x00-\x7f]*$/;
/** An IPv4 address is one word: its parts are nobody's. */
const ASCII_CHUNKS = /\d{1,3}(?:\.\d{1,3}){3}|[a-zA-Z0-9]+/g;
const CHUNKS = /\d{1,3}(?:\.\d{1,3}){3}|[\p{L}\p{N}]+/gu;
/** `VMs`, `LBs`: capitals with a plural s are one word. */
const ACRONYM_PLURAL = /^[A-Z]{2,}s$/;
const LETTER_S = 115;
const LETTERS_ONLY = /^[a-z]+$/;
const CAMEL = /(\p{Ll}|\p{N})(\p{Lu})|(\p{Lu})(\p{Lu}\p{Ll})/gu;
/** Letters and digits part where the letters are a word of their own: `main1`, not `s3`, `k8s` or `t3`. */
const LETTERS_DIGITS = /(\p{L}{3,})(\p{N})/gu;
const DIGITS_LETTERS = /(\p{N})(\p{L}{3,})/gu;
/** The random part of an AWS id: hexadecimal with digits and letters mixed. */
const HEX_ID = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{5,}$|^[0-9a-f]{17}$/;

/** True for `0abc12de…`: looked up as it is, never split, never corrected. */
export function isIdPart(word: string): boolean {
  return HEX_ID.test(word);
}

/**
 * Lower-case words of a name, tag or query, in order: split at punctuation, camelCase and between words and
 * numbers (`ordersApi-main01` -> orders, api, main, 1). Ids stay whole.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const isAscii = ASCII.test(text);
  const chunks = isAscii ? text.match(ASCII_CHUNKS) : plain(text).match(CHUNKS);
  for (const chunk of chunks ?? []) splitChunk(chunk, words);
  return words;
}

function splitChunk(chunk: string, words: string[]): void {
  if (LETTERS_ONLY.test(chunk)) {
    words.push(chunk);
    return;
  }
  const lower = chunk.toLowerCase();
  if (isIdPart(lower)) {
    words.push(lower);
    return;
  }
  if (ACRONYM_PLURAL.test(chunk)) {
    words.push(lower);
    return;
  }
  const parted = chunk
    .replace(CAMEL, (_all, a, b, c, d) => `${a ?? c} ${b ?? d}`)
    .replace(LETTERS_DIGITS, '$1 $2')
    .replace(DIGITS_LETTERS, '$1 $2');
  for (const part of parted.toLowerCase().split(' ')) words.push(normalNumber(part));
}

const splitBefore = new Map<string, readonly string[]>();
const SPLITS_KEPT = 10_000;

/** The singular words of a text that comes again and again, such as a tag's value. */
export function termsOfRepeated(text: string): readonly string[] {
  const known = splitBefore.get(text);
  if (known) return known;
  if (splitBefore.size >= SPLITS_KEPT) splitBefore.clear();
  const words = terms(text);
  splitBefore.set(text, words);
  return words;
}

/** Without accents and with compatibility forms resolved, so that `Zürich` and `Zurich` are one word. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(MARKS, '');
}

/** `07` and `7` are the same number in a name. */
function normalNumber(word: string): string {
  return /^0+\d/.test(word) && /^\d+$/.test(word) ? word.replace(/^0+(?=\d)/, '') : word;
}

/**
 * The singular of an English plural (Harman's S stemmer): queries say `buckets`, names say `bucket`.
 * Applied to both sides, so that a word it gets wrong still meets itself.
 */
export function singular(word: string): string {
  if (word.length < 3 || word.charCodeAt(word.length - 1) !== LETTER_S) return word;
  if (word.endsWith('ies') && !/[ae]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|sh|us|ias|[^a]ch)es$/.test(word)) return word.slice(0, -2);
  if (/(?:us|ss|is)$/.test(word)) return word;
  return word.slice(0, -1);
}

/** The words of a text as they are indexed: lower-case and singular. */
export function terms(text: string): string[] {
  return splitWords(text).map(singular);
}

/**
 * Edits between two words (insert, delete, replace, swap of neighbours), or `limit + 1` when there are more.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return Math.min(at(last, b.length), limit + 1);
}

const at = (row: number[], index: number) => row[index] ?? Number.POSITIVE_INFINITY;
