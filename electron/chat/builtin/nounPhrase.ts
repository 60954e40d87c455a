import type { Attribute, Lexicon } from './lexicon.ts';
import * as vocabulary from './phrases.ts';
import { phraseAt, type Span, type Token } from './tokens.ts';

/** What a verb is done to, as the sentence says it. */
export interface NounPhrase {
  names: Span[];
  attributes: Attribute[];
  /** "it", "this one". */
  pronoun: boolean;
  /** "all", "both": several at once are meant. */
  quantity: boolean;
}

export const emptyPhrase = (): NounPhrase => ({ names: [], attributes: [], pronoun: false, quantity: false });

/** "stop testing qa-box" and "stop test" end an activity: such words are adjectives only behind an article. */
const ACTIVITIES = new Set(['test', 'stage', 'production', 'development']);
const isActivity = (word: string) => /ing(-|$)/.test(word) || ACTIVITIES.has(word);
/** What may be taken away from a thing, so that behind "remove" it is no adjective without a noun. */
const REMOVABLE = new Set<Attribute['about']>(['state', 'environment', 'engine', 'tag']);

interface Place {
  tokens: readonly Token[];
  lexicon: Lexicon;
  destroys: boolean;
}

/**
 * Reads `[the] [attributes] NAME [attributes]` from token `at`; where it ends. Stops at the first token it has
 * no rule for, so that what it leaves is the sentence's own.
 */
export function readNounPhrase(place: Place, at: number, into: NounPhrase): number {
  const before = readBefore(place, at, into);
  if (into.pronoun) return readAfter(place, before, into);
  const pronoun = into.attributes.length === 0 ? pronounAt(place.tokens, at) : 0;
  const token = place.tokens[before];
  if (token?.kind === 'name') {
    into.names.push(token.span);
    return readAfter(place, before + 1, into);
  }
  if (pronoun > 0) {
    into.pronoun = true;
    return readAfter(place, at + pronoun, into);
  }
  return readAfter(place, before, into);
}

/** A pronoun that no noun follows: "this", not "this database". */
function pronounAt(tokens: readonly Token[], at: number): number {
  const length = phraseAt(tokens, at, vocabulary.PRONOUNS);
  return length > 0 && tokens[at + length]?.kind !== 'name' ? length : 0;
}

function readBefore({ tokens, lexicon, destroys }: Place, start: number, into: NounPhrase): number {
  let at = start;
  let isDetermined = false;
  let hasNoun = false;
  /** Removable words before a noun: without one they are what is to be removed. */
  let waitsForNoun = -1;
  const attributesBefore = into.attributes.length;
  for (;;) {
    const token = tokens[at];
    if (token?.kind !== 'word') break;
    const introduction = introducesName(tokens, at, destroys, hasNoun);
    if (introduction > 0) {
      at += introduction;
      break;
    }
    const quantity = phraseAt(tokens, at, vocabulary.QUANTITIES);
    if (quantity > 0) {
      into.quantity = true;
      isDetermined = true;
      at += quantity;
      continue;
    }
    const determiner = phraseAt(tokens, at, vocabulary.DETERMINERS);
    if (determiner > 0 && !isDetermined) {
      isDetermined = true;
      at += determiner;
      continue;
    }
    // "the staging one"
    if (token.text === 'one' && isDetermined && !into.quantity) {
      into.pronoun = true;
      at += 1;
      break;
    }
    const named = lexicon.attributeAt(tokens, at, { tagValues: false });
    if (!named) break;
    const { about } = named.attribute;
    if (about === 'tag') break;
    const isAdjective = about === 'state' || about === 'environment';
    if (isAdjective && (hasNoun || (isActivity(token.text) && !isDetermined))) break;
    if (destroys && about !== 'type') {
      if (!REMOVABLE.has(about) || !isDetermined || hasNoun) break;
      if (waitsForNoun < 0) waitsForNoun = at;
    }
    into.attributes.push(named.attribute);
    if (about === 'type') hasNoun = true;
    at += named.length;
  }
  if (waitsForNoun >= 0 && !hasNoun) {
    into.attributes.length = attributesBefore;
    return waitsForNoun;
  }
  return at;
}

/** "named X", "with id X"; a bare "id", "arn" or "name" only before what is one, and never as what to remove. */
function introducesName(tokens: readonly Token[], at: number, destroys: boolean, hasNoun: boolean): number {
  const length = phraseAt(tokens, at, vocabulary.NAME_INTRODUCTIONS);
  const next = tokens[at + length];
  if (length === 0 || next?.kind !== 'name') return 0;
  const word = tokens[at]?.text;
  const { text, resources } = next.span;
  const said = text.toLowerCase();
  if (word === 'name') return destroys ? 0 : length;
  if (word !== 'id' && word !== 'arn') return length;
  const isOne = resources.some((r) => (word === 'id' ? r.id : r.arn).toLowerCase() === said);
  return isOne && (hasNoun || !destroys) ? length : 0;
}

function readAfter(place: Place, start: number, into: NounPhrase): number {
  let at = start;
  for (;;) {
    const length = attributeAfter(place, at, into) || secondName(place.tokens, at, into);
    if (length === 0) return at;
    at += length;
  }
}

const TAGGED = vocabulary.phrases('with tag, with the tag, tagged');
const PLACES = new Set<Attribute['about']>(['region', 'zone', 'account']);

/** "in us-west-2", "of the production account", "(eu-west-1)", ", account sample-staging", "with tag env=prod". */
function attributeAfter({ tokens, lexicon, destroys }: Place, at: number, into: NounPhrase): number {
  const comma = tokens[at]?.text === ',' && into.names.length > 0 ? 1 : 0;
  let start = at + comma;
  const introduced = phraseAt(tokens, start, vocabulary.PREPOSITIONS);
  const tagged = phraseAt(tokens, start, TAGGED);
  // "remove X from production" takes it out of something.
  if (destroys && tokens[start]?.text === 'from') return 0;
  if (introduced > 0) {
    start += introduced;
    start += phraseAt(
      tokens,
      start,
      vocabulary.phrases('the, my, our, region, the region, zone, az, zone az'),
    );
  } else start += tagged;
  const named = lexicon.attributeAt(tokens, start, { tagValues: false, introduced: introduced > 0 });
  if (!named) return 0;
  const { about } = named.attribute;
  const isPlace = PLACES.has(about);
  const fits =
    tagged > 0
      ? about === 'tag'
      : introduced > 0
        ? isPlace || about === 'environment'
        : isPlace || (about === 'type' && comma === 0 && into.names.length > 0);
  if (!fits) return 0;
  into.attributes.push(named.attribute);
  let length = start - at + named.length;
  // "in the staging environment"
  if (about === 'environment')
    length += phraseAt(tokens, at + length, vocabulary.phrases('environment, env'));
  return length;
}

/** The id beside the name of the same resource: "web-1 (i-0aaa)". */
function secondName(tokens: readonly Token[], at: number, into: NounPhrase): number {
  const [first] = into.names;
  const open = tokens[at]?.text === '(' ? 1 : 0;
  const token = tokens[at + open];
  if (!first || token?.kind !== 'name') return 0;
  if (open === 1 && tokens[at + 2]?.text !== ')') return 0;
  if (!token.span.resources.some((resource) => first.resources.includes(resource))) return 0;
  into.names.push(token.span);
  return open === 1 ? 3 : 1;
}
