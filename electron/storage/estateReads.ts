import type { Resource } from '../../preload/contract/models.ts';
import { specOf } from '../estate/types.ts';
import type { Read } from '../estate/typeSpec.ts';
import { keepField } from './estateKnown.ts';

/** A resource's content as it is stored. */
type Content = Omit<Resource, 'id' | 'asOf' | 'revision'>;

/** What the type's `read` of today says of the stored answer; null where the answer is none of this resource. */
export function answered(resource: Content): Read | null {
  const { resourceType, partition, accountId, region, raw, nativeId } = resource;
  try {
    const read = specOf(resourceType)?.read(raw, { partition, accountId, region }) ?? null;
    return read?.nativeId === nativeId ? read : null;
  } catch {
    // Not of the form of that type's answers: what was read of it once stays.
    return null;
  }
}

/**
 * A stored resource as its type's `read` of today has it. `read` is the version that derived what is stored; a later
 * one reads the stored answer anew, in memory, and keeps what AWS would not say (`unknown`) where the answer has
 * nothing of it.
 */
export function readAnew<R extends Content>(resource: R, read: number): R {
  const spec = specOf(resource.resourceType);
  if (spec === undefined || read >= spec.readVersion) return resource;
  const now = answered(resource);
  if (now === null) return resource;
  const anew = { ...resource, ...now };
  for (const field of Object.keys(resource.unknown ?? {})) {
    if (!says(now, field)) keepField(anew, resource, field);
  }
  return anew;
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
