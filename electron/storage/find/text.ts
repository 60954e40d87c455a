const MARKS = /\p{M}+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
const ASCII = /^[\x00-\x7f]*$/;
/** An IPv4 address is one word: its parts are nobody's. */
const ASCII_CHUNKS = /\d{1,3}(?:\.\d{1,3}){3}|[a-zA-Z0-9]+/g;
const CHUNKS = /\d{1,3}(?:\.\d{1,3}){3}|[\p{L}\p{N}]+/gu;
/** `VMs`, `LBs`: capitals with a plural s are one word. */
const ACRONYM_PLURAL = /^[A-Z]{2,}s$/;
const LETTER_S = 115;
const ID_LENGTH = 17;
const DIGIT_ZERO = 48;
const LETTERS_ONLY = /^[a-z]+$/;
const DIGITS_ONLY = /^\d+$/;
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
  if (DIGITS_ONLY.test(chunk) && chunk.length !== ID_LENGTH) {
    words.push(normalNumber(chunk));
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
  const cased = chunk === lower ? chunk : chunk.replace(CAMEL, (_all, a, b, c, d) => `${a ?? c} ${b ?? d}`);
  const parted = cased.replace(LETTERS_DIGITS, '$1 $2').replace(DIGITS_LETTERS, '$1 $2');
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
  if (word.charCodeAt(0) !== DIGIT_ZERO || !DIGITS_ONLY.test(word)) return word;
  return word.replace(/^0+(?=\d)/, '');
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

const LONGEST_COMPARED = 64;
/** The last three rows of the distance table, used again for every pair. */
const distanceRows = [0, 1, 2].map(() => new Uint8Array(LONGEST_COMPARED + 1));

/**
 * Edits between two words (insert, delete, replace, swap of neighbours), or `limit + 1` when there are more.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit || Math.max(a.length, b.length) > LONGEST_COMPARED)
    return limit + 1;
  let [beforeLast, last, row] = distanceRows as [Uint8Array, Uint8Array, Uint8Array];
  for (let j = 0; j <= b.length; j++) last[j] = j;
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      }
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return Math.min(last[b.length] as number, limit + 1);
}
