import { z } from 'zod';
import { AccountId, Iso } from './common.ts';

/** The types this version knows: it lists them, has words for them and may change them. */
export const RESOURCE_TYPES = [
  'ec2_instance',
  'ec2_volume',
  'ec2_vpc',
  'ec2_subnet',
  'ec2_security_group',
  'rds_instance',
  's3_bucket',
  'lambda_function',
  'elbv2_load_balancer',
  'elbv2_target_group',
  'dynamodb_table',
  'sqs_queue',
] as const;
export type KnownType = (typeof RESOURCE_TYPES)[number];

const Word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'a word of at most 64 of a to z, digits and _');

/**
 * `ec2_instance`. One that this version does not know (a newer version wrote it) is kept as it is: stored, listed,
 * searched and shown, its own id serving as its words; nothing changes it.
 */
export const ResourceType = Word;
export type ResourceType = z.infer<typeof ResourceType>;

const known: ReadonlySet<string> = new Set(RESOURCE_TYPES);
export const isKnownType = (type: string): type is KnownType => known.has(type);

/** Of a type this version may not know: its words in a list that has some for each it does know. */
export function ofType<T>(byType: Partial<Record<KnownType, T>>, type: ResourceType): T | undefined {
  return isKnownType(type) ? byType[type] : undefined;
}

export const Relation = z.object({
  /**
   * How this resource stands to the other: `in` a VPC, `attached_to` an instance, `uses` a security group,
   * `targets`, `replica_of`. Open: later versions have more.
   */
  kind: Word,
  /** Where the other is, in the partition of this one; its account may be one that is not connected. */
  accountId: AccountId,
  /** `global` for what belongs to no region. */
  region: z.string(),
  resourceType: ResourceType,
  nativeId: z.string(),
});
export type Relation = z.infer<typeof Relation>;

/** Where the other is when it is not where this one is: ` in eu-west-1 of account 111122223333`; else nothing. */
export function elsewhere(
  { accountId, region }: Pick<Relation, 'accountId' | 'region'>,
  here: Pick<Relation, 'accountId' | 'region'>,
): string {
  const where = region === here.region ? '' : ` in ${region}`;
  return accountId === here.accountId ? where : `${where} of account ${accountId}`;
}

/** One row of the Explorer. */
export const ResourceSummary = z.object({
  /** UUIDv8 of an HMAC over partition, account, region, type and native id. */
  id: z.string(),
  resourceType: ResourceType,
  service: z.string(),
  accountId: AccountId,
  region: z.string(),
  /** What the service's API takes to address it: `i-…`, a DB identifier, a bucket name, an ARN. */
  nativeId: z.string(),
  name: z.string(),
  arn: z.string(),
  /** The service's own word, lower case (`running`, `available`); null where the type has no state. */
  state: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  /** When AWS last answered for it. */
  asOf: Iso,
});
export type ResourceSummary = z.infer<typeof ResourceSummary>;

export const Resource = ResourceSummary.extend({
  partition: z.string(),
  /** What the id is made of in place of the type, for a type that was split off another. */
  idType: ResourceType.optional(),
  createdAt: Iso.nullable(),
  /** A few facts a person looks for, by AWS's own field names (`InstanceType`, `Engine`). */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  relations: z.array(Relation),
  /** What the facts say can or cannot be done: `can_stop`, `has_read_replicas`, `multi_az`, `deletion_protection`. */
  constraints: z.record(z.string(), z.boolean()),
  /** The describe answer as AWS gave it. */
  raw: z.unknown(),
  /**
   * What AWS did not say at `asOf`, by field (`tags`, `state`, `facts.ItemCount`, `relations.targets`), and why.
   * The field then holds what was known before, or nothing.
   */
  unknown: z.record(z.string(), z.string()).optional(),
  /** Version of the type's reading that derived the rest from `raw`; absent = one before there were versions. */
  read: z.number().int().optional(),
  revision: z.number().int(),
});
export type Resource = z.infer<typeof Resource>;

/** A related resource as the details panel lists it; `id` is null when it is not in the estate. */
export const RelatedResource = Relation.extend({
  id: z.string().nullable(),
  name: z.string(),
  direction: z.enum(['out', 'in']),
});
export const ResourceDetail = z.object({ resource: Resource, related: z.array(RelatedResource) });
export type ResourceDetail = z.infer<typeof ResourceDetail>;

export const ResourceFilter = z.strictObject({
  resourceTypes: z.array(ResourceType).optional(),
  accountIds: z.array(AccountId).optional(),
  regions: z.array(z.string()).optional(),
  /** `none` stands for resources without a state. */
  states: z.array(z.string()).optional(),
  /** Each `key=value`; several values of one key are alternatives, several keys must all hold. */
  tags: z.array(z.string()).optional(),
});
export type ResourceFilter = z.infer<typeof ResourceFilter>;

export const SORT_FIELDS = [
  'relevance',
  'name',
  'resourceType',
  'accountId',
  'region',
  'state',
  'asOf',
] as const;
export const ResourceSort = z.strictObject({ field: z.enum(SORT_FIELDS), descending: z.boolean() });
export type ResourceSort = z.infer<typeof ResourceSort>;

export const ResourceQuery = z.strictObject({
  text: z.string().max(500),
  filter: ResourceFilter,
  /** First entry decides; later ones break ties. Empty = relevance with text, name without. */
  sort: z.array(ResourceSort).max(4),
  /** What the text is understood to mean, switched off by the person: chip ids. */
  ignoreChips: z.array(z.string()).default([]),
});
export type ResourceQuery = z.infer<typeof ResourceQuery>;

/** How a part of the text was understood, shown as a removable chip. */
export const QueryChip = z.object({
  id: z.string(),
  kind: z.enum(['type', 'region', 'state', 'tag', 'account', 'name', 'words']),
  label: z.string(),
  /** The words of the query it came from. */
  words: z.string(),
});
export type QueryChip = z.infer<typeof QueryChip>;

export const FacetValue = z.object({ value: z.string(), count: z.number().int() });
export const Facets = z.object({
  resourceTypes: z.array(FacetValue),
  accountIds: z.array(FacetValue),
  regions: z.array(FacetValue),
  states: z.array(FacetValue),
  /** `key=value`, the most frequent 50. */
  tags: z.array(FacetValue),
});
export type Facets = z.infer<typeof Facets>;

/** A windowed list: rows are fetched by offset against `resultId`, stable while a scan writes. */
export const Window = z.object({ resultId: z.string(), total: z.number().int() });
export const RowsRequest = z.strictObject({
  resultId: z.string(),
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(200),
});
