import type { Instance } from '@aws-sdk/client-ec2';
import type { DBInstance, DBSnapshot } from '@aws-sdk/client-rds';
import { SAMPLE_ACCOUNTS, type SampleAccount } from './accounts.ts';
import { hex } from './ids.ts';
import { type Network, sampleNetwork } from './network.ts';
import { type Bucket, type Platform, sampleBuckets, samplePlatform } from './platform.ts';
import { type Servers, sampleServers } from './servers.ts';

/** How long a change is seen on its way, so that `stopping` is visible to a person. */
const PASSING_MS = 6_000;
const GONE = 'gone';

export interface RegionState {
  network: Network;
  servers: Servers;
  platform: Platform;
  snapshots: DBSnapshot[];
}

/** What differs from the first day, by a hash of the address: no name of the estate stands in the file. */
export type SampleChanges = Record<string, string>;

interface Passing {
  settleAt: number;
  settle: () => void;
}

/**
 * The simulated AWS's memory: every account and region in the shapes of the SDK's answers. A change first
 * shows its passing state and settles after a few seconds, as AWS would.
 */
export class SampleState {
  readonly #regions = new Map<string, RegionState>();
  readonly #buckets = new Map<string, Bucket[]>();
  readonly #passing = new Set<Passing>();
  readonly #changes: SampleChanges;
  readonly #save: (changes: SampleChanges) => void;
  readonly #now: () => number;

  constructor(options: {
    changes: SampleChanges;
    save: (changes: SampleChanges) => void;
    now?: () => number;
  }) {
    this.#changes = { ...options.changes };
    this.#save = options.save;
    this.#now = options.now ?? Date.now;
    for (const account of SAMPLE_ACCOUNTS) {
      this.#buckets.set(account.accountId, sampleBuckets(account));
      for (const region of account.regions)
        this.#regions.set(key(account.accountId, region), this.#build(account, region));
    }
  }

  /** Undefined where the account runs nothing. */
  region(accountId: string, region: string): RegionState | undefined {
    for (const passing of this.#passing) {
      if (this.#now() < passing.settleAt) continue;
      this.#passing.delete(passing);
      passing.settle();
    }
    return this.#regions.get(key(accountId, region));
  }

  buckets(accountId: string): Bucket[] {
    return this.#buckets.get(accountId) ?? [];
  }

  moveInstance(place: string, instance: Instance, passing: string, end: string): void {
    setInstance(instance, passing);
    this.#remember(`${place}|${instance.InstanceId}`, end);
    this.#later(() => setInstance(instance, end));
  }

  moveDatabase(place: string, state: RegionState, database: DBInstance, passing: string, end: string): void {
    database.DBInstanceStatus = passing;
    this.#remember(`${place}|${database.DBInstanceIdentifier}`, end);
    this.#later(() => settleDatabase(state, database, end));
  }

  addSnapshot(state: RegionState, snapshot: DBSnapshot): void {
    snapshot.Status = 'creating';
    state.snapshots.push(snapshot);
    this.#later(() => {
      snapshot.Status = 'available';
    });
  }

  #later(settle: () => void): void {
    this.#passing.add({ settleAt: this.#now() + PASSING_MS, settle });
  }

  #remember(address: string, end: string): void {
    this.#changes[hex(address, 16)] = end;
    this.#save(this.#changes);
  }

  #build(account: SampleAccount, region: string): RegionState {
    const network = sampleNetwork(account, region);
    const servers = sampleServers({ account, region, network });
    const platform = samplePlatform(account, region, network, servers.instances);
    const state: RegionState = { network, servers, platform, snapshots: [] };
    const place = key(account.accountId, region);
    for (const instance of [...servers.instances]) {
      const end = this.#changes[hex(`${place}|${instance.InstanceId}`, 16)];
      if (end) setInstance(instance, end);
    }
    for (const database of [...servers.databases]) {
      const end = this.#changes[hex(`${place}|${database.DBInstanceIdentifier}`, 16)];
      if (end) settleDatabase(state, database, end);
    }
    return state;
  }
}

export const key = (accountId: string, region: string) => `${accountId}|${region}`;

const INSTANCE_CODES: Record<string, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

function setInstance(instance: Instance, state: string): void {
  instance.State = {
    Code: INSTANCE_CODES[state] ?? 16,
    Name: state as NonNullable<Instance['State']>['Name'],
  };
}

function settleDatabase(state: RegionState, database: DBInstance, end: string): void {
  if (end === GONE) state.servers.databases = state.servers.databases.filter((one) => one !== database);
  else database.DBInstanceStatus = end;
}
