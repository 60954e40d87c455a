import type { Attribute, Lexicon, Verb } from './lexicon.ts';
import * as vocabulary from './phrases.ts';
import { phraseAt, type Span, type Token } from './tokens.ts';

/** A sentence that contains the verb of a change, taken apart. */
export interface ChangeSentence {
  /** All verbs in it; a plan needs exactly one. */
  verbs: Verb[];
  names: Span[];
  attributes: Attribute[];
  /** "it", "this one". */
  pronoun: boolean;
  /** Positions of tokens that no rule used: any of them turns the request into a question. */
  unused: Set<number>;
}

type Found = ChangeSentence & { askedPolitely: boolean; particle: { word: string; at: number } | null };

/**
 * Reads `[politeness] VERB [the] [attributes] NAME [attributes] [politeness]`. Null without a verb.
 * Everything is used by a rule of that order or lands in `unused`; nothing is skipped.
 */
export function parseChange(tokens: readonly Token[], lexicon: Lexicon): ChangeSentence | null {
  const found: Found = {
    verbs: [],
    names: [],
    attributes: [],
    pronoun: false,
    unused: new Set(),
    askedPolitely: false,
    particle: null,
  };
  let at = 0;
  while (at < tokens.length) {
    const length = step(tokens, at, lexicon, found);
    if (length === 0) found.unused.add(at);
    at += Math.max(length, 1);
  }
  return found.verbs.length === 0 ? null : found;
}

/** How many tokens the rule that applies here uses; 0 for none. */
function step(tokens: readonly Token[], at: number, lexicon: Lexicon, found: Found): number {
  const token = tokens[at];
  if (token === undefined) return 0;
  if (token.kind === 'name') {
    found.names.push(token.span);
    return found.verbs.length > 0 ? 1 : 0;
  }
  if (token.kind === 'mark') return markUsed(tokens, at, found) ? 1 : 0;
  const verb = verbAt(tokens, at, lexicon, found);
  if (verb) return verb;
  if (found.particle?.word === token.text && found.names.length > 0) {
    found.unused.delete(found.particle.at);
    found.particle = null;
    return 1;
  }
  return found.verbs.length === 0 ? beforeVerb(tokens, at, found) : afterVerb(tokens, at, lexicon, found);
}

function beforeVerb(tokens: readonly Token[], at: number, found: Found): number {
  const question = phraseAt(tokens, at, vocabulary.POLITE_QUESTIONS);
  if (question > 0 && opensSentence(tokens, at)) {
    found.askedPolitely = true;
    return question;
  }
  return Math.max(phraseAt(tokens, at, vocabulary.POLITE), phraseAt(tokens, at, vocabulary.OPENERS));
}

function afterVerb(tokens: readonly Token[], at: number, lexicon: Lexicon, found: Found): number {
  const introduction = phraseAt(tokens, at, vocabulary.NAME_INTRODUCTIONS);
  if (introduction > 0 && tokens[at + introduction]?.kind === 'name') return introduction;

  const attribute = attributeWith(tokens, at, lexicon, found);
  if (attribute > 0) return attribute;

  const pronoun = phraseAt(tokens, at, vocabulary.PRONOUNS);
  const next = tokens[at + pronoun];
  const standsAlone =
    next === undefined || next.kind === 'mark' || phraseAt(tokens, at + pronoun, vocabulary.POLITE) > 0;
  if (pronoun > 0 && standsAlone) {
    found.pronoun = true;
    return pronoun;
  }
  const determiner = phraseAt(tokens, at, vocabulary.DETERMINERS);
  if (determiner > 0 && startsNoun(tokens, at + determiner, lexicon)) return determiner;
  return phraseAt(tokens, at, vocabulary.POLITE);
}

/** An attribute, or a preposition and one: "in us-west-2", "in the production account", "with tag env=prod". */
function attributeWith(tokens: readonly Token[], at: number, lexicon: Lexicon, found: Found): number {
  let start = at;
  const introduced = phraseAt(tokens, at, vocabulary.PREPOSITIONS);
  const tagged = phraseAt(tokens, at, vocabulary.phrases('with tag, with the tag, tagged'));
  if (introduced > 0) {
    start += introduced;
    start += phraseAt(tokens, start, vocabulary.phrases('the, region, the region'));
  } else start += tagged;
  const named = lexicon.attributeAt(tokens, start, { tagValues: false });
  if (!named) return 0;
  const { about } = named.attribute;
  if (introduced > 0 && about !== 'region' && about !== 'account' && about !== 'environment') return 0;
  if (tagged > 0 && about !== 'tag') return 0;
  found.attributes.push(named.attribute);
  return start - at + named.length;
}

function startsNoun(tokens: readonly Token[], at: number, lexicon: Lexicon): boolean {
  const token = tokens[at];
  if (token?.kind === 'name') return true;
  return (
    lexicon.attributeAt(tokens, at, { tagValues: false }) !== null ||
    phraseAt(tokens, at, vocabulary.DETERMINERS) > 0
  );
}

/** A whole verb ("shut down X"), or one whose particle comes later ("shut X down"). */
function verbAt(tokens: readonly Token[], at: number, lexicon: Lexicon, found: Found): number {
  const length = phraseAt(tokens, at, lexicon.verbs);
  if (length > 0) {
    const phrase = words(tokens, at, length);
    const verb = lexicon.verbs.get(phrase);
    if (!verb) return 0;
    found.verbs.push(verb);
    if (found.verbs.length > 1) found.unused.add(at);
    return length;
  }
  const token = tokens[at];
  const split = [...lexicon.verbs.values()].find((verb) => {
    const [first, last, more] = verb.phrase.split(' ');
    return more === undefined && last !== undefined && first === token?.text && comesLater(tokens, at, last);
  });
  if (!split) return 0;
  found.verbs.push(split);
  // Until its particle is met behind the name, the verb is not understood.
  found.unused.add(at);
  found.particle = found.verbs.length === 1 ? { word: split.phrase.split(' ')[1] ?? '', at } : null;
  return 1;
}

const comesLater = (tokens: readonly Token[], at: number, word: string) =>
  tokens.slice(at + 2).some((token) => token.kind === 'word' && token.text === word);

/** A full stop at the end, a comma beside politeness, a question mark after "could you". */
function markUsed(tokens: readonly Token[], at: number, found: Found): boolean {
  const mark = tokens[at]?.text;
  const isLast = at === tokens.length - 1;
  if (mark === '.' || mark === '!') return isLast && found.verbs.length > 0;
  if (mark === '?') return isLast && found.askedPolitely;
  if (mark !== ',') return false;
  return phraseAt(tokens, at + 1, vocabulary.POLITE) > 0 || politeBefore(tokens, at);
}

function politeBefore(tokens: readonly Token[], at: number): boolean {
  return [1, 2, 3].some((n) => at >= n && phraseAt(tokens, at - n, vocabulary.POLITE) === n);
}

/** Only politeness stands before: "hi, can you …", not "when can you …". */
function opensSentence(tokens: readonly Token[], at: number): boolean {
  let i = 0;
  while (i < at) {
    const length = tokens[i]?.text === ',' ? 1 : phraseAt(tokens, i, vocabulary.POLITE);
    if (length === 0) return false;
    i += length;
  }
  return true;
}

function words(tokens: readonly Token[], at: number, length: number): string {
  return tokens
    .slice(at, at + length)
    .map(({ text }) => text)
    .join(' ');
}
