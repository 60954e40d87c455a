import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account, Plan, Resource } from '../../preload/contract/models.ts';
import type { ClientPool, Sessions } from '../aws/types.ts';
import type { Emit } from '../events.ts';
import type { EstateStorageApi, FindApi, JournalApi } from '../storage/api.ts';

export interface AccountsPort {
  get(accountId: string): Promise<Account | null>;
  /** Rejects with READ_ONLY unless this profile is unlocked for changes now. */
  requireUnlocked(profile: string, accountId: string): Promise<void>;
}

export interface Clock {
  /** Milliseconds since 1970; people can set it. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /** Rejects when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
};

/** How patient an execution is, in milliseconds. The longest wait is the action's own. */
export interface Timings {
  firstPollMs: number;
  maxPollMs: number;
  /** Each poll comes this much later than the one before. */
  pollGrowth: number;
  /** How long AWS may go on showing the old state before that means something. */
  graceMs: number;
  /** After this the answer to a send counts as lost. */
  sendTimeoutMs: number;
}

export const DEFAULT_TIMINGS: Timings = {
  firstPollMs: 2_000,
  maxPollMs: 20_000,
  pollGrowth: 1.3,
  graceMs: 30_000,
  sendTimeoutMs: 60_000,
};

/** What ExecutionService stands on. */
export interface ExecutionPorts {
  journal: JournalApi;
  estate: Pick<EstateStorageApi, 'get' | 'byType'>;
  find: Pick<FindApi, 'related'>;
  clients: ClientPool;
  sessions: Pick<Sessions, 'identity'>;
  accounts: AccountsPort;
  /**
   * The resource as AWS shows it at this moment, read anew and written into the estate; null when AWS no
   * longer has it, which removes it from the estate. Rejects when that cannot be told: never null for "could
   * not ask".
   */
  describe(resource: Resource): Promise<Resource | null>;
  /** May this call change or end the backups of this workspace? Rejects when that cannot be told. */
  touchesBackups(call: Pick<Plan['call'], 'service' | 'operation' | 'parameters'>): Promise<boolean>;
  emit: Emit;
  /** Takes what the journal could not record, e.g. because the disk is full. */
  report(error: unknown): void;
}
