import { ClientFactory } from './clientFactory.ts';
import { AwsClientPool } from './clientPool.ts';
import type { Network } from './network.ts';
import { Profiles, type ProfilesOptions } from './profiles.ts';
import { AwsSessions } from './sessions.ts';
import type { ClientMiddleware } from './types.ts';

export interface AwsAccessOptions extends ProfilesOptions {
  appVersion: string;
  network?: Network;
  middleware?: readonly ClientMiddleware[];
}

export interface AwsAccess {
  profiles: Profiles;
  sessions: AwsSessions;
  clients: AwsClientPool;
}

/** Everything through which the app reaches AWS. `clients.destroy()` ends it. */
export function createAwsAccess(options: AwsAccessOptions): AwsAccess {
  const profiles = new Profiles(options);
  const factory = new ClientFactory({
    profiles,
    appVersion: options.appVersion,
    ...(options.network && { network: options.network }),
    ...(options.middleware && { middleware: options.middleware }),
  });
  const sessions = new AwsSessions(profiles, factory);
  return { profiles, sessions, clients: new AwsClientPool(factory, sessions, () => profiles.close()) };
}
