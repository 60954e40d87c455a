import { AppError } from '../../errors.ts';

const MIN_LENGTH = 12;
const MIN_DIFFERENT = 6;
const MIN_DIGITS_ONLY = 20;
const BESIDE_A_COMMON_WORD = 6;
/** What guessing starts with; compared without case and the usual letter swaps. */
const COMMON = [
  'password',
  'passphrase',
  'passwort',
  'cloudops',
  'qwertyuiop',
  'letmein',
  'welcome',
  'iloveyou',
];

/**
 * The floor for a passphrase that protects all data offline: scrypt makes a guess dear, not a weak passphrase
 * strong. Throws INVALID_INPUT with what to do; never repeats what was typed.
 */
export function requireStrong(text: string): void {
  const plain = text.normalize('NFKC');
  const characters = [...plain];
  if (characters.length < MIN_LENGTH) {
    throw weak(`It has ${characters.length} characters; at least ${MIN_LENGTH} are needed.`);
  }
  if (new Set(characters).size < MIN_DIFFERENT) {
    throw weak(`It repeats the same few characters; at least ${MIN_DIFFERENT} different ones are needed.`);
  }
  if (/^[\d\s./-]+$/.test(plain) && characters.length < MIN_DIGITS_ONLY) {
    throw weak(`Digits alone are guessed quickly; use words, or at least ${MIN_DIGITS_ONLY} digits.`);
  }
  if (longestRun(characters) > characters.length / 2) {
    throw weak('Most of it is a row of neighbouring characters such as abcdef or 123456.');
  }
  if (
    COMMON.some(
      (word) => unswapped(plain).includes(word) && characters.length < word.length + BESIDE_A_COMMON_WORD,
    )
  ) {
    throw weak('It is built on one of the words that are tried first.');
  }
}

function longestRun(characters: string[]): number {
  let longest = 1;
  let run = 1;
  for (let at = 1; at < characters.length; at += 1) {
    const step = (characters[at]?.codePointAt(0) ?? 0) - (characters[at - 1]?.codePointAt(0) ?? 0);
    run = Math.abs(step) <= 1 ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

function unswapped(text: string): string {
  const letters: Record<string, string> = {
    0: 'o',
    1: 'i',
    3: 'e',
    4: 'a',
    5: 's',
    7: 't',
    '@': 'a',
    $: 's',
  };
  return text.toLowerCase().replace(/[013457@$]/g, (character) => letters[character] ?? character);
}

function weak(why: string): AppError {
  return new AppError(
    'INVALID_INPUT',
    `This passphrase is too easy to guess. ${why} Four or more unrelated words work well.`,
  );
}
