import { conditionAt, type FactCondition } from './factConditions.ts';
import type { Attribute, EstateWords, Lexicon } from './lexicon.ts';
import * as vocabulary from './phrases.ts';
import { type Asked, askedAt, type Extreme, extremeAt, type Group, groupAt } from './readWords.ts';
import { phraseAt, type Span, type Token } from './tokens.ts';

/** A sentence without the verb of a change: it asks for a list, a number or one resource. */
export interface ReadSentence {
  intent: 'help' | 'describe' | 'list' | 'count' | 'none';
  names: Span[];
  attributes: Attribute[];
  /** What only facts answer: "public", "not encrypted". */
  conditions: FactCondition[];
  /** "in each account", "which regions". */
  group: Group | null;
  /** "biggest", "oldest". */
  extreme: Extreme | null;
  /** "total storage". */
  sum: boolean;
  /** What is to be said of one resource: "the port", "how old". */
  asked: Asked[];
  /** "Is X running": the answer starts with yes or no. */
  yesNo: boolean;
  unused: Set<number>;
}

interface Place {
  lexicon: Lexicon;
  estate: EstateWords;
  known: ReadonlySet<string>;
}

/** `aboutOne`: a resource is meant already, e.g. by a click. */
export function parseRead(
  tokens: readonly Token[],
  lexicon: Lexicon,
  estate: EstateWords,
  aboutOne: boolean,
): ReadSentence {
  const start = skipPolite(tokens);
  const body = withoutEnd(tokens.slice(start));
  const names = tokens.flatMap((token) => (token.kind === 'name' ? [token.span] : []));
  const sentence: ReadSentence = {
    intent: 'none',
    names,
    attributes: [],
    conditions: [],
    group: null,
    extreme: null,
    sum: false,
    asked: [],
    yesNo: (body[0]?.text === 'is' || body[0]?.text === 'does') && names.length === 1,
    unused: new Set(),
  };
  if (isHelp(tokens)) return { ...sentence, intent: 'help' };

  const known = names.length > 0 || aboutOne ? vocabulary.DESCRIBE_WORDS : vocabulary.LIST_WORDS;
  let at = start;
  while (at < start + body.length) {
    const used = use(tokens, at, { lexicon, estate, known }, sentence);
    if (used === 0) sentence.unused.add(at);
    at += Math.max(used, 1);
  }
  sentence.intent = aboutOne ? 'describe' : intentOf(body, sentence);
  return sentence;
}

function use(tokens: readonly Token[], at: number, place: Place, sentence: ReadSentence): number {
  const { lexicon, estate, known } = place;
  const token = tokens[at];
  if (token === undefined || token.kind === 'name') return 1;
  if (isConnector(token)) return joinsAlike(tokens, at, lexicon) ? 1 : 0;
  if (token.kind === 'mark') return 0;
  const special = useFacts(tokens, at, estate, sentence);
  if (special > 0) return special;
  const owned = tagWordsAt(tokens, at, estate);
  if (owned) return add(sentence, owned.attribute, false) ? owned.length : 0;
  const named = lexicon.attributeAt(tokens, at, { tagValues: sentence.names.length === 0 });
  if (named) {
    const joined = at > 0 && isConnector(tokens[at - 1]) && joinsAlike(tokens, at - 1, lexicon);
    return add(sentence, named.attribute, joined) ? named.length : 0;
  }
  if (token.text === 'region' || token.text === 'account')
    return besideAttribute(tokens, at, lexicon) || described(token.text, known);
  if (sentence.asked.length > 0 && FACT_FILLERS.has(token.text)) return 1;
  const introduction = phraseAt(tokens, at, vocabulary.NAME_INTRODUCTIONS);
  if (introduction > 0 && tokens[at + introduction]?.kind === 'name') return introduction;
  if (known === vocabulary.LIST_WORDS && INTRODUCING.has(token.text) && !introduces(tokens, at, place))
    return 0;
  return Math.max(phraseAt(tokens, at, known), phraseAt(tokens, at, vocabulary.POLITE));
}

const INTRODUCING = vocabulary.phrases('with, tag, tags, tagged, env, environment');

/** Beside what they say ("with tag env=prod", "the staging environment") these add nothing; alone they ask for more. */
function introduces(tokens: readonly Token[], at: number, { lexicon, estate }: Place): boolean {
  const isBetween = (word: string) =>
    INTRODUCING.has(word) || vocabulary.DETERMINERS.has(word) || vocabulary.PREPOSITIONS.has(word);
  let next = at + 1;
  while (isBetween(tokens[next]?.text ?? '')) next += 1;
  const says = (i: number) =>
    lexicon.attributeAt(tokens, i, { tagValues: true, introduced: true }) ??
    tagWordsAt(tokens, i, estate) ??
    conditionAt(tokens, i, tagKeysOf(estate)) ??
    groupAt(tokens, i) ??
    extremeAt(tokens, i);
  return says(next) !== null || lexicon.attributeAt(tokens, at - 1, { tagValues: true })?.length === 1;
}

/** "what port does X listen on" */
const FACT_FILLERS = vocabulary.phrases(
  'does, listen, listens, use, uses, was, were, run, runs, have, has, to',
);

const tagKeysOf = (estate: EstateWords) =>
  new Set(estate.tags.map((pair) => pair.slice(0, pair.indexOf('=')).toLowerCase()));

