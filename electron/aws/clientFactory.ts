import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { agentsOf, DIRECT, type Network } from './network.ts';
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
  readonly #handler: NodeHttpHandler;

  constructor(options: ClientFactoryOptions) {
    this.#options = options;
    this.#handler = new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      throwOnRequestTimeout: true,
      // A scan queues on sockets by design; the SDK would warn on the console.
      socketAcquisitionWarningTimeout: 600_000,
      ...agentsOf(options.network ?? DIRECT, 100),
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
      profile: scope.profile,
      region: scope.region,
      credentials,
      requestHandler: this.#handler,
      customUserAgent: [['cloudops-desktop', appVersion]],
      // A QueueUrl of AWS would otherwise overrule a configured endpoint.
      useQueueUrlAsEndpoint: false,
      ...RETRIES[scope.purpose],
    });
    const { config } = client as unknown as ConfiguredClient;
    const endpoint = () => profiles.endpoint(scope.profile, config.serviceId);
    config.serviceConfiguredEndpoint = endpoint;
    // Only AWS itself answers to bucket names as hosts: `assets.example.com.127.0.0.1` is no address at all.
    if ('forcePathStyle' in config) config.forcePathStyle = async () => (await endpoint()) !== undefined;
    if (scope.purpose === 'scan') client.middlewareStack.use(rateLimit(config.serviceId));
    for (const plug of middleware ?? []) client.middlewareStack.use(plug(scope));
    return client;
  }

  destroy(): void {
    this.#handler.destroy();
  }
}
