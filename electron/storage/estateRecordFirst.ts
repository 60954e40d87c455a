import type { Relation } from '../../preload/contract/models.ts';
import { placeOfArn } from '../estate/reading.ts';
import { answered, type Content, readAnew } from './estateReads.ts';

/** What a relation was in version 0.1.0: by type and id alone, looked for at the row's own place. */
type FirstRelation = Pick<Relation, 'kind' | 'resourceType' | 'nativeId'>;
/** The content of a resource as version 0.1.0 stored it: schema 1 of `aws_estate`. */
export type FirstContent = Omit<Content, 'relations'> & { relations: FirstRelation[] };

/**
 * A resource that version 0.1.0 stored, as today's collectors have it of the same answer, so that a rescan finds
 * nothing changed. Nothing is lost: of an answer that does not tell all that is stored, what is stored stays.
 */
export function fromFirst<First extends FirstContent>(first: First): Omit<First, 'relations'> & Content {
  const relations = relationsOfFirst(first);
  const anew = readAnew({ ...first, relations, raw: rawOfFirst(first) });
  return { ...anew, relations, raw: first.raw };
}

/** Its relations with addresses: those the stored answer gives, then what only the record knows. */
export function relationsOfFirst(first: FirstContent): Relation[] {
  const told = answered({ ...first, relations: [], raw: rawOfFirst(first) })?.relations ?? [];
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

/** Of these the tags were kept beside the answer alone. */
const TAGS_ASIDE = ['dynamodb_table', 'lambda_function', 'elbv2_load_balancer', 'elbv2_target_group'];

/** The stored answer with all that is read of one today. */
function rawOfFirst({ raw, tags, resourceType }: FirstContent): unknown {
  return TAGS_ASIDE.includes(resourceType) && typeof raw === 'object' ? { ...raw, Tags: tags } : raw;
}
