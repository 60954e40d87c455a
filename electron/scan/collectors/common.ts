import PQueue from 'p-queue';
import { awsErrorName, isAbort, mapAwsError, toAppError } from '../../aws/errors.ts';
import { cleanText } from '../../aws/text.ts';
import type { ClientScope } from '../../aws/types.ts';
import { AppError } from '../../errors.ts';
import { lastingReason } from '../../estate/reasons.ts';
import type { TypeSpec } from '../../estate/typeSpec.ts';
import type { CollectContext, CollectedResource } from '../types.ts';

/** Detail calls of one page that run at the same time. */
const DETAILS_AT_ONCE = 10;

export function scopeOf(context: CollectContext, region = context.region): ClientScope {
  return { profile: context.profile, region, purpose: context.purpose };
}

/** Fields that AWS would not tell, with the reason: see `Resource.unknown`. */
export type Unknown = Record<string, string>;

/**
 * The resource that an answer names, as its type reads it; null when it names none. `told` says where the resource
 * is when that is not the context's region, and what AWS would not tell.
 */
export function toResource(
  context: CollectContext,
  spec: TypeSpec,
  answer: unknown,
  told: { region?: string; unknown?: Unknown } = {},
): CollectedResource | null {
  const { accountId, partition, region } = context;
  const at = { partition, accountId, region: told.region ?? region };
  const raw = toRaw(answer);
  const read = spec.read(raw, at);
  if (read === null) return null;
  return {
    resourceType: spec.id,
    ...(spec.idType !== undefined && { idType: spec.idType }),
    service: spec.service,
    ...at,
    ...read,
    read: spec.readVersion,
    raw,
    ...(Object.keys(told.unknown ?? {}).length > 0 && { unknown: told.unknown }),
  };
}

/** The same of a list. */
export function toResources(
  context: CollectContext,
  spec: TypeSpec,
  answers: unknown[],
): CollectedResource[] {
  return answers.flatMap((answer) => toResource(context, spec, answer) ?? []);
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
  /** Takes the reason of a refusal for each field that the call fills in resources of the type. */
  unknown?: Unknown;
  of?: TypeSpec;
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
    const { fields = [] } = about.of?.details.find(({ call }) => call === about.call) ?? {};
    for (const field of fields) if (about.unknown) about.unknown[field] = lastingReason(reason);
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
