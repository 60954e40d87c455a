import { externalDataInterceptor } from '@smithy/shared-ini-file-loader';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { awsFilePaths } from './awsFiles.ts';
import { DIRECT, type Network, Transport } from './network.ts';
import { ownAnswers } from './ownAnswers.ts';
import type { Profiles } from './profiles.ts';
import { rateLimit } from './rateLimit.ts';
import type { AwsClient, AwsClientClass, ClientMiddleware, ClientScope } from './types.ts';

export interface ClientFactoryOptions {
  profiles: Profiles;
  appVersion: string;
  /** Default: straight, with the usual authorities. */
  network?: Network;
  middleware?: readonly ClientMiddleware[];
}

/** What every client has, though the generic type does not say so. */
interface ConfiguredClient {
  config: {
    serviceId: string;
    /** Asked by the SDK before the first call; without this it reads the section of AWS_PROFILE or `default`. */
    serviceConfiguredEndpoint: () => Promise<string | undefined>;
    /** S3 only; resolved per call. */
    forcePathStyle?: unknown;
  };
}

const RETRIES = {
  scan: { retryMode: 'adaptive', maxAttempts: 8 },
  execute: { retryMode: 'standard', maxAttempts: 3 },
} as const;

/** The one place that configures SDK clients. All of them share one pool of sockets. */
export class ClientFactory {
  readonly #options: ClientFactoryOptions;
  readonly #transport: Transport;

  constructor(options: ClientFactoryOptions) {
    keepSdkFromFiles();
    this.#options = options;
    this.#transport = new Transport({
      network: options.network ?? DIRECT,
      maxSockets: 100,
      timeouts: {
        connectionTimeout: 5_000,
        requestTimeout: 60_000,
        throwOnRequestTimeout: true,
        // A scan queues on sockets by design; the SDK would warn on the console.
        socketAcquisitionWarningTimeout: 600_000,
      },
    });
  }

  /** Destroying one client would close the sockets of all: call `destroy` of the factory instead. */
  create<C extends AwsClient>(
    clientClass: AwsClientClass<C>,
    scope: ClientScope,
    credentials: AwsCredentialIdentityProvider,
  ): C {
    const { profiles, appVersion, middleware } = this.#options;
    const client = new clientClass({
      region: scope.region,
      credentials,
      requestHandler: this.#transport.handler(() => profiles.setting(scope.profile, 'ca_bundle')),
      customUserAgent: [['cloudops-desktop', appVersion]],
      // A QueueUrl of AWS would otherwise overrule a configured endpoint.
      useQueueUrlAsEndpoint: false,
      ...endpointKinds(profiles, scope.profile),
      ...RETRIES[scope.purpose],
    });
    const { config } = client as unknown as ConfiguredClient;
    const endpoint = () => profiles.endpoint(scope.profile, config.serviceId);
    config.serviceConfiguredEndpoint = endpoint;
    // Only AWS itself answers to bucket names as hosts: `assets.example.com.127.0.0.1` is no address at all.
    if ('forcePathStyle' in config) config.forcePathStyle = async () => (await endpoint()) !== undefined;
    client.middlewareStack.use(ownAnswers(client));
    if (scope.purpose === 'scan') client.middlewareStack.use(rateLimit(config.serviceId));
    for (const plug of middleware ?? []) client.middlewareStack.use(plug(scope));
    return client;
  }

  destroy(): void {
    this.#transport.destroy();
  }
}

/** Of a profile's settings those that choose among AWS's own endpoints. */
export function endpointKinds(profiles: Pick<Profiles, 'flag'>, profile: string) {
  return {
    useFipsEndpoint: () => profiles.flag(profile, 'use_fips_endpoint'),
    useDualstackEndpoint: () => profiles.flag(profile, 'use_dualstack_endpoint'),
  };
}

/**
 * The SDK would read and parse both AWS files for each of a client's dozen settings: seconds with thousands of
 * profiles, and a thread lost for ever where a file never answers. All it needs is handed to it.
 */
export function keepSdkFromFiles(): void {
  const { configFile, credentialsFile } = awsFilePaths({});
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
  for (const path of [configFile, credentialsFile, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE]) {
    if (path) externalDataInterceptor.interceptFile(path, '');
  }
}