/** Conditions, groups, extremes and facts asked for; the number of tokens they take. */
function useFacts(tokens: readonly Token[], at: number, estate: EstateWords, sentence: ReadSentence): number {
  const isOne = sentence.names.length > 0;
  const asked = isOne ? askedAt(tokens, at) : null;
  if (asked) {
    sentence.asked.push(asked.asked);
    return asked.length;
  }
  const fact = conditionAt(tokens, at, tagKeysOf(estate));
  if (fact) {
    sentence.conditions.push(fact.condition);
    return fact.length;
  }
  if (isOne) return 0;
  const group = sentence.group ? null : groupAt(tokens, at);
  if (group) {
    sentence.group = group.group;
    return group.length;
  }
  const extreme = sentence.extreme ? null : extremeAt(tokens, at);
  if (extreme) {
    sentence.extreme = extreme.extreme;
    return extreme.length;
  }
  const sum = phraseAt(tokens, at, vocabulary.phrases('total storage, total size, storage of all'));
  if (sum > 0) sentence.sum = true;
  return sum;
}

/** "team payments", "the payments team", "the staging account": a tag's key or an account beside its word. */
function tagWordsAt(
  tokens: readonly Token[],
  at: number,
  estate: EstateWords,
): { attribute: Attribute; length: number } | null {
  const word = tokens[at]?.kind === 'word' ? tokens[at]?.text : undefined;
  const next = tokens[at + 1]?.kind === 'word' ? tokens[at + 1]?.text : undefined;
  if (!word || !next) return null;
  const pair = estate.tags.find((tag) => [`${word}=${next}`, `${next}=${word}`].includes(tag.toLowerCase()));
  if (pair) {
    const cut = pair.indexOf('=');
    return { attribute: { about: 'tag', key: pair.slice(0, cut), value: pair.slice(cut + 1) }, length: 2 };
  }
  if (next !== 'account') return null;
  const accounts = estate.accounts.filter(({ name }) =>
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .includes(word),
  );
  const accountIds = accounts.map(({ accountId }) => accountId);
  return accountIds.length > 0 ? { attribute: { about: 'account', accountIds }, length: 2 } : null;
}

const described = (word: string, known: ReadonlySet<string>) => (known.has(word) ? 1 : 0);

/** "region" and "account" before their value: "in region Frankfurt". */
function besideAttribute(tokens: readonly Token[], at: number, lexicon: Lexicon): number {
  const about = lexicon.attributeAt(tokens, at + 1, { tagValues: false })?.attribute.about;
  return about === 'region' || about === 'account' ? 1 : 0;
}

function isConnector(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === 'mark' ? token.text === ',' : vocabulary.CONNECTORS.has(token.text);
}

/** "or", "and" and commas join values of one kind: "stopped or stopping", "Paris and London". */
function joinsAlike(tokens: readonly Token[], at: number, lexicon: Lexicon): boolean {
  const after = lexicon.attributeAt(tokens, at + 1, { tagValues: false })?.attribute.about;
  if (after === undefined || after === 'tag' || after === 'environment') return false;
  for (let start = at - 1; start >= Math.max(0, at - 5); start--) {
    const before = lexicon.attributeAt(tokens, start, { tagValues: false });
    if (before && start + before.length === at && before.attribute.about === after) return true;
  }
  return false;
}

/**
 * Joined values widen ("Paris and London"); types side by side narrow ("rds" + "instances"). False for what
 * cannot hold at once.
 */
function add(sentence: ReadSentence, attribute: Attribute, joined: boolean): boolean {
  const { attributes } = sentence;
  if (attribute.about === 'type' && !joined) {
    const known = attributes.findIndex(({ about }) => about === 'type');
    const before = attributes[known];
    if (before?.about === 'type') {
      const types = before.types.filter((type) => attribute.types.includes(type));
      if (types.length > 0) attributes[known] = { about: 'type', types };
      return types.length > 0;
    }
  }
  const single = attribute.about === 'region' || attribute.about === 'state' || attribute.about === 'account';
  if (single && !joined && attributes.some(({ about }) => about === attribute.about)) return false;
  attributes.push(attribute);
  return true;
}

function intentOf(body: readonly Token[], sentence: ReadSentence): ReadSentence['intent'] {
  if (sentence.names.length > 0) return 'describe';
  const leads = phraseAt(body, 0, vocabulary.COUNT_LEADS);
  if (leads > 0) return saysWhat(body, sentence) ? 'count' : 'none';
  if (phraseAt(body, 0, vocabulary.LIST_LEADS) > 0) return saysWhat(body, sentence) ? 'list' : 'none';
  return saysAnything(sentence) ? 'list' : 'none';
}

const saysAnything = ({ attributes, conditions, group, extreme, sum }: ReadSentence): boolean =>
  attributes.length + conditions.length > 0 || group !== null || extreme !== null || sum;

/** "list" alone says nothing; "list everything" and "what do we have" do. */
function saysWhat(body: readonly Token[], sentence: ReadSentence): boolean {
  const all = vocabulary.phrases('all, everything, resources, resource, have, exists');
  return saysAnything(sentence) || body.some(({ text }) => all.has(text));
}

function isHelp(tokens: readonly Token[]): boolean {
  const text = tokens
    .filter((token) => token.kind === 'word')
    .map(({ text }) => text)
    .join(' ');
  const onlyMarks = tokens.every((token) => token.kind === 'mark' && token.text === '?');
  return (tokens.length > 0 && onlyMarks) || vocabulary.HELP.has(text.replace(/^please | please$/g, ''));
}

function skipPolite(tokens: readonly Token[]): number {
  let at = 0;
  for (;;) {
    const length = Math.max(
      phraseAt(tokens, at, vocabulary.POLITE),
      phraseAt(tokens, at, vocabulary.POLITE_QUESTIONS),
      at > 0 && tokens[at]?.text === ',' ? 1 : 0,
    );
    if (length === 0) return at;
    at += length;
  }
}

function withoutEnd(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.at(-1);
  return last?.kind === 'mark' && ['.', '!', '?'].includes(last.text) ? tokens.slice(0, -1) : tokens;
}
