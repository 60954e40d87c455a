import { firstOf, wholeAt } from '../../../preload/contract/text.ts';
import { wordsOf } from './words.ts';

const LENGTH = 160;
const BEFORE = 50;

/** Some 160 characters around the first of the words, on one line. */
export function excerptOf(text: string, words: readonly string[]): string {
  const at = firstMatch(text, words);
  // Wider than needed: runs of spaces shrink below.
  const start = wordStart(text, Math.max(0, at - BEFORE));
  const line = oneLine(text.slice(start, wholeAt(text, start + 2 * LENGTH)));
  const cut = line.length <= LENGTH ? line : cutAtWord(line);
  const more = cut.length < line.length || start + 2 * LENGTH < text.length;
  return `${start > 0 ? '…' : ''}${cut}${more ? '…' : ''}`;
}

function firstMatch(text: string, words: readonly string[]): number {
  for (const word of wordsOf(text)) {
    if (words.some((wanted) => word.text.startsWith(wanted))) return word.at;
  }
  return 0;
}

function wordStart(text: string, from: number): number {
  if (from === 0) return 0;
  const space = text.slice(from, from + BEFORE / 2).search(/\s/);
  return space < 0 ? wholeAt(text, from) : from + space + 1;
}

function cutAtWord(line: string): string {
  const cut = firstOf(line, LENGTH);
  const space = cut.lastIndexOf(' ');
  return (space > LENGTH / 2 ? cut.slice(0, space) : cut).trimEnd();
}

/** Control and formatting characters (among them those that reverse the direction of writing) become spaces. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}
