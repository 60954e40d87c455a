import PQueue from 'p-queue';
import type { Account, Resource, ScanRun, ScanStatus } from '../../preload/contract/models.ts';
import { toAppError } from '../aws/errors.ts';
import { globalRegion } from '../aws/partitions.ts';
import { AppError } from '../errors.ts';
import { CellStore } from './cellStore.ts';
import { collectors as allCollectors, collectorFor } from './collectors/index.ts';
import { RunProgress } from './runProgress.ts';
import { requireOwner, type ScannerPorts, type ScanScope } from './scannerPorts.ts';
import { ScanRunner, servicesOf } from './scanRunner.ts';
import type { Collector } from './types.ts';

/** Cells at the same time over all accounts; each asks for a handful of details at once. */
const CELLS_AT_ONCE = 40;

/** Enough to find a resource in AWS, whether or not the estate still has it. */
export type RefreshTarget = Pick<
  Resource,
  'id' | 'resourceType' | 'accountId' | 'region' | 'nativeId' | 'name'
>;

/** Reads the estate out of AWS, cell by cell (account × region × service). One run at a time. */
export class Scanner {
  readonly #ports: ScannerPorts;
  readonly #collectors: readonly Collector[];
  #cells: CellStore;
  readonly #queue = new PQueue({ concurrency: CELLS_AT_ONCE });
  #progress: RunProgress | null = null;
  #running: Promise<void> | null = null;

  constructor(ports: ScannerPorts) {
    this.#ports = ports;
    this.#collectors = ports.collectors ?? allCollectors;
    this.#cells = new CellStore(ports.docs);
  }

  /** Starts a scan and answers at once. SCAN_RUNNING while another runs, NOT_FOUND for an unknown account. */
  async start(scope: ScanScope = {}): Promise<ScanRun> {
    if (this.#running)
      throw new AppError('SCAN_RUNNING', 'A scan is running. Cancel it, or wait for its end.');
    const progress = new RunProgress(this.#ports.emit, servicesOf(this.#collectors, scope));
    const parts = { collectors: this.#collectors, cells: this.#cells, queue: this.#queue, progress };
    const accounts = this.#cells.load().then(() => this.#accounts(scope));
    // Set before the first await, so that of two starts at once only one passes.
    const running = accounts.then((found) => new ScanRunner(this.#ports, parts, scope).run(found));
    this.#running = running;
    const over = () => {
      this.#running = null;
    };
    running.then(over, over);
    await accounts;
    this.#progress = progress;
    return progress.view();
  }

  /** Ends the run: cells not yet done are marked cancelled, and nothing is removed. */
  async cancel(runId: string): Promise<ScanRun> {
    const progress = this.#progress;
    if (progress?.view().runId !== runId) throw new AppError('NOT_FOUND', 'That scan is no longer known.');
    if (progress.view().state === 'running') {
      progress.cancelling();
      progress.controller.abort();
    }
    return progress.view();
  }

  /** Reads the stored cells anew: a restore or a removal changed them. */
  reload(): void {
    this.#cells = new CellStore(this.#ports.docs);
  }

  async status(): Promise<ScanStatus> {
    await this.#cells.load();
    return { run: this.#progress?.view() ?? null, cells: this.#cells.all() };
  }

  /** Resolves when no scan is running any more. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  /** Cancels what runs and waits for its end: before the storage closes. */
  async stop(): Promise<void> {
    this.#progress?.controller.abort();
    await this.idle();
  }

  /**
   * Reads one resource anew and writes it into the estate; null when AWS no longer has it, which removes it.
   * `profile` acts; default is the account's scanning profile. Rejects with an AppError.
   */
  async refresh(
    target: RefreshTarget,
    options: { profile?: string; signal?: AbortSignal } = {},
  ): Promise<Resource | null> {
    const { accountId, resourceType, nativeId } = target;
    const { estate, emit, sessions, clients } = this.#ports;
    const collector = collectorFor(resourceType, this.#collectors);
    if (!collector)
      throw new AppError('UNSUPPORTED', `Resources of type ${resourceType} cannot be read anew.`);
    const profile = options.profile ?? (await this.#scanningProfile(accountId));
    const partition = await requireOwner(sessions, profile, accountId);
    const region = collector.global ? globalRegion(partition) : target.region;
    const context = {
      accountId,
      partition,
      region,
      profile,
      clients,
      purpose: 'execute' as const,
      signal: options.signal ?? new AbortController().signal,
      reportPartial: () => undefined,
    };
    const asOf = new Date().toISOString();
    const found = await collector.describe(context, { resourceType, nativeId }).catch((error: unknown) => {
      throw toAppError(error, { call: collector.listAction, region, profile, on: target.name });
    });
    if (!found) await estate.delete(target.id);
    const written = found && (await estate.upsert(found, asOf));
    emit('estate.changed', { resourceIds: [target.id] });
    return written;
  }

  async #scanningProfile(accountId: string): Promise<string> {
    const account = await this.#ports.accounts.get(accountId);
    if (account) return account.scanningProfile;
    throw new AppError('NOT_FOUND', `Account ${accountId} is not connected. Connect a profile of it first.`);
  }

  async #accounts(scope: ScanScope): Promise<Account[]> {
    const known = await this.#ports.accounts.list();
    if (!scope.accountIds) {
      if (known.length > 0) return known;
      throw new AppError('NOT_FOUND', 'No account is connected yet. Choose your AWS profiles first.');
    }
    return scope.accountIds.map((id) => {
      const account = known.find(({ accountId }) => accountId === id);
      if (!account) throw new AppError('NOT_FOUND', `Account ${id} is not connected.`);
      return account;
    });
  }
}
