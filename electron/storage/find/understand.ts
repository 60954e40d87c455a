import type { QueryChip } from '../../../preload/contract/models.ts';
import { NEGATING_PAIRS } from './dictionary/grammar.ts';
import { LONGEST_SYNONYM, synonymsOf } from './dictionary/synonyms.ts';
import { matchPhrase } from './dictionary.ts';
import type { Asked, Facet, Understood, Vocabularies } from './facet.ts';
import type { TagPairs } from './interner.ts';
import type { QueryWord } from './lexical.ts';
import { findMeasures } from './measures.ts';
import { isNegation, isStopWord, type Token, tokenize } from './tokens.ts';
import { weighTypes } from './typeHeads.ts';

const ID_START = /^(?:i|vol|vpc|subnet|sg)-(?=[0-9a-f]*\d)[0-9a-f]{1,17}$/;
/** Who types an id means it. */
const ID_WEIGHT = 5;
/** As AWS's console and people group it; three and three would be an IP address. */
const ACCOUNT_ID = /(?:^|[:=#])(\d{4}([-.]?)\d{4}\2\d{4})$/;
const SYNONYM_WEIGHT = 0.45;
const JOINED_WEIGHT = 0.9;
const INITIALS_WEIGHT = 0.8;

/** Reads a query. `names` = spans of the text that are whole names: words, but nothing else. */
export function understand(
  text: string,
  names: { start: number; end: number }[],
  ignoredChips: readonly string[],
  vocabularies: Vocabularies,
): Understood {
  const tokens = tokenize(text, vocabularies.words);
  return new Reading(text, tokens, names, ignoredChips, vocabularies).understood();
}

class Reading {
  readonly #text: string;
  readonly #tokens: Token[];
  readonly #words: string[];
  readonly #ignored: ReadonlySet<string>;
  readonly #vocabularies: Vocabularies;
  readonly #facets: Facet[] = [];
  readonly #said: boolean[];
  readonly #explained: boolean[];
  readonly #isName: boolean[];
  #negating = false;

  constructor(
    text: string,
    tokens: Token[],
    names: { start: number; end: number }[],
    ignored: readonly string[],
    vocabularies: Vocabularies,
  ) {
    this.#text = text;
    this.#tokens = tokens;
    this.#words = tokens.map((token) => token.word);
    this.#ignored = new Set(ignored);
    this.#vocabularies = vocabularies;
    this.#said = tokens.map(() => false);
    this.#explained = tokens.map(() => false);
    this.#isName = tokens.map(({ start, end }) => names.some((name) => start < name.end && name.start < end));
  }

  understood(): Understood {
    this.#readMeasures();
    for (let i = 0; i < this.#tokens.length; ) i = this.#readAt(i);
    weighTypes(this.#facets, this.#words);
    const unexplained = this.#words.filter((_, i) => this.#said[i] && !this.#explained[i]);
    return { facets: this.#facets, words: this.#queryWords(), unexplained, tokens: this.#tokens };
  }

  #readMeasures(): void {
    for (const measure of findMeasures(this.#text, this.#vocabularies.now)) {
      const inside = this.#tokens.flatMap((t, i) =>
        t.start < measure.end && measure.start < t.end ? [i] : [],
      );
      const from = inside[0];
      const to = inside.at(-1);
      if (from === undefined || to === undefined || inside.some((i) => this.#isName[i] || this.#explained[i]))
        continue;
      const id = `measure:${measure.label.toLowerCase()}`;
      this.#add('words', id, measure.label, { kind: 'measure', measure }, from, to, false);
    }
  }

  /** Reads what starts at token `i` and returns where to go on. */
  #readAt(i: number): number {
    const token = this.#tokens[i];
    if (!token || this.#explained[i]) return i + 1;
    if (this.#isName[i]) {
      this.#said[i] = true;
      this.#negating = false;
      return i + 1;
    }
    if (this.#negating && this.#endsNegation(i)) this.#negating = false;
    return (
      this.#readMissingTag(i) ??
      this.#readTagPair(i) ??
      this.#readIdStart(i) ??
      this.#readPhrase(i) ??
      this.#readNegation(i) ??
      this.#readAccount(i) ??
      this.#readState(i) ??
      this.#readWord(i)
    );
  }

  /** A list stays negated (`not dev or staging`); `but`, `and` and `with` end it. */
  #endsNegation(i: number): boolean {
    return (
      ['but', 'and', 'with', 'that', 'which'].includes(this.#words[i] ?? '') &&
      !isNegation(this.#words[i - 1] ?? '')
    );
  }

  /** `without an owner tag`, `missing the cost center tag`, `no owner`. */
  #readMissingTag(i: number): number | null {
    if (!isNegation(this.#words[i] ?? '')) return null;
    let at = i + 1;
    while (['a', 'an', 'the', 'any', 'tag', 'its', 'their'].includes(this.#words[at] ?? '')) at += 1;
    const key = this.#vocabularies.tags.words.matchKey(this.#words, at);
    if (!key) return null;
    const end = at + key.length;
    const saysTag = this.#words[end] === 'tag' || this.#words.slice(i + 1, at).includes('tag');
    if (!saysTag && matchPhrase(this.#words, at)) return null;
    const label = this.#words.slice(at, end).join(' ');
    const to = this.#words[end] === 'tag' ? end : end - 1;
    this.#negating = true;
    this.#add('tag', `tagkey:${label}`, `tag ${label}`, { kind: 'tagKey', pairs: key.ids }, i, to);
    this.#negating = false;
    return to + 1;
  }

  /** `env=prod`, `team:data`. */
  #readTagPair(i: number): number | null {
    const token = this.#tokens[i];
    const written = token && this.#text.slice(token.start, token.end);
    const cut = written?.search(/[=:]/) ?? -1;
    if (!token || !written || cut <= 0 || written.startsWith('arn:')) return null;
    const key = written.slice(0, cut).toLowerCase();
    const value = written.slice(cut + 1).toLowerCase();
    const { tags } = this.#vocabularies;
    const ids = new Set<number>();
    for (let id = 0; id < tags.capacity; id++) {
      const pair = tags.get(id);
      if (pair?.key.toLowerCase() === key && pair.value.toLowerCase() === value) ids.add(id);
    }
    if (ids.size === 0) return null;
    let to = i;
    while (this.#tokens[to + 1]?.start === token.start) to += 1;
    this.#add('tag', `tag:${key}=${value}`, `${key}=${value}`, { kind: 'tag', pairs: ids, words: [] }, i, to);
    return to + 1;
  }

  /** The beginning of an AWS id: `sg-0a1`, `i-0`. */
  #readIdStart(i: number): number | null {
    const token = this.#tokens[i];
    const written = token ? this.#text.slice(token.start, token.end).toLowerCase() : '';
    if (!token || !ID_START.test(written)) return null;
    let to = i;
    while (this.#tokens[to + 1]?.start === token.start) to += 1;
    const facet = this.#add('name', `id:${written}`, written, { kind: 'id', start: written }, i, to);
    if (facet) facet.weight = ID_WEIGHT;
    return to + 1;
  }

  /** The longer of a dictionary phrase and a tag value; the dictionary when they are as long. */
  #readPhrase(i: number): number | null {
    const phrase = matchPhrase(this.#words, i);
    const value = isStopWord(this.#words[i] ?? '')
      ? null
      : this.#vocabularies.tags.words.matchValue(this.#words, i);
    const isPhraseFree = (length: number) => !this.#isName.slice(i, i + length).includes(true);
    if (phrase && phrase.length >= (value?.length ?? 0) && isPhraseFree(phrase.length)) {
      const strongest = phrase.senses.filter(
        (sense) => sense.weight >= (phrase.senses[0]?.weight ?? 1) - 0.05,
      );
      const id = strongest.map((sense) => sense.concept.id).join('|');
      const label = strongest.map((sense) => sense.concept.label).join(' or ');
      const kinds = new Set(strongest.map(({ concept }) => ('kind' in concept ? concept.kind : 'region')));
      const kind = kinds.size === 1 ? ([...kinds][0] ?? 'words') : 'words';
      const to = i + phrase.length - 1;
      this.#add(kind, id, label, { kind: 'senses', senses: phrase.senses }, i, to);
      return to + 1;
    }
    if (value && isPhraseFree(value.length)) {
      this.#addTag(value.ids, i, i + value.length - 1, 1);
      return i + value.length;
    }
    return null;
  }

  #readNegation(i: number): number | null {
    const pair = `${this.#words[i]} ${this.#words[i + 1]}`;
    const length = NEGATING_PAIRS.has(pair) ? 2 : isNegation(this.#words[i] ?? '') ? 1 : 0;
    if (length === 0) return null;
    this.#negating = true;
    return i + length;
  }

  /** `012345678901`, `0123-4567-8901`: read as it is written, since a word drops its leading zeros. */
  #readAccount(i: number): number | null {
    const token = this.#tokens[i];
    const written = token ? this.#text.slice(token.start, token.end) : '';
    const accountId = ACCOUNT_ID.exec(written)?.[1]?.replace(/[-.]/g, '');
    if (!token || !accountId || !/^\d+$/.test(this.#words[i] ?? '')) return null;
    let to = i;
    while (this.#tokens[to + 1]?.start === token.start) to += 1;
    this.#add(
      'account',
      `account:${accountId}`,
      `account ${accountId}`,
      { kind: 'account', accountId },
      i,
      to,
    );
    return to + 1;
  }

  /** A state in the service's own words: `backing-up`, `pending`. */
  #readState(i: number): number | null {
    for (const length of [3, 2, 1]) {
      const state = this.#words.slice(i, i + length).join('-');
      if (isStopWord(state) || state === 'none' || this.#vocabularies.states.find(state) === undefined)
        continue;
      this.#add('state', `state:=${state}`, state, { kind: 'state', state }, i, i + length - 1);
      return i + length;
    }
    return null;
  }

  #readWord(i: number): number {
    const word = this.#words[i] ?? '';
    if (isStopWord(word) || word === '') return i + 1;
    if (this.#negating) {
      this.#add('words', `word:${word}`, word, { kind: 'word', word }, i, i);
      return i + 1;
    }
    this.#said[i] = true;
    const initials = this.#vocabularies.tags.words.matchInitials(word);
    if (initials) {
      this.#addTag(initials, i, i, INITIALS_WEIGHT);
      this.#said[i] = true;
    }
    return i + 1;
  }

  #addTag(pairs: ReadonlySet<number>, from: number, to: number, weight: number): void {
    const { tags } = this.#vocabularies;
    const texts = [...pairs].flatMap((id) => {
      const pair = tags.get(id);
      return pair ? [`${pair.key}=${pair.value}`] : [];
    });
    const label = texts.length === 1 ? (texts[0] ?? '') : valueOfFirst(pairs, tags);
    const words = this.#words.slice(from, to + 1);
    const facet = this.#add('tag', `tag:${words.join(' ')}`, label, { kind: 'tag', pairs, words }, from, to);
    if (facet) facet.weight = weight;
  }

  /** Adds the facet unless the person took its chip away; its words then are plain words. */
  #add(
    kind: QueryChip['kind'],
    id: string,
    label: string,
    asked: Asked,
    from: number,
    to: number,
    negatable = true,
  ): Facet | null {
    const negated = negatable && this.#negating;
    const chipId = negated ? `not:${id}` : id;
    const isIgnored = this.#ignored.has(chipId);
    for (let i = from; i <= to; i++) {
      const isContent = !isStopWord(this.#words[i] ?? '') && !isNegation(this.#words[i] ?? '');
      this.#said[i] = isContent && !negated && asked.kind !== 'measure';
      this.#explained[i] = !isIgnored;
    }
    if (isIgnored) return null;
    const first = this.#tokens[from];
    const last = this.#tokens[to];
    const words = first && last ? this.#text.slice(first.start, last.end) : '';
    const chip = { id: chipId, kind, label: negated ? `not ${label}` : label, words };
    const facet = { chip, asked, negated, weight: 1, from, to };
    this.#facets.push(facet);
    return facet;
  }

  #queryWords(): QueryWord[] {
    return this.#words.flatMap((word, i) =>
      this.#said[i] ? [{ word, alternatives: this.#alternativesAt(i) }] : [],
    );
  }

  /** Synonyms of the word and of the phrases it starts; single words only, since the index holds words. */
  #alternativesAt(i: number): QueryWord['alternatives'] {
    const words = new Set<string>();
    for (let length = 1; length <= LONGEST_SYNONYM; length++) {
      for (const other of synonymsOf(this.#words.slice(i, i + length).join(' '))) {
        if (!other.includes(' ')) words.add(other);
      }
    }
    const alternatives = [...words].map((word) => ({ word, weight: SYNONYM_WEIGHT }));
    // `fare engine` is also written `fareengine`.
    for (const [first, second] of [
      [i - 1, i],
      [i, i + 1],
    ] as const) {
      if (this.#said[first] && this.#said[second]) {
        alternatives.push({ word: `${this.#words[first]}${this.#words[second]}`, weight: JOINED_WEIGHT });
      }
    }
    return alternatives;
  }
}

function valueOfFirst(pairs: ReadonlySet<number>, tags: TagPairs): string {
  for (const id of pairs) return tags.get(id)?.value ?? '';
  return '';
}
