import { setImmediate } from 'node:timers/promises';
import type { EventMessage } from '../../../preload/contract/events.ts';
import type { Account, ExecutionNews, Identity, Resource } from '../../../preload/contract/models.ts';
import { type ProtectedPlace, touchesBackups } from '../../backup/guard.ts';
import { AppError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import type { JournalApi } from '../../storage/api.ts';
import type { JournalBody } from '../../storage/journal/entries.ts';
import { Journal, type JournalRecords } from '../../storage/journal/journal.ts';
import { ANA } from '../../storage/journal/testing/plans.ts';
import { GONE, type Related } from '../catalog/spec.ts';
import { CATALOG } from '../catalog.ts';
import { ExecutionService } from '../executionService.ts';
import type { Clock, ExecutionPorts } from '../ports.ts';
import { FakeAws } from './fakeAws.ts';

export const START = Date.parse('2026-11-21T09:30:00.000Z');
export const ACCOUNT_ID = '111122223333';

/** Records in memory: what was appended stays, whatever happens to the process that did. */
export class MemoryRecords implements JournalRecords {
  readonly kept: Uint8Array[] = [];
  get lastSeq(): number {
    return this.kept.length;
  }
  append(bytes: Uint8Array): number {
    return this.kept.push(bytes);
  }
  read(from: number, limit: number) {
    return this.kept.slice(from - 1, from - 1 + limit).map((bytes, i) => ({ seq: from + i, bytes }));
  }
  verify() {
    return { entries: this.kept.length, head: '', brokenAt: null };
  }
}

/** Time that passes only in sleeps; the wall clock can be set apart from it. */
export class TestClock implements Clock {
  #monotonic = 0;
  wallOffset = START;
  now(): number {
    return this.#monotonic + this.wallOffset;
  }
  monotonic(): number {
    return this.#monotonic;
  }
  advance(ms: number): void {
    this.#monotonic += ms;
  }
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#monotonic += ms;
    await setImmediate(undefined, { signal });
  }
}

export function rdsResource(patch: Partial<Resource> = {}): Resource {
  return {
    id: 'resource-1',
    resourceType: 'rds_instance',
    service: 'rds',
    accountId: ACCOUNT_ID,
    region: 'us-west-2',
    nativeId: 'pg-main1',
    name: 'pg-main1',
    arn: `arn:aws:rds:us-west-2:${ACCOUNT_ID}:db:pg-main1`,
    state: 'available',
    tags: {},
    asOf: new Date(START).toISOString(),
    partition: 'aws',
    createdAt: null,
    facts: { Engine: 'postgres' },
    relations: [],
    constraints: { can_stop: true, has_read_replicas: false, deletion_protection: false },
    raw: {},
    revision: 1,
    ...patch,
  };
}

export function ec2Resource(patch: Partial<Resource> = {}): Resource {
  const nativeId = 'i-0123456789abcdef0';
  return rdsResource({
    resourceType: 'ec2_instance',
    service: 'ec2',
    nativeId,
    name: 'web-1',
    arn: `arn:aws:ec2:us-west-2:${ACCOUNT_ID}:instance/${nativeId}`,
    state: 'running',
    facts: {},
    constraints: { can_stop: true },
    ...patch,
  });
}

