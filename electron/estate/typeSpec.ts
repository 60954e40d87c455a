import type { KnownType, Resource } from '../../preload/contract/models.ts';

/** Where an answer was given. Not the place of all it names: a relation has an address of its own. */
export type Place = Pick<Resource, 'partition' | 'accountId' | 'region'>;

/** What an answer says of a resource. */
export type Read = Pick<
  Resource,
  'nativeId' | 'arn' | 'name' | 'state' | 'tags' | 'createdAt' | 'facts' | 'relations' | 'constraints'
>;

/** An answer as it is stored: what JSON makes of it, dates as ISO text. */
export type Stored<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Stored<Item>[]
    : T extends object
      ? { [Key in keyof T]: Stored<T[Key]> }
      : T;

/** A call asked beside the listing, which may be refused. */
export interface DetailSpec {
  /** In IAM's terms: `dynamodb:DescribeTable`. */
  call: string;
  /** Members of the stored answer that only it fills; `rest` = all that neither the listing nor other details fill. */
  raw: readonly string[] | 'rest';
  /** What is unknown where it is refused, as `Resource.unknown` names it. */
  fields: readonly string[];
}

/**
 * One resource type, as data and pure functions.
 *
 * Paths (`volatile`, `ordered`) name members of a resource: `facts.ItemCount`, `raw.Attributes.X`; `[]` stands for
 * each item of a list.
 */
export interface TypeSpec {
  id: KnownType;
  /**
   * The type that ids are made of, where it is not `id`: one that was split off another (DocumentDB from RDS) names
   * that other here and for ever, so that its rows keep the ids that plans, messages and backups know them by.
   */
  idType?: string;
  service: string;
  /** A global type is listed once per account; its resources carry regions of their own. */
  scope: 'region' | 'global';
  /** In the listing's own order; the rest of `raw` is the listing's. */
  details: readonly DetailSpec[];
  /** Members of the stored answer that the listing fills where a detail has the `rest`. */
  listed?: readonly string[];
  /**
   * To be raised whenever `read` says something else of the same answer: rows that an earlier one read are then read
   * anew, in memory. State and tags stand beside the sealed row too, for the vectors' prefilter, and follow there with
   * the row's next change.
   */
  readVersion: number;
  /**
   * What the stored answer (`Resource.raw`) says, and it alone. Null when it does not name a resource; may throw for
   * what is no answer of this type. Lists without an order of AWS's own are sorted.
   */
  read(answer: unknown, at: Place): Read | null;
  /** What changes by itself and is no change of the resource. */
  volatile: readonly string[];
  /** Lists of the stored answer whose order means something. */
  ordered: readonly string[];
}

/** A spec whose `read` is written against the stored form of the SDK's own answer. */
export function typeSpec<Answer>(
  spec: Omit<TypeSpec, 'read'> & { read(answer: Answer, at: Place): Read | null },
): TypeSpec {
  // What is not of that form throws in `read`, or is not named by it.
  return { ...spec, read: (answer, at) => spec.read((answer ?? {}) as Answer, at) };
}
