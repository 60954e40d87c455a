import type { QueryChip } from '../../../preload/contract/models.ts';
import type { Sense } from './dictionary.ts';
import type { TagPairs } from './interner.ts';
import type { QueryWord } from './lexical.ts';
import type { Measure } from './measures.ts';
import type { KnownWords, Token } from './tokens.ts';

/** What a facet of a query asks of a resource. */
export type Asked =
  | { kind: 'senses'; senses: Sense[] }
  | { kind: 'state'; state: string }
  | { kind: 'account'; accountId: string }
  | { kind: 'tag'; pairs: ReadonlySet<number>; words: string[] }
  | { kind: 'tagKey'; pairs: ReadonlySet<number> }
  | { kind: 'measure'; measure: Measure }
  | { kind: 'id'; start: string }
  | { kind: 'word'; word: string };

export interface Facet {
  chip: QueryChip;
  asked: Asked;
  negated: boolean;
  /** Its share of the structured score. */
  weight: number;
  /** First and last token it took. */
  from: number;
  to: number;
}

export interface Understood {
  facets: Facet[];
  /** For the lexical index: everything that is said and not negated. */
  words: QueryWord[];
  /** Words no facet explains: what may be a name. */
  unexplained: string[];
  tokens: Token[];
}

export interface Vocabularies {
  now: number;
  tags: TagPairs;
  states: { find(state: string): number | undefined };
  words: KnownWords;
}
