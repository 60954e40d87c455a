import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { AppError } from '../errors.ts';
import type { ClientFactory } from './clientFactory.ts';
import { signedWith, toAppError } from './errors.ts';
import type { ProfileFiles, Section } from './profileFiles.ts';
import { type StaticKeys, staticKeys } from './profileKinds.ts';

/** How long one call to STS may take, its retries included. */
export const STS_WITHIN_MS = 10_000;
/** A session that AWS says has less to live is still used as long as this: else each call would take the role anew. */
const AT_LEAST_MS = 60_000;

/** Keys to sign with, and for how long. */
export interface Session {
  keys: StaticKeys;
  /** Null = until the file changes. By this machine's two clocks, whichever says so first. */
  ends: { wall: number; monotonic: number } | null;
  openedAt: number;
}

/** Milliseconds until the session ends; Infinity for keys of a file. */
export function remaining({ ends }: Session): number {
  if (!ends) return Number.POSITIVE_INFINITY;
  return Math.min(ends.wall - Date.now(), ends.monotonic - performance.now());
}

/** The sections that decide who a profile is, in the order of its roles. */
export function chainOf(profile: string, files: ProfileFiles): Section[] {
  const chain: Section[] = [];
  let name: string | undefined = profile;
  while (name !== undefined) {
    const section: Section | undefined = files.profiles.get(name)?.section;
    if (!section || chain.includes(section)) break;
    chain.push(section);
    const isSource: boolean = chain.length > 1 && staticKeys(section) !== null;
    name = section.role_arn && !isSource ? section.source_profile : undefined;
  }
  return chain;
}

/** Takes the profile's roles, from its keys upwards. The profile must be usable. Rejects with an AppError. */
export async function openSession(
  factory: ClientFactory,
  files: ProfileFiles,
  about: { profile: string; region: string },
): Promise<Session> {
  const [own, ...sources] = chainOf(about.profile, files);
  if (!own) throw new AppError('PROFILE_BROKEN', `There is no profile "${about.profile}".`);
  const openedAt = performance.now();
  if (!own.role_arn) return { keys: keysOf(own, about.profile), ends: null, openedAt };
  const roles = [own, ...sources];
  // Its own source: the keys beside the role take it.
  const last = sources.at(-1) ?? own;
  let session: Session = { keys: keysOf(last, about.profile), ends: null, openedAt };
  if (sources.length > 0) roles.pop();
  for (const role of roles.reverse()) session = await assumeRole(factory, session, role, about);
  return session;
}

function keysOf(section: Section, profile: string): StaticKeys {
  const keys = staticKeys(section);
  if (keys) return keys;
  throw new AppError('PROFILE_BROKEN', `Profile "${profile}" has no access key to begin with.`);
}

/** Through the factory, so that the profile's endpoint and the middleware hold for STS too; regional, so that the token works in opt-in regions. */
async function assumeRole(
  factory: ClientFactory,
  source: Session,
  role: Section,
  { profile, region }: { profile: string; region: string },
): Promise<Session> {
  const scope = { profile, region, purpose: 'execute' as const };
  const client = factory.create(
    STSClient,
    scope,
    Object.assign(async () => source.keys, { memoized: true }),
  );
  let answeredAt = Date.now();
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { headers } = (answer.response ?? {}) as { headers?: Record<string, string> };
      const date = Date.parse(headers?.date ?? '');
      answeredAt = Number.isNaN(date) ? Date.now() : date;
      return answer;
    },
    { step: 'deserialize', name: 'cloudopsServerDate', priority: 'low' },
  );
  try {
    const abortSignal = AbortSignal.timeout(STS_WITHIN_MS);
    const answer = await client.send(new AssumeRoleCommand(inputOf(role)), { abortSignal });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
      throw new AppError('AWS_FAILED', `STS gave no credentials for ${role.role_arn}.`);
    }
    const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const openedAt = performance.now();
    if (!Expiration) return { keys, ends: null, openedAt };
    // By AWS's own clock: this machine's may be hours off.
    const lives = Math.max(Expiration.getTime() - answeredAt, AT_LEAST_MS);
    return { keys, ends: { wall: Date.now() + lives, monotonic: openedAt + lives }, openedAt };
  } catch (error) {
    const signed = source.ends ? error : signedWith(error, source.keys);
    throw stsError(signed, { call: 'sts:AssumeRole', region, profile, on: role.role_arn });
  }
}

/** A call that was given up after its time is a silent network, not a cancelled one. */
export function stsError(error: unknown, context: Parameters<typeof toAppError>[1]): AppError {
  const mapped = toAppError(error, context);
  if (mapped.code !== 'CANCELLED') return mapped;
  return new AppError(
    'NETWORK',
    `${context.call} in ${context.region} got no answer within ${STS_WITHIN_MS / 1_000} seconds. Check the network, the proxy and the endpoint, then try again.`,
    { cause: error },
  );
}

/**
 * A session without a name of its own shows in CloudTrail as this app's; always the same name, so that the
 * identity's ARN stays the same when the session is renewed.
 */
function inputOf(role: Section): AssumeRoleCommandInput {
  const seconds = Number.parseInt(role.duration_seconds ?? '', 10);
  return {
    RoleArn: role.role_arn,
    RoleSessionName: role.role_session_name || 'cloudops-desktop',
    ...(role.external_id && { ExternalId: role.external_id }),
    ...(seconds > 0 && { DurationSeconds: seconds }),
  };
}