/** One resource, the account it is in, and everything around ExecutionService. */
export class World {
  readonly records = new MemoryRecords();
  readonly clock = new TestClock();
  readonly aws = new FakeAws();
  readonly events: EventMessage[] = [];
  readonly reported: unknown[] = [];
  related: Related[] = [];
  identity: Identity = {
    profile: 'prod',
    accountId: ACCOUNT_ID,
    arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/Ops/session-1`,
    expiresAt: null,
  };
  account: Account;
  locked = false;
  /** Where backups lie. */
  backups: ProtectedPlace | null = null;
  catalog = CATALOG;
  /** What describing shows next, one after the other; the last one stays. */
  shows: (string | Error)[] = [];
  describes = 0;
  resource: Resource;
  /** What else of its type the estate has. */
  others: Resource[] = [];
  /** Runs before each describe answers: a place to stop the world. */
  onDescribe: () => Promise<void> = async () => undefined;
  #waiting: { executionId: string; done: (execution: ExecutionNews) => void }[] = [];

  constructor(resource: Resource) {
    this.resource = resource;
    this.account = {
      accountId: ACCOUNT_ID,
      name: 'payments',
      partition: 'aws',
      scanningProfile: 'prod',
      profiles: [{ name: 'prod', arn: this.identity.arn, readOnly: false, unlockedUntil: null }],
      production: false,
      color: 'blue',
      resourceCount: 1,
      lastScanAt: null,
    };
  }

  /** The app as one process: started again on the same records it is a later process. */
  process(wrap: (journal: JournalApi) => JournalApi = (journal) => journal): ExecutionService {
    const journal = wrap(new Journal(this.records, () => this.clock.now()));
    return new ExecutionService(this.ports(journal), {
      catalog: this.catalog,
      clock: this.clock,
      timings: { sendTimeoutMs: 20 },
    });
  }

  ports(journal: JournalApi): ExecutionPorts {
    return {
      journal,
      estate: {
        get: async (id) => (id === this.resource.id ? this.resource : null),
        byType: async () => [this.resource, ...this.others],
      },
      find: { related: async () => this.related },
      clients: this.aws,
      sessions: { identity: async () => this.identity },
      accounts: {
        get: async (accountId) => (accountId === this.account.accountId ? this.account : null),
        requireUnlocked: async () => {
          if (this.locked) throw new AppError('READ_ONLY', 'locked');
        },
      },
      describe: () => this.#describe(),
      touchesBackups: async (call) => touchesBackups(call, this.backups),
      emit: this.#emit,
      report: (error) => this.reported.push(error),
    };
  }

  /** Resolves with the execution once its result is announced. */
  ended(executionId: string): Promise<ExecutionNews> {
    for (const { name, payload } of this.events) {
      if (name !== 'execution.changed') continue;
      const execution = payload as ExecutionNews;
      if (execution.executionId === executionId && execution.finishedAt !== null)
        return Promise.resolve(execution);
    }
    return new Promise((done) => this.#waiting.push({ executionId, done }));
  }

  /** When AWS gets this call, describing shows these states from then on. */
  after(action: string, states: string[]): void {
    this.aws.onCall = (call) => {
      if (call.action === action) this.shows = [...states];
    };
  }

  async #describe(): Promise<Resource | null> {
    this.describes += 1;
    await this.onDescribe();
    const shown = this.shows.length > 1 ? this.shows.shift() : this.shows[0];
    if (shown instanceof Error) throw shown;
    if (shown === GONE) return null;
    if (shown !== undefined) this.resource = { ...this.resource, state: shown };
    return this.resource;
  }

  readonly #emit: Emit = (name, payload) => {
    this.events.push({ bootId: 'boot', seq: this.events.length + 1, name, payload });
    if (name !== 'execution.changed') return;
    const execution = payload as ExecutionNews;
    if (execution.finishedAt === null) return;
    for (const { executionId, done } of this.#waiting) {
      if (executionId === execution.executionId) done(execution);
    }
  };
}

/** Plans and approves in one go; resolves with the ended execution. */
export async function runAction(
  world: World,
  actionId: string,
  service = world.process(),
): Promise<ExecutionNews> {
  const { plan } = await service.propose(actionId, world.resource.id);
  const view = await service.approve(
    { planId: plan.planId, digest: plan.digest, typedName: plan.confirmName ?? undefined },
    ANA,
  );
  return world.ended(view.execution?.executionId ?? '');
}

/** The same journal with another way to append. */
export function appendingBy(journal: JournalApi, append: JournalApi['append']): JournalApi {
  return {
    append,
    verify: () => journal.verify(),
    plan: (planId) => journal.plan(planId),
    execution: (executionId) => journal.execution(executionId),
    unfinished: () => journal.unfinished(),
    log: (...args) => journal.log(...args),
    activity: (query) => journal.activity(query),
    activityRows: (...args) => journal.activityRows(...args),
  };
}

/** A journal whose process dies at an entry: before it is written, or right after it is on the disk. */
export function dyingAt(kind: JournalBody['kind'], when: 'before' | 'after') {
  let died: () => void = () => undefined;
  const dead = new Promise<void>((resolve) => {
    died = resolve;
  });
  let alive = true;
  const never = new Promise<never>(() => undefined);
  const wrap = (journal: JournalApi): JournalApi =>
    appendingBy(journal, async (body) => {
      if (!alive) return never;
      if (body.kind !== kind) return journal.append(body);
      alive = false;
      if (when === 'after') await journal.append(body);
      died();
      return never;
    });
  return { wrap, dead };
}
