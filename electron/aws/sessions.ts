import { createHash } from 'node:crypto';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Identity } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { ClientFactory } from './clientFactory.ts';
import { isRefusedSession, signedWith } from './errors.ts';
import type { ProfileFiles } from './profileFiles.ts';
import type { Profiles } from './profiles.ts';
import { chainOf, openSession, remaining, type Session, STS_WITHIN_MS, stsError } from './roleSession.ts';
import { cleanText } from './text.ts';
import type { Sessions } from './types.ts';

/** Roles are taken anew this long before their sessions end. */
const RENEW_BEFORE_MS = 300_000;
/** A session that AWS refuses is not opened anew more often than this. */
const REOPEN_AFTER_MS = 30_000;

interface Held {
  /** The files it was made from; the print tells whether a change in them concerns this profile. */
  files: ProfileFiles;
  print: string;
  session: Session;
  /** Who these keys are, once that was asked. */
  identity: Identity | null;
  /** When the session was last to be opened anew, by the monotonic clock. */
  triedAt: number;
  /** New keys in the files that belong to somebody else: not used before the identity is asked again. */
  stranger?: { print: string; error: AppError };
}

/**
 * Credentials and identities by profile. The files are looked at with each use, so that keys which other tools
 * replace hourly are taken up at once; roles are taken once for all clients. Keys that belong to somebody else
 * than before are never slipped under work that has asked who it is.
 */
export class AwsSessions implements Sessions {
  readonly #profiles: Profiles;
  readonly #factory: ClientFactory;
  readonly #held = new Map<string, Held>();
  readonly #opening = new Map<string, Promise<Held>>();
  readonly #asking = new Map<string, Promise<Identity>>();

  constructor(profiles: Profiles, factory: ClientFactory) {
    this.#profiles = profiles;
    this.#factory = factory;
  }

  /** One function per profile for good; `memoized` keeps each client from remembering keys by itself. */
  credentials(profile: string): AwsCredentialIdentityProvider {
    const provide = async () => {
      const { session } = await this.#current(profile);
      return { ...session.keys, ...(session.ends && { expiration: endOf(session) }) };
    };
    return Object.assign(provide, { memoized: true });
  }

  /** Asks AWS who the profile is, within ten seconds; `fresh` asks even if that is known. New keys are taken up. */
  async identity(
    profile: string,
    options: { fresh?: boolean; signal?: AbortSignal } = {},
  ): Promise<Identity> {
    const asked = this.#whoIs(profile, options.fresh ?? false);
    return options.signal ? untilAborted(asked, options.signal) : asked;
  }

