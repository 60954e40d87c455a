import { findNames, type NameSpan } from '../names.ts';
import type { IdentifiedResource } from '../request.ts';
import { AGAIN, LAST_VERBS, SOON, WORDINGS } from './changeWords.ts';
import { OPPOSITES, phrases, POLITE, PREPOSITIONS, RESERVED } from './phrases.ts';

export type Span = NameSpan<IdentifiedResource>;

interface Written {
  /** Words in lower case with plain apostrophes; a line break is "\n". */
  text: string;
  /** As a person would quote it. */
  raw: string;
  /** Written without a space before it. */
  glued: boolean;
}
/** A mark is one character of punctuation. */
export type Token = Written & ({ kind: 'word' | 'mark' } | { kind: 'name'; span: Span });

export interface Sentence {
  tokens: Token[];
  /** Names made of everyday words and not in quotes: whether they are meant as names only a person can say. */
  doubtful: Span[];
}

const MOST_WORDS = 6;
const OUTER_MARKS = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
/** Words that join, turn or finish a request; a name of nouns, colours and numbers has none of them. */
const SENTENCE_WORDS: ReadonlySet<string> = new Set([
  ...RESERVED,
  ...PREPOSITIONS,
  ...[POLITE, SOON, AGAIN, LAST_VERBS, ...Object.values(WORDINGS).map(({ participles }) => participles)]
    .flatMap((phrases) => [...phrases])
    .filter((phrase) => !phrase.includes(' ')),
  ...phrases('named, called, off, away'),
]);

/** `isKnown` tells words that the grammar uses: a name of nothing else counts as a name only in quotes. */
export function readSentence(
  text: string,
  resources: readonly IdentifiedResource[],
  isKnown: (word: string) => boolean,
): Sentence {
  const doubtful: Span[] = [];
  const names: Span[] = [];
  for (const span of findNames(text, resources)) {
    const words = span.text.toLowerCase().split(/\s+/);
    const everyday = words.every((word) => isKnown(word.replace(OUTER_MARKS, '')));
    if (everyday && !span.quoted) doubtful.push(span);
    else {
      names.push(span);
      if (isRisky(span, words)) doubtful.push(span);
    }
  }
  return { tokens: tokenize(text, names), doubtful };
}

/**
 * An unquoted name of several words may also be a shorter name and words about it: "web tonight", "web server",
 * "web-1 in prod" where web-1 is gone.
 */
function isRisky(span: Span, words: string[]): boolean {
  if (span.quoted) return false;
  return (
    span.inside.length > 0 ||
    words.length > MOST_WORDS ||
    (words.length > 1 && words.some((word) => SENTENCE_WORDS.has(word.replace(OUTER_MARKS, ''))))
  );
}

function tokenize(text: string, names: Span[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const span of names) {
    tokens.push(...wordsOf(text.slice(at, span.start)));
    const glued = span.start > 0 && !/\s/.test(text[span.start - 1] ?? '');
    tokens.push({ kind: 'name', text: span.text, raw: text.slice(span.start, span.end), glued, span });
    at = span.end;
  }
  tokens.push(...wordsOf(text.slice(at)));
  return tokens;
}

const LEADING = /^["'`‘’“”([{<.,;:!?…]/;
const TRAILING = /["'`‘’“”)\]}>.,;:!?…]$/;

function wordsOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [chunk] of text.matchAll(/\n|\S+/g)) {
    const pieces: Token[] = [];
    const after: Token[] = [];
    let word = chunk === '\n' ? '' : chunk;
    if (chunk === '\n') pieces.push(mark(chunk));
    while (LEADING.test(word)) {
      pieces.push(mark(word.charAt(0)));
      word = word.slice(1);
    }
    while (TRAILING.test(word)) {
      after.unshift(mark(word.charAt(word.length - 1)));
      word = word.slice(0, -1);
    }
    if (word !== '') pieces.push({ kind: 'word', text: plain(word), raw: word, glued: true });
    pieces.push(...after);
    tokens.push(...pieces.map((piece, i) => ({ ...piece, glued: i > 0 })));
  }
  return tokens;
}

function mark(text: string): Token {
  return { kind: 'mark', text, raw: text === '\n' ? 'line break' : text, glued: true };
}
const plain = (word: string) => word.toLowerCase().replace(/[‘’]/g, "'");

/** Longest of the phrases that starts at token `at`; its length in tokens, 0 for none. */
export function phraseAt(
  tokens: readonly Token[],
  at: number,
  known: { has(phrase: string): boolean },
): number {
  let phrase = '';
  let length = 0;
  for (let n = 0; n < 6; n++) {
    const token = tokens[at + n];
    if (token?.kind !== 'word') break;
    phrase = n === 0 ? token.text : `${phrase} ${token.text}`;
    if (known.has(phrase)) length = n + 1;
  }
  return length;
}

/** Tokens that could not be used, as the person wrote them, neighbours together. */
export function quoteUnused(tokens: readonly Token[], unused: ReadonlySet<number>): string {
  const groups: string[] = [];
  let last = -2;
  tokens.forEach((token, i) => {
    if (!unused.has(i)) return;
    const glue = token.glued && token.text !== '\n' ? '' : ' ';
    if (i === last + 1 && groups.length > 0) groups.push(`${groups.pop()}${glue}${token.raw}`);
    else groups.push(token.raw);
    last = i;
  });
  return groups.map(inQuotes).join(', ');
}

function inQuotes(group: string): string {
  if (/^["'`‘’“”]+$/.test(group)) return '"quotation mark"';
  return group.includes('"') ? `“${group}”` : `"${group}"`;
}

export function hasOpposite(tokens: readonly Token[]): boolean {
  return tokens.some((token) => token.kind === 'word' && OPPOSITES.has(token.text));
}
