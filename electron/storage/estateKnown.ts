import type { Resource } from '../../preload/contract/models.ts';
import type { DetailSpec, TypeSpec } from '../estate/typeSpec.ts';
import { specOf } from '../estate/types.ts';
import type { CollectedResource } from '../scan/types.ts';

/** The stored values of a resource, keyed as `Resource.unknown` names them. */
type Content = Omit<Resource, 'id' | 'asOf' | 'revision'>;

/**
 * The resource with what AWS would not say filled in from what was known before: a refused detail call erases
 * nothing. `raw` keeps the members that only the refused answer had.
 */
export function keepKnown(collected: CollectedResource, before: Content): CollectedResource {
  const fields = Object.keys(collected.unknown ?? {});
  if (fields.length === 0) return collected;
  const kept: CollectedResource = {
    ...collected,
    facts: { ...collected.facts },
    constraints: { ...collected.constraints },
    raw: keptRaw(collected, before.raw),
  };
  for (const field of fields) keepField(kept, before, field);
  return kept;
}

/** `field` of `kept` as it was `before`; named as `Resource.unknown` names it. */
export function keepField(kept: Content, before: Content, field: string): void {
  const [group = '', ...rest] = field.split('.');
  const name = rest.join('.');
  if (group === 'tags') kept.tags = before.tags;
  else if (group === 'state') kept.state = before.state;
  else if (group === 'createdAt') kept.createdAt = before.createdAt;
  else if (group === 'facts') keepOwn(kept.facts, before.facts, name);
  else if (group === 'constraints') keepOwn(kept.constraints, before.constraints, name);
  else if (group === 'relations') {
    const others = kept.relations.filter(({ kind }) => kind !== name);
    kept.relations = [...others, ...before.relations.filter(({ kind }) => kind === name)];
  }
}

function keepOwn<T>(into: Record<string, T>, before: Record<string, T>, name: string): void {
  const value = Object.hasOwn(before, name) ? before[name] : undefined;
  if (value !== undefined) into[name] = value;
}

/** The answer with what only refused calls fill in it as it was before. */
function keptRaw({ resourceType, raw, unknown = {} }: CollectedResource, before: unknown): unknown {
  const spec = specOf(resourceType);
  if (spec === undefined || !isPlain(before) || !isPlain(raw)) return raw;
  const refused = spec.details.filter(({ fields }) => fields.every((field) => Object.hasOwn(unknown, field)));
  const kept = Object.entries(before).filter(([member]) => refused.some((call) => fills(spec, call, member)));
  return { ...Object.fromEntries(kept), ...raw };
}

function fills({ details, listed }: TypeSpec, { raw }: DetailSpec, member: string): boolean {
  if (raw !== 'rest') return raw.includes(member);
  const others = details.some((call) => call.raw !== 'rest' && call.raw.includes(member));
  return !others && listed?.includes(member) !== true;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