  /**
   * AWS has refused a call signed with this key. True when the call is worth one more try: other keys are there
   * by now.
   */
  async renewed(profile: string, accessKeyId: string): Promise<boolean> {
    const held = await this.#current(profile);
    if (held.session.keys.accessKeyId !== accessKeyId) return true;
    if (!this.#mayReopen(held)) return false;
    held.session = { ...held.session, ends: { wall: 0, monotonic: 0 } };
    return (await this.#current(profile)).session.keys.accessKeyId !== accessKeyId;
  }

  #mayReopen({ session }: Held): boolean {
    return session.ends !== null && performance.now() - session.openedAt > REOPEN_AFTER_MS;
  }

  async #whoIs(profile: string, fresh: boolean): Promise<Identity> {
    const held = await this.#current(profile, { anyone: true });
    if (held.identity && !fresh) return withEnd(held.identity, held.session);
    const key = `${profile}\u0000${held.print}\u0000${held.session.keys.accessKeyId}`;
    const known = this.#asking.get(key);
    if (known) return known;
    const asking = this.#ask(profile, held).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #ask(profile: string, held: Held): Promise<Identity> {
    try {
      held.identity = await this.#callerOf(profile, held.session);
    } catch (error) {
      const cause = error instanceof AppError ? error.cause : error;
      if (!isRefusedSession(cause) || !this.#mayReopen(held)) throw error;
      held.session = await this.#open(profile, held.files);
      held.identity = await this.#callerOf(profile, held.session);
    }
    return withEnd(held.identity, held.session);
  }

  /** What to sign with now. `anyone`: also keys that belong to somebody else than before. */
  async #current(profile: string, options: { anyone?: boolean } = {}): Promise<Held> {
    const files = await this.#profiles.current();
    const held = this.#held.get(profile);
    if (held?.files === files && remaining(held.session) > RENEW_BEFORE_MS) return held;
    const key = `${profile}\u0000${options.anyone ?? false}`;
    const known = this.#opening.get(key);
    if (known) return known;
    const opening = this.#renew(profile, files, options.anyone ?? false).finally(() => {
      this.#opening.delete(key);
    });
    this.#opening.set(key, opening);
    return opening;
  }

  async #renew(profile: string, files: ProfileFiles, anyone: boolean): Promise<Held> {
    this.#profiles.usableIn(files, profile);
    const print = printOf(profile, files);
    const held = this.#held.get(profile);
    if (held?.print === print) {
      held.files = files;
      if (remaining(held.session) > RENEW_BEFORE_MS) return held;
      return this.#prolong(profile, held);
    }
    if (!anyone && held?.stranger?.print === print) throw held.stranger.error;
    const session = await this.#open(profile, files);
    const next: Held = { files, print, session, identity: null, triedAt: session.openedAt };
    if (!anyone && held?.identity)
      next.identity = await this.#requireSame(profile, next, held, held.identity);
    this.#held.set(profile, next);
    return next;
  }

  /** The same keys and roles as before: a session that still lives is kept when STS does not answer. */
  async #prolong(profile: string, held: Held): Promise<Held> {
    // A short session, or one that STS does not renew, would otherwise be asked for with each call.
    const wasTried = performance.now() - held.triedAt < REOPEN_AFTER_MS;
    if (wasTried && remaining(held.session) > 0) return held;
    held.triedAt = performance.now();
    try {
      held.session = await this.#open(profile, held.files);
    } catch (error) {
      if (remaining(held.session) <= 0) throw error;
    }
    return held;
  }

  async #requireSame(profile: string, next: Held, held: Held, before: Identity): Promise<Identity> {
    const now = await this.#callerOf(profile, next.session);
    if (now.accountId === before.accountId && now.arn === before.arn) return now;
    const error = new AppError(
      'CREDENTIALS_MISSING',
      `The keys of profile "${cleanText(profile)}" were replaced by those of ${cleanText(now.arn)}; before they were ${cleanText(before.arn)}'s. Nothing more is done with them. Start again to work as the new one.`,
    );
    held.stranger = { print: next.print, error };
    throw error;
  }

  async #open(profile: string, files: ProfileFiles): Promise<Session> {
    return openSession(this.#factory, files, { profile, region: await this.#profiles.homeRegion(profile) });
  }

  async #callerOf(profile: string, session: Session): Promise<Identity> {
    const region = await this.#profiles.homeRegion(profile);
    const scope = { profile, region, purpose: 'execute' as const };
    const provider = Object.assign(async () => session.keys, { memoized: true });
    const client = this.#factory.create(STSClient, scope, provider);
    try {
      const abortSignal = AbortSignal.timeout(STS_WITHIN_MS);
      const answer = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
      if (!answer.Account || !answer.Arn)
        throw new AppError('AWS_FAILED', 'AWS did not say whose keys these are.');
      return withEnd({ profile, accountId: answer.Account, arn: answer.Arn, expiresAt: null }, session);
    } catch (error) {
      const signed = session.ends ? error : signedWith(error, session.keys);
      throw stsError(signed, { call: 'sts:GetCallerIdentity', region, profile });
    }
  }
}

/** The end by this machine's clock, which the screens compare it with. */
function withEnd(identity: Identity, session: Session): Identity {
  return { ...identity, expiresAt: session.ends && endOf(session).toISOString() };
}

function endOf(session: Session): Date {
  return new Date(Date.now() + Math.max(0, remaining(session)));
}

/** Tells two states of a profile's sections apart without keeping a key for it. */
function printOf(profile: string, files: ProfileFiles): string {
  return createHash('sha256')
    .update(JSON.stringify(chainOf(profile, files)))
    .digest('base64');
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
