import type { KnownType, Relation, Resource } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import type { Place, Read } from './typeSpec.ts';

type Said = Pick<Read, 'nativeId' | 'arn'> & {
  name: string | undefined;
  state?: string | undefined;
  tags?: Record<string, string> | undefined;
  createdAt?: string | number | undefined;
  facts: Record<string, unknown>;
  relations?: Relation[][];
  constraints?: Record<string, boolean>;
};

/** A missing name becomes the native id. */
export function asRead(said: Said): Read {
  return {
    nativeId: said.nativeId,
    arn: said.arn,
    name: cleanText(said.name ?? '', 256) || said.nativeId,
    state: said.state?.toLowerCase() ?? null,
    tags: said.tags ?? {},
    createdAt: toIso(said.createdAt),
    facts: toFacts(said.facts),
    relations: (said.relations ?? []).flat(),
    constraints: said.constraints ?? {},
  };
}

/** Only what has a value; lists joined. */
function toFacts(values: Record<string, unknown>): Resource['facts'] {
  const facts: Resource['facts'] = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number' || typeof value === 'boolean') facts[name] = value;
    else if (typeof value === 'string' && value !== '') facts[name] = value;
    else if (Array.isArray(value) && value.length > 0) facts[name] = value.join(', ');
  }
  return facts;
}

function toIso(value: string | number | undefined): string | null {
  if (value === undefined) return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

export function earliest(times: (string | undefined)[]): string | undefined {
  const byTime = (a: string, b: string) => Date.parse(a) - Date.parse(b);
  return times.filter((time) => time !== undefined).sort(byTime)[0];
}

export function tagsOf(tags: { Key?: string | undefined; Value?: string | undefined }[] | undefined) {
  return Object.fromEntries((tags ?? []).flatMap(({ Key, Value }) => (Key ? [[Key, Value ?? '']] : [])));
}

/** The values there are, each once, in an order that does not depend on the answer's. */
export function sorted(values: (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined && value !== ''))].sort() as string[];
}

/** To things of the place of the answer; where it names none, none. */
export function links(
  at: Place,
  kind: string,
  resourceType: KnownType,
  nativeIds: string | undefined | (string | undefined)[],
): Relation[] {
  const { accountId, region } = at;
  const ids = Array.isArray(nativeIds) ? nativeIds : [nativeIds];
  return sorted(ids).map((nativeId) => ({ kind, accountId, region, resourceType, nativeId }));
}

/** To things that are addressed by their ARN, which says where they are. */
export function arnLinks(
  at: Place,
  kind: string,
  resourceType: KnownType,
  arns: string | undefined | (string | undefined)[],
): Relation[] {
  return links(at, kind, resourceType, arns).map((link) => ({ ...link, ...placeOfArn(link.nativeId, at) }));
}

/** Account and region of an ARN; what it leaves out (or is no ARN) is that of `at`. */
export function placeOfArn(arn: string, { accountId, region }: Omit<Place, 'partition'>) {
  const [scheme, , , itsRegion, itsAccount] = arn.split(':');
  if (scheme !== 'arn') return { accountId, region };
  return { accountId: accountOr(itsAccount, accountId), region: itsRegion || region };
}

/** AWS has owners that are no account (`amazon-elb`). */
export function accountOr(owner: string | undefined, otherwise: string): string {
  return owner !== undefined && /^\d{12}$/.test(owner) ? owner : otherwise;
}
