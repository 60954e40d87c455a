import { isKnownType, type Relation, type Resource } from '../../preload/contract/models.ts';
import { placeOfArn } from '../estate/reading.ts';
import type { Read } from '../estate/typeSpec.ts';
import { answered } from './estateReads.ts';

/** What a relation was in version 0.1.0: by type and id alone, looked for at the row's own place. */
type FirstRelation = Pick<Relation, 'kind' | 'resourceType' | 'nativeId'>;
/** The content of a resource as version 0.1.0 stored it: schema 1 of `aws_estate`. */
export type FirstContent = Omit<Resource, 'id' | 'asOf' | 'revision' | 'relations'> & {
  relations: FirstRelation[];
};

/**
 * A resource that version 0.1.0 stored, as today's collectors have it of the same answer, so that a rescan finds
 * nothing changed. Nothing is lost: of an answer that does not tell all that is stored (a resource that no scan of
 * AWS made), what is stored stays and only what is new is taken from it.
 */
export function fromFirst<First extends FirstContent>(
  first: First,
): Omit<First, 'relations'> & Pick<Resource, 'relations'> {
  const relations = relationsOfFirst(first);
  const read = readOfFirst(first);
  if (read === null) return { ...first, relations };
  if (tellsAll(read, first)) return { ...first, ...read, relations };
  return { ...first, facts: { ...read.facts, ...first.facts }, relations };
}

/** Its relations with addresses: those the stored answer gives, then what only the record knows. */
export function relationsOfFirst(first: FirstContent): Relation[] {
  const told = readOfFirst(first)?.relations ?? [];
  const places = new Set(told.map(keyOf));
  const others = first.relations.map((relation) => addressed(relation, first));
  return [...told, ...others.filter((relation) => !places.has(keyOf(relation)))];
}

const keyOf = ({ kind, resourceType, nativeId }: Relation) => `${kind}|${resourceType}|${nativeId}`;

/** RDS named a source elsewhere by its ARN; load balancers have no other name. All else was at the row's own place. */
function addressed({ kind, resourceType, nativeId }: FirstRelation, row: FirstContent): Relation {
  const { accountId, region } = row;
  if (!nativeId.startsWith('arn:')) return { kind, accountId, region, resourceType, nativeId };
  const database =
    resourceType === 'rds_instance' ? /^arn:[^:]+:rds:[^:]+:\d{12}:db:(.+)$/.exec(nativeId) : null;
  return { kind, ...placeOfArn(nativeId, row), resourceType, nativeId: database?.[1] ?? nativeId };
}

/** Kept the tags beside the answer alone: of a table, a function, a balancer and a target group. */
const TAGS_ASIDE = ['dynamodb_table', 'lambda_function', 'elbv2_load_balancer', 'elbv2_target_group'];

function readOfFirst(first: FirstContent): Read | null {
  const { raw, tags, resourceType } = first;
  if (!isKnownType(resourceType)) return null;
  const isAside = TAGS_ASIDE.includes(resourceType) && typeof raw === 'object';
  return answered({ ...first, relations: [], raw: isAside ? { ...raw, Tags: tags } : raw });
}

function tellsAll(read: Read, first: FirstContent): boolean {
  const has = (now: object, before: object) => Object.keys(before).every((key) => Object.hasOwn(now, key));
  return (
    has(read.facts, first.facts) &&
    has(read.constraints, first.constraints) &&
    has(read.tags, first.tags) &&
    (first.state === null || read.state !== null) &&
    (first.createdAt === null || read.createdAt !== null)
  );
}
