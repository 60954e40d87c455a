import type { Attribute, Lexicon } from './lexicon.ts';
import * as vocabulary from './phrases.ts';
import { phraseAt, type Span, type Token } from './tokens.ts';

/** A sentence without the verb of a change: it asks for a list, a number or one resource. */
export interface ReadSentence {
  intent: 'help' | 'describe' | 'list' | 'count' | 'none';
  names: Span[];
  attributes: Attribute[];
  /** "Is X running": the answer starts with yes or no. */
  yesNo: boolean;
  unused: Set<number>;
}

/** `aboutOne`: a resource is meant already, e.g. by a click. */
export function parseRead(tokens: readonly Token[], lexicon: Lexicon, aboutOne: boolean): ReadSentence {
  const start = skipPolite(tokens);
  const body = withoutEnd(tokens.slice(start));
  const names = tokens.flatMap((token) => (token.kind === 'name' ? [token.span] : []));
  const sentence: ReadSentence = {
    intent: 'none',
    names,
    attributes: [],
    yesNo: body[0]?.text === 'is' && names.length === 1,
    unused: new Set(),
  };
  if (isHelp(tokens)) return { ...sentence, intent: 'help' };

  const known = names.length > 0 || aboutOne ? vocabulary.DESCRIBE_WORDS : vocabulary.LIST_WORDS;
  let at = start;
  while (at < start + body.length) {
    const used = use(tokens, at, lexicon, sentence, known);
    if (used === 0) sentence.unused.add(at);
    at += Math.max(used, 1);
  }
  sentence.intent = aboutOne ? 'describe' : intentOf(body, sentence);
  return sentence;
}

function use(
  tokens: readonly Token[],
  at: number,
  lexicon: Lexicon,
  sentence: ReadSentence,
  known: ReadonlySet<string>,
): number {
  const token = tokens[at];
  if (token === undefined || token.kind === 'name') return 1;
  if (isConnector(token)) return joinsAlike(tokens, at, lexicon) ? 1 : 0;
  if (token.kind === 'mark') return 0;
  const named = lexicon.attributeAt(tokens, at, { tagValues: sentence.names.length === 0 });
  if (named) {
    const joined = at > 0 && isConnector(tokens[at - 1]) && joinsAlike(tokens, at - 1, lexicon);
    return add(sentence, named.attribute, joined) ? named.length : 0;
  }
  if (token.text === 'region' || token.text === 'account')
    return besideAttribute(tokens, at, lexicon) || described(token.text, known);
  const introduction = phraseAt(tokens, at, vocabulary.NAME_INTRODUCTIONS);
  if (introduction > 0 && tokens[at + introduction]?.kind === 'name') return introduction;
  return Math.max(phraseAt(tokens, at, known), phraseAt(tokens, at, vocabulary.POLITE));
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
  return sentence.attributes.length > 0 ? 'list' : 'none';
}

/** "list" alone says nothing; "list everything" and "what do we have" do. */
function saysWhat(body: readonly Token[], sentence: ReadSentence): boolean {
  const all = vocabulary.phrases('all, everything, resources, resource, have, exists');
  return sentence.attributes.length > 0 || body.some(({ text }) => all.has(text));
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
