import { RESOURCE_TYPES, type ResourceType } from '../../../preload/contract/models.ts';
import type { PlannedAction, Planner } from '../planner.ts';
import * as vocabulary from './phrases.ts';
import { phraseAt, type Token } from './tokens.ts';
import { type Verb, type VerbForms, verbForms } from './verbs.ts';

/** What a part of a sentence says about the resources meant. */
export type Attribute =
  | { about: 'type'; types: ResourceType[] }
  | { about: 'region'; region: string }
  | { about: 'zone'; zone: string }
  | { about: 'state'; state: string }
  | { about: 'account'; accountIds: string[] }
  | { about: 'tag'; key: string; value: string }
  | { about: 'environment'; names: readonly string[] }
  | { about: 'engine'; engines: readonly string[] }
  /** A bare word that is the value of tags; only for lists. */
  | { about: 'tagValue'; pairs: string[] };

/** What the estate itself adds to the words that are understood. */
export interface EstateWords {
  regions: string[];
  states: string[];
  /** `key=value` */
  tags: string[];
  accountIds: string[];
  accounts: { accountId: string; name: string; production?: boolean }[];
}

const STATIC = staticAttributes();
const ZONE = /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/;

/** Every word that the built-in assistant understands at this moment. */
export class Lexicon {
  readonly forms: VerbForms;
  readonly verbs: Map<string, Verb>;
  readonly #attributes = new Map<string, Attribute>();
  /** Words of tags: too easily written by others to count in a request for a change. */
  readonly #tagValues = new Map<string, Attribute>();
  /** Names of accounts without the word: they count behind "in". */
  readonly #accountNames = new Map<string, Attribute>();
  readonly #tags: string[];
  readonly #planner: Pick<Planner, 'actionsFor'>;

  constructor(planner: Pick<Planner, 'actionsFor'>, estate: EstateWords) {
    this.#planner = planner;
    this.forms = verbForms(planner);
    this.verbs = this.forms.verbs;
    this.#tags = estate.tags;
    for (const region of estate.regions) this.#addAll(forms(region, 'region'), { about: 'region', region });
    for (const state of estate.states) this.#add(state, { about: 'state', state });
    for (const accountId of estate.accountIds)
      this.#addAll(forms(accountId, 'account'), { about: 'account', accountIds: [accountId] });
    this.#addAccountNames(estate.accounts);
    for (const pair of estate.tags) this.#addTagValue(pair);
  }

