import * as changes from './changeWords.ts';
import type { Lexicon } from './lexicon.ts';
import { emptyPhrase, readNounPhrase } from './nounPhrase.ts';
import * as vocabulary from './phrases.ts';
import { phraseAt, type Span, type Token } from './tokens.ts';
import { sameChange, type Verb } from './verbs.ts';

export type Mood = 'request' | 'question' | 'past';

/** What stands in a sentence about a change that is no request: for words about it, never for a plan. */
export interface ChangeSurvey {
  /** Different changes, in the order of the sentence. */
  verbs: Verb[];
  /** What people call a change that the app does not make: "hibernate". */
  other: string | null;
  names: Span[];
  mood: Mood;
  /** Positions of the words that have no place in a request. */
  unused: Set<number>;
}

const QUESTION_WORDS = vocabulary.phrases(
  "what, what's, whats, which, who, who's, whom, whose, when, where, why, how, is, are, am, was, were, do, does, did, can, could, should, shall, would, will, may, might, must, has, have, had, isn't, aren't, doesn't, don't you, won't, can't, couldn't, shouldn't, wouldn't",
);
const FILLERS = vocabulary.phrases(
  'so, and, but, well, also, then, btw, by the way, quick question, question',
);
const PAST_WORDS = vocabulary.phrases(
  'who, did, was, were, has, have, had, when was, when did, why was, why did, why is',
);

/** Null for a sentence without any form of a change's verb. `bare`: only imperatives count, not "stopping". */
export function surveyChange(
  tokens: readonly Token[],
  lexicon: Lexicon,
  options: { bare: boolean },
): ChangeSurvey | null {
  const { verbs: bare, gerunds, participles, nouns } = lexicon.forms;
  const forms = options.bare ? [bare] : [bare, gerunds, participles, nouns];
  const verbs: Verb[] = [];
  const names: Span[] = [];
  const unused = new Set<number>();
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    if (token?.kind === 'name') names.push(token.span);
    const found = longest(tokens, at, forms);
    const verb = found && isVerbHere(tokens, at, found.verb, lexicon, verbs.length > 0) ? found : null;
    const length = verb
      ? readVerb(tokens, at, verb, lexicon, { verbs, names, unused })
      : harmlessAt(tokens, at) || (token?.kind === 'name' ? 1 : 0);
    if (length === 0) unused.add(at);
    at += Math.max(length, 1);
  }
  const other = otherChange(tokens);
  if (verbs.length === 0 && !other) return null;
  return { verbs, other, names, mood: moodOf(tokens, forms), unused };
}

const BETWEEN = vocabulary.phrases(
  "and, or, then, but, to, also, please, not, never, don't, dont, &, +, it, i, you, we",
);

/** Behind a verb and an article or another word "snapshot" and "restart" are things: "without a final snapshot". */
function isVerbHere(
  tokens: readonly Token[],
  at: number,
  verb: Verb,
  { forms }: Lexicon,
  isSecond: boolean,
): boolean {
  if (!isSecond || !forms.nouns.has(verb.phrase)) return true;
  const before = tokens[at - 1];
  return before?.kind !== 'word' || BETWEEN.has(before.text);
}

interface Seen {
  verbs: Verb[];
  names: Span[];
  unused: Set<number>;
}

function readVerb(
  tokens: readonly Token[],
  at: number,
  { verb, length }: { verb: Verb; length: number },
  lexicon: Lexicon,
  seen: Seen,
): number {
  if (seen.verbs.length > 0) seen.unused.add(at);
  if (!seen.verbs.some((known) => sameChange(known, verb))) seen.verbs.push(verb);
  const phrase = emptyPhrase();
  const end = readNounPhrase({ tokens, lexicon, destroys: verb.destroys }, at + length, phrase);
  // What is read without reaching a name is not what the verb is done to.
  if (phrase.names.length === 0) return length;
  seen.names.push(...phrase.names);
  return end - at;
}

function longest(
  tokens: readonly Token[],
  at: number,
  forms: readonly ReadonlyMap<string, Verb>[],
): { verb: Verb; length: number } | null {
  let found: { verb: Verb; length: number } | null = null;
  for (const form of forms) {
    const length = phraseAt(tokens, at, form);
    const phrase = tokens
      .slice(at, at + length)
      .map(({ text }) => text)
      .join(' ');
    const verb = form.get(phrase);
    if (verb && length > (found?.length ?? 0)) found = { verb, length };
  }
  return found;
}

function harmlessAt(tokens: readonly Token[], at: number): number {
  if (tokens[at]?.text === '.' && at === tokens.length - 1) return 1;
  return Math.max(
    phraseAt(tokens, at, vocabulary.POLITE),
    phraseAt(tokens, at, vocabulary.POLITE_QUESTIONS),
    phraseAt(tokens, at, vocabulary.OPENERS),
  );
}

/** Where the sentence begins with what only other tools do: "hibernate web-1". */
function otherChange(tokens: readonly Token[]): string | null {
  let at = 0;
  for (;;) {
    const length = harmlessAt(tokens, at) || (tokens[at]?.text === ',' ? 1 : 0);
    if (length === 0) break;
    at += length;
  }
  const found = phraseAt(tokens, at, changes.OTHER_CHANGES);
  return found > 0
    ? tokens
        .slice(at, at + found)
        .map(({ text }) => text)
        .join(' ')
    : null;
}

function moodOf(tokens: readonly Token[], forms: readonly ReadonlyMap<string, Verb>[]): Mood {
  let at = 0;
  for (;;) {
    const length =
      phraseAt(tokens, at, vocabulary.POLITE) ||
      phraseAt(tokens, at, FILLERS) ||
      (at > 0 && tokens[at]?.kind === 'mark' ? 1 : 0);
    if (length === 0) break;
    at += length;
  }
  const isPolite = phraseAt(tokens, at, vocabulary.POLITE_QUESTIONS) > 0;
  // "do not stop X" forbids.
  if (phraseAt(tokens, at, vocabulary.phrases("do not, don't, dont")) > 0) return 'request';
  if (!isPolite && phraseAt(tokens, at, PAST_WORDS) > 0 && forms.length > 1) return 'past';
  const questionMark = tokens.some(({ kind, text }) => kind === 'mark' && text === '?');
  // "when it is done, stop X"
  const isCondition = tokens[at]?.text === 'when' && !questionMark && tokens.some(({ text }) => text === ',');
  if (!isPolite && !isCondition && phraseAt(tokens, at, QUESTION_WORDS) > 0) return 'question';
  return questionMark && !isPolite ? 'question' : 'request';
}
