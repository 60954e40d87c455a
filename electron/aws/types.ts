import type { AwsCredentialIdentityProvider, Pluggable } from '@smithy/types';
import type { ErrorCode } from '../../preload/contract/errors.ts';
import type { Identity } from '../../preload/contract/models.ts';

/** Which client: credentials by profile, region, and how patient its retries are. */
export interface ClientScope {
  profile: string;
  region: string;
  /** `scan` retries adaptively and long; `execute` uses the standard three attempts. */
  purpose: 'scan' | 'execute';
}

/** Plugged into every client, those for STS included: the sample workspace's simulated AWS answers from here. */
export type ClientMiddleware = (scope: ClientScope) => Pluggable<object, object>;

/** What a generic SDK v3 client class looks like to the pool. */
export interface AwsClient {
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own stacks are invariant in client-specific types
  middlewareStack: { use(pluggable: Pluggable<any, any>): void };
  destroy(): void;
}
// biome-ignore lint/suspicious/noExplicitAny: each SDK client has its own configuration type
export type AwsClientClass<C extends AwsClient> = new (config: any) => C;

/** The one place that makes SDK clients: memoized per class, profile, region and purpose. */
export interface ClientPool {
  client<C extends AwsClient>(clientClass: AwsClientClass<C>, scope: ClientScope): C;
  destroy(): void;
}

/** One memoized credential provider per profile: MFA and AssumeRole happen once, not once per client. */
export interface Sessions {
  credentials(profile: string): AwsCredentialIdentityProvider;
  /** GetCallerIdentity, cached as long as the credentials stay the same; `fresh` asks again. */
  identity(profile: string, options?: { fresh?: boolean; signal?: AbortSignal }): Promise<Identity>;
  /** AWS refused this key: true when others are there by now. */
  renewed?(profile: string, accessKeyId: string): Promise<boolean>;
}

/** An SDK error in the contract's terms. */
export interface MappedAwsError {
  code: ErrorCode;
  /** Says which call failed where and what to do. */
  message: string;
  /** AWS's own code, e.g. `InvalidDBInstanceState`. */
  awsCode: string;
  requestId: string | null;
  /** True when AWS may have carried out the call nevertheless (time-out, cut connection, 5xx after send). */
  outcomeUnknown: boolean;
}