  /** The attribute named at token `at`, longest first. `introduced`: behind "in", where a bare account name counts. */
  attributeAt(
    tokens: readonly Token[],
    at: number,
    options: { tagValues: boolean; introduced?: boolean },
  ): { attribute: Attribute; length: number } | null {
    const token = tokens[at];
    if (token?.kind !== 'word') return null;
    const pair = /^([^=]+)=(.+)$/.exec(token.raw);
    if (pair?.[1] && pair[2]) return { attribute: this.#tag(pair[1], pair[2]), length: 1 };
    if (ZONE.test(token.text)) return { attribute: { about: 'zone', zone: token.text }, length: 1 };
    const sources = [
      this.#attributes,
      STATIC,
      ...(options.introduced ? [this.#accountNames] : []),
      ...(options.tagValues ? [this.#tagValues] : []),
    ];
    const length = phraseAt(tokens, at, { has: (phrase) => sources.some((source) => source.has(phrase)) });
    const phrase = tokens
      .slice(at, at + length)
      .map(({ text }) => text)
      .join(' ');
    for (const source of sources) {
      const attribute = source.get(phrase);
      if (attribute) return { attribute, length };
    }
    return null;
  }

  actionsOf(type: ResourceType): readonly PlannedAction[] {
    return this.#planner.actionsFor(type);
  }

  get allActions(): PlannedAction[] {
    return RESOURCE_TYPES.flatMap((type) => this.actionsOf(type));
  }

  /** What can be done to resources of this type, each by the first of its verbs. */
  changesOf(type: ResourceType): string[] {
    return this.#planner.actionsFor(type).flatMap(({ verbs }) => verbs.slice(0, 1));
  }

  /** Whether the grammar uses this word, so that a name of nothing else is no sure name. */
  isKnown = (word: string): boolean => WORDS.has(word) || this.#verbWords().has(word);

  #cachedVerbWords: Set<string> | null = null;
  #verbWords(): Set<string> {
    this.#cachedVerbWords ??= new Set([...this.verbs.keys()].flatMap((phrase) => phrase.split(' ')));
    return this.#cachedVerbWords;
  }

  /** With the spelling of the estate where only the case differs. */
  #tag(key: string, value: string): Attribute {
    const said = `${key}=${value}`;
    const known = this.#tags.includes(said)
      ? said
      : (this.#tags.find((tag) => tag.toLowerCase() === said.toLowerCase()) ?? said);
    const cut = known.indexOf('=');
    return { about: 'tag', key: known.slice(0, cut), value: known.slice(cut + 1) };
  }

  #add(phrase: string, attribute: Attribute): void {
    const text = phrase.toLowerCase();
    if (!vocabulary.RESERVED.has(text) && !this.verbs.has(text) && !STATIC.has(text))
      this.#attributes.set(text, attribute);
  }

  #addAll(list: string[], attribute: Attribute): void {
    for (const phrase of list) this.#add(phrase, attribute);
  }

  /** Names count beside the word "account"; two accounts of one name are both meant. */
  #addAccountNames(accounts: EstateWords['accounts']): void {
    const byPhrase = new Map<string, string[]>();
    const alone = new Map<string, string[]>();
    const add = (map: Map<string, string[]>, phrase: string, accountId: string) =>
      map.set(phrase, [...(map.get(phrase) ?? []), accountId]);
    for (const { accountId, name } of accounts) {
      const lower = name.toLowerCase();
      const spoken = [lower, lower.replace(/[-_.\s]+/g, ' ')];
      const short = spoken.map((text) => text.replace(/[-_.\s]account$/, ''));
      for (const text of new Set([...spoken, ...short])) {
        if (text === '' || vocabulary.RESERVED.has(text)) continue;
        const whole = /\baccount$/.test(text) ? [text] : [`account ${text}`, `${text} account`];
        for (const phrase of whole) add(byPhrase, phrase, accountId);
        add(alone, text, accountId);
      }
    }
    for (const [phrase, accountIds] of byPhrase)
      this.#add(phrase, { about: 'account', accountIds: [...new Set(accountIds)] });
    for (const [phrase, accountIds] of alone)
      if (!STATIC.has(phrase))
        this.#accountNames.set(phrase, { about: 'account', accountIds: [...new Set(accountIds)] });
  }

  #addTagValue(pair: string): void {
    const value = pair.slice(pair.indexOf('=') + 1).toLowerCase();
    const words = value.split(/\s+/);
    if (value.length < 2 || words.length > 4 || words.some((word) => WORDS.has(word))) return;
    const known = this.#tagValues.get(value);
    const pairs = known?.about === 'tagValue' ? [...known.pairs, pair] : [pair];
    this.#tagValues.set(value, { about: 'tagValue', pairs });
  }
}

function forms(value: string, noun: string): string[] {
  return [value, `${value} ${noun}`, `${noun} ${value}`];
}

function staticAttributes(): Map<string, Attribute> {
  const map = new Map<string, Attribute>();
  for (const [noun, types] of Object.entries(vocabulary.TYPE_NOUNS)) {
    for (const form of [noun, `${noun}s`, ...(noun.endsWith('x') ? [`${noun}es`] : [])])
      map.set(form, { about: 'type', types });
  }
  for (const [region, names] of Object.entries(vocabulary.REGION_NAMES)) {
    for (const name of [region, ...vocabulary.phrases(names)])
      for (const form of forms(name, 'region')) map.set(form, { about: 'region', region });
  }
  for (const state of vocabulary.STATES)
    map.set(state, { about: 'state', state: state === 'in use' ? 'in-use' : state });
  for (const names of vocabulary.ENVIRONMENTS)
    for (const name of names) map.set(name, { about: 'environment', names });
  for (const [engine, engines] of Object.entries(vocabulary.ENGINES))
    map.set(engine, { about: 'engine', engines });
  return map;
}

const WORDS: ReadonlySet<string> = new Set(
  [
    ...STATIC.keys(),
    ...vocabulary.RESERVED,
    ...vocabulary.POLITE,
    ...vocabulary.OPENERS,
    ...vocabulary.POLITE_QUESTIONS,
    ...vocabulary.DETERMINERS,
    ...vocabulary.PRONOUNS,
    ...vocabulary.PREPOSITIONS,
    ...vocabulary.NAME_INTRODUCTIONS,
    ...vocabulary.LIST_WORDS,
    ...vocabulary.DESCRIBE_WORDS,
    ...vocabulary.HELP,
  ].flatMap((phrase) => phrase.split(' ')),
);
