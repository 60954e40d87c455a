import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { fromIni } from '@aws-sdk/credential-providers';
import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { Identity } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { ClientFactory } from './clientFactory.ts';
import { toAppError } from './errors.ts';
import type { Profiles } from './profiles.ts';
import type { Sessions } from './types.ts';

/** Credentials and identities by profile. `fromIni` by itself would take the role once per client. */
export class AwsSessions implements Sessions {
  readonly #profiles: Profiles;
  readonly #factory: ClientFactory;
  readonly #providers = new Map<string, AwsCredentialIdentityProvider>();
  readonly #identities = new Map<string, Promise<Identity>>();

  constructor(profiles: Profiles, factory: ClientFactory) {
    this.#profiles = profiles;
    this.#factory = factory;
  }

  /** One function per profile for good: what it answers changes when `identity` is asked afresh. */
  credentials(profile: string): AwsCredentialIdentityProvider {
    // `memoized` keeps each client from remembering static keys for ever.
    return Object.assign((properties?: Record<string, unknown>) => this.#provider(profile)(properties), {
      memoized: true,
    });
  }

  /** Asks AWS who the profile is. `fresh` also reads the files and takes roles again. */
  async identity(profile: string, options: { fresh?: boolean } = {}): Promise<Identity> {
    if (options.fresh) {
      this.#providers.delete(profile);
      this.#identities.delete(profile);
    }
    const known = this.#identities.get(profile);
    if (known) {
      const identity = await known;
      if (identity.expiresAt === null || Date.parse(identity.expiresAt) > Date.now()) return identity;
    }
    const asking = this.#ask(profile);
    this.#identities.set(profile, asking);
    asking.catch(() => {
      if (this.#identities.get(profile) === asking) this.#identities.delete(profile);
    });
    return asking;
  }

  async #ask(profile: string): Promise<Identity> {
    const region = await this.#profiles.homeRegion(profile);
    const provider = this.credentials(profile);
    const client = this.#factory.create(STSClient, { profile, region, purpose: 'execute' }, provider);
    try {
      const answer = await client.send(new GetCallerIdentityCommand({}));
      if (!answer.Account || !answer.Arn)
        throw new AppError('AWS_FAILED', 'AWS did not say whose keys these are.');
      const expiration = await this.#expiration(profile);
      return { profile, accountId: answer.Account, arn: answer.Arn, expiresAt: expiration };
    } catch (error) {
      throw toAppError(error, { call: 'sts:GetCallerIdentity', region, profile });
    }
  }

  async #expiration(profile: string): Promise<string | null> {
    const { expiration } = await this.#provider(profile)();
    return expiration?.toISOString() ?? null;
  }

  #provider(profile: string): AwsCredentialIdentityProvider {
    const known = this.#providers.get(profile);
    if (known) return known;
    const provider = memoizeIdentityProvider<AwsCredentialIdentity>(
      () => this.#resolve(profile),
      isIdentityExpired,
      doesIdentityRequireRefresh,
    );
    if (!provider) throw new Error('memoizeIdentityProvider answers undefined only for undefined');
    this.#providers.set(profile, provider);
    return provider;
  }

  async #resolve(profile: string): Promise<AwsCredentialIdentity> {
    await this.#profiles.requireUsable(profile);
    // Fresh options each time: fromIni keeps state on them.
    return fromIni({
      profile,
      filepath: this.#profiles.credentialsFile,
      configFilepath: this.#profiles.configFile,
      ignoreCache: true,
      roleAssumer: (source, params) => this.#assumeRole(profile, source, params),
    })();
  }

  /** Through the factory, so that the profile's endpoint and the middleware hold for STS too; regional, so that the token works in opt-in regions. */
  async #assumeRole(
    profile: string,
    source: AwsCredentialIdentity,
    params: AssumeRoleCommandInput,
  ): Promise<AwsCredentialIdentity> {
    const region = await this.#profiles.homeRegion(profile);
    const client = this.#factory.create(
      STSClient,
      { profile, region, purpose: 'execute' },
      async () => source,
    );
    try {
      const answer = await client.send(new AssumeRoleCommand(withSessionName(params)));
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
        throw new AppError('AWS_FAILED', `STS gave no credentials for ${params.RoleArn}.`);
      }
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        ...(Expiration && { expiration: Expiration }),
      };
    } catch (error) {
      throw toAppError(error, { call: 'sts:AssumeRole', region, profile, on: params.RoleArn });
    }
  }
}

/**
 * A session without a name of its own shows in CloudTrail as this app's; always the same name, so that the
 * identity's ARN stays the same when the session is renewed.
 */
function withSessionName(params: AssumeRoleCommandInput): AssumeRoleCommandInput {
  const given = params.RoleSessionName;
  if (given && !given.startsWith('aws-sdk-js-')) return params;
  return { ...params, RoleSessionName: 'cloudops-desktop' };
}
