import PQueue from 'p-queue';
import type { Relation, ResourceType } from '../../../preload/contract/models.ts';
import { awsErrorName, isAbort, mapAwsError, toAppError } from '../../aws/errors.ts';
import { cleanText } from '../../aws/text.ts';
import type { ClientScope } from '../../aws/types.ts';
import { AppError } from '../../errors.ts';
import type { CollectContext, CollectedResource } from '../types.ts';

/** Detail calls of one page that run at the same time. */
const DETAILS_AT_ONCE = 10;

export function scopeOf(context: CollectContext, region = context.region): ClientScope {
  return { profile: context.profile, region, purpose: context.purpose };
}

/** Fields that AWS would not tell, with the reason: see `Resource.unknown`. */
export type Unknown = Record<string, string>;

type Draft = Pick<CollectedResource, 'resourceType' | 'service' | 'nativeId' | 'arn'> & {
  name: string | undefined;
  region?: string;
  state?: string | undefined;
  tags?: Record<string, string>;
  createdAt?: Date | string | undefined;
  facts: Record<string, unknown>;
  relations?: (Relation | null)[];
  constraints?: Record<string, boolean>;
  raw: unknown;
  unknown?: Unknown;
};

/** Fills in what every resource of a context has in common. A missing name becomes the native id. */
export function toResource(context: CollectContext, draft: Draft): CollectedResource {
  return {
    resourceType: draft.resourceType,
    service: draft.service,
    accountId: context.accountId,
    partition: context.partition,
    region: draft.region ?? context.region,
    nativeId: draft.nativeId,
    name: cleanText(draft.name ?? '', 256) || draft.nativeId,
    arn: draft.arn,
    state: draft.state?.toLowerCase() ?? null,
    tags: draft.tags ?? {},
    createdAt: toIso(draft.createdAt),
    facts: toFacts(draft.facts),
    relations: (draft.relations ?? []).filter((relation) => relation !== null),
    constraints: draft.constraints ?? {},
    raw: toRaw(draft.raw),
    ...(Object.keys(draft.unknown ?? {}).length > 0 && { unknown: draft.unknown }),
  };
}

/** Null when AWS named nothing to relate to. */
export function relation(
  kind: Relation['kind'],
  resourceType: ResourceType,
  nativeId: string | undefined,
): Relation | null {
  return nativeId ? { kind, resourceType, nativeId } : null;
}

export function tagsOf(tags: { Key?: string | undefined; Value?: string | undefined }[] | undefined) {
  return Object.fromEntries((tags ?? []).flatMap(({ Key, Value }) => (Key ? [[Key, Value ?? '']] : [])));
}

/** Only what has a value; dates as ISO text, lists joined. */
function toFacts(values: Record<string, unknown>): CollectedResource['facts'] {
  const facts: CollectedResource['facts'] = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number' || typeof value === 'boolean') facts[name] = value;
    else if (typeof value === 'string' && value !== '') facts[name] = value;
    else if (value instanceof Date) facts[name] = value.toISOString();
    else if (Array.isArray(value) && value.length > 0) facts[name] = value.join(', ');
  }
  return facts;
}

function toIso(value: Date | string | undefined): string | null {
  if (value === undefined) return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** The answer as JSON has it: dates as ISO text, nothing undefined, no SDK metadata. */
function toRaw(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer ?? null, (key, value) => (key === '$metadata' ? undefined : value)),
  );
}

/** Works on all items, a few at a time; the first failure ends it. */
export async function mapLimited<T, R>(
  context: CollectContext,
  items: T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const queue = new PQueue({ concurrency: DETAILS_AT_ONCE });
  try {
    return await Promise.all(
      items.map((item) => queue.add(() => work(item), { signal: context.signal }) as Promise<R>),
    );
  } finally {
    queue.clear();
  }
}

interface DetailCall {
  call: string;
  on: string;
  region?: string;
  /** Codes by which AWS says that the whole thing is not there: thrown. */
  gone?: string[];
  /** Takes the reason of a refusal for each of `fields`. */
  unknown?: Unknown;
  fields?: string[];
}

/** No other call fares better after one of these: no credentials, a cancelled scan. */
const HOPELESS = ['CREDENTIALS_EXPIRED', 'CREDENTIALS_MISSING', 'CANCELLED'];
/** Regions that could not be reached, by the cell's context: asked once, not once for each of 1,000 buckets. */
const unreachable = new WeakMap<CollectContext, Map<string, string>>();

/**
 * A detail call: refused, it makes the cell partial and leaves its fields unknown, undefined is answered.
 * What would refuse every other call as well (no credentials, the cell's own region out of reach, a cancelled
 * scan) is thrown in words that name this call.
 */
export async function detail<T>(
  context: CollectContext,
  about: DetailCall,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  const region = about.region ?? context.region;
  const away = region !== context.region;
  const refused = (reason: string) => {
    context.reportPartial(reason);
    for (const field of about.fields ?? []) if (about.unknown) about.unknown[field] = cleanText(reason, 300);
    return undefined;
  };
  const known = away ? unreachable.get(context)?.get(region) : undefined;
  if (known !== undefined) return refused(known);
  try {
    return await ask();
  } catch (error) {
    if (context.signal.aborted || isAbort(error) || about.gone?.includes(awsErrorName(error))) throw error;
    const { profile } = context;
    const failure = toAppError(error, { call: about.call, on: about.on, region, profile });
    if (HOPELESS.includes(failure.code)) throw failure;
    if (failure.code === 'NETWORK') {
      if (!away) throw failure;
      const regions = unreachable.get(context) ?? new Map<string, string>();
      unreachable.set(context, regions.set(region, `${region} could not be reached. ${failure.message}`));
    }
    return refused(failure.message);
  }
}

/** Whether after this failure no other call of the cell would fare better. */
export function isHopeless(context: CollectContext, error: unknown): boolean {
  if (context.signal.aborted || isAbort(error)) return true;
  const { code } = mapAwsError(error, { call: '', region: context.region, profile: context.profile });
  return HOPELESS.includes(code) || code === 'NETWORK' || code === 'THROTTLED';
}

/** A call that a resource stands or falls with, its failure in words that name it and not the listing. */
export async function named<T>(
  context: CollectContext,
  about: { call: string; on: string },
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (context.signal.aborted || isAbort(error)) throw error;
    throw toAppError(error, { ...about, region: context.region, profile: context.profile });
  }
}

/** What `ask` answers, or null where AWS says with one of these codes that there is no such thing. */
export async function orNull<T>(codes: string[], ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (codes.includes(awsErrorName(error))) return null;
    throw error;
  }
}

/**
 * The one thing that was asked for by its id, out of the answer. AWS says with a code that something is gone
 * (`orNull`); an answer without it, or with another, says nothing, and rejects with AWS_FAILED.
 */
export function theOne<T>(
  call: string,
  nativeId: string,
  found: T[] | undefined,
  idOf: (item: T) => string | undefined,
): T {
  const one = found?.find((item) => idOf(item) === nativeId);
  if (one !== undefined) return one;
  throw new AppError(
    'AWS_FAILED',
    `${call} was answered without ${cleanText(nativeId, 256)}, and without saying that it is gone. Nothing is concluded from that; look again.`,
  );
}

export function chunks<T>(items: T[], size: number): T[][] {
  const found: T[][] = [];
  for (let start = 0; start < items.length; start += size) found.push(items.slice(start, start + size));
  return found;
}

export function earliest(dates: (Date | undefined)[]): Date | undefined {
  return dates.filter((date) => date !== undefined).sort((a, b) => a.getTime() - b.getTime())[0];
}
