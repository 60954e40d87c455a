import type { Resource } from '../../preload/contract/models.ts';
import type { Read } from '../estate/typeSpec.ts';
import { specOf } from '../estate/types.ts';
import { keepField } from './estateKnown.ts';

/** A resource's content as it is stored. */
export type Content = Omit<Resource, 'id' | 'asOf' | 'revision'>;

/**
 * A stored resource as its type's `read` of today has it, in memory: what an earlier version read is read anew from
 * the stored answer, and what AWS would not say (`unknown`) stays where the answer has nothing of it. One of a later
 * version, or of a type that this version does not know, stays as it is.
 */
export function readAnew<R extends Content>(resource: R): R {
  const spec = specOf(resource.resourceType);
  const by = resource.read ?? 0;
  if (spec === undefined || by >= spec.readVersion) return resource;
  const now = answered(resource);
  if (now === null) return resource;
  if (by === 0 && !tellsAll(now, resource)) {
    return { ...resource, facts: { ...now.facts, ...resource.facts } };
  }
  const anew = { ...resource, ...now, read: spec.readVersion };
  for (const field of Object.keys(resource.unknown ?? {})) {
    if (!says(now, field)) keepField(anew, resource, field);
  }
  return anew;
}

/** What the type's `read` of today says of the stored answer; null where that is no answer about this resource. */
export function answered({
  resourceType,
  partition,
  accountId,
  region,
  nativeId,
  raw,
}: Content): Read | null {
  try {
    const read = specOf(resourceType)?.read(raw, { partition, accountId, region }) ?? null;
    return read?.nativeId === nativeId ? read : null;
  } catch {
    // Not of the form of that type's answers: what was read of it once stays.
    return null;
  }
}

/**
 * Whether the answer of a record from before there were versions accounts for all that is stored. One that does not
 * is no scan's: what is stored stays, and only facts it did not have are taken from the answer.
 */
function tellsAll(read: Read, stored: Content): boolean {
  const has = (now: object, before: object) => Object.keys(before).every((key) => Object.hasOwn(now, key));
  return (
    has(read.facts, stored.facts) &&
    has(read.constraints, stored.constraints) &&
    has(read.tags, stored.tags) &&
    (stored.state === null || read.state !== null) &&
    (stored.createdAt === null || read.createdAt !== null)
  );
}

/** Whether anything stands in the field. */
function says(read: Read, field: string): boolean {
  const [group = '', ...rest] = field.split('.');
  const name = rest.join('.');
  if (group === 'tags') return Object.keys(read.tags).length > 0;
  if (group === 'state') return read.state !== null;
  if (group === 'createdAt') return read.createdAt !== null;
  if (group === 'relations') return read.relations.some(({ kind }) => kind === name);
  if (group === 'facts') return Object.hasOwn(read.facts, name);
  return group === 'constraints' && Object.hasOwn(read.constraints, name);
}
