import PQueue from 'p-queue';
import type {
  Account,
  CellGroup,
  CellRow,
  CellsFilter,
  Resource,
  ScanCell,
  ScanRun,
  ScanStatus,
} from '../../preload/contract/models.ts';
import { toAppError } from '../aws/errors.ts';
import { globalRegion, partitionOfRegion } from '../aws/partitions.ts';
import { AppError } from '../errors.ts';
import { keepKnown } from '../storage/estateKnown.ts';
import { Results } from '../storage/find/results.ts';
import { abortable, endsWithin } from '../waiting.ts';
import { CellStore } from './cellStore.ts';
import { collectors as allCollectors, collectorFor } from './collectors/index.ts';
import { cellRow, coverageOf, orderedCells } from './coverage.ts';
import { RunProgress } from './runProgress.ts';
import { requireOwner, type ScannerPorts, type ScanScope } from './scannerPorts.ts';
import { ScanRunner, servicesOf } from './scanRunner.ts';
import { type Collector, UNKNOWN_REGION } from './types.ts';

/** Cells at the same time over all accounts; each asks for a handful of details at once. */
const CELLS_AT_ONCE = 40;

/** What was told to end and has not after this long is left behind: it is cut off from the storage. */
const LETS_GO_MS = 10_000;

const STOPPED = 'The stored data is being exchanged or closed. Try again when that has ended.';

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
  #lists = new Results<ScanCell>();
  readonly #queue = new PQueue({ concurrency: CELLS_AT_ONCE });
  #progress: RunProgress | null = null;
  /** From the first moment of a run, before it is known whether there is anything to scan. */
  #running: { ended: Promise<void>; controller: AbortController } | null = null;
  readonly #refreshing = new Map<Promise<unknown>, AbortController>();
  /** How many want the estate to stay as it is. */
  #held = 0;

  constructor(ports: ScannerPorts) {
    this.#ports = ports;
    this.#collectors = ports.collectors ?? allCollectors;
    this.#cells = new CellStore(ports.docs);
  }

  /**
   * Starts a scan and answers at once. SCAN_RUNNING while another runs, NOT_FOUND for an unknown account, NOT_READY
   * while the stored data is being exchanged or the app ends.
   */
  async start(scope: ScanScope = {}): Promise<ScanRun> {
    if (this.#running)
      throw new AppError('SCAN_RUNNING', 'A scan is running. Cancel it, or wait for its end.');
    this.#requireFree();
    const progress = new RunProgress(this.#ports.emit, servicesOf(this.#collectors, scope));
    const { controller } = progress;
    const parts = { collectors: this.#collectors, cells: this.#cells, queue: this.#queue, progress };
    const loading = this.#cells.load().then(() => this.#accounts(scope));
    const accounts = abortable(loading, controller.signal);
    // Set before the first await: of two starts at once only one passes, and a stop reaches what has just begun.
    const running = {
      ended: accounts.then((found) => new ScanRunner(this.#ports, parts, scope).run(found)),
      controller,
    };
    this.#running = running;
    const over = () => {
      this.#running = null;
    };
    running.ended.then(over, over);
    await accounts.catch((error: unknown) => {
      throw controller.signal.aborted ? new AppError('NOT_READY', STOPPED) : error;
    });
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
    this.#lists = new Results();
  }

  async status(): Promise<ScanStatus> {
    await this.#cells.load();
    return { run: this.#progress?.view() ?? null, coverage: coverageOf(this.#cells.all()) };
  }

  /** The cells as they stand now, as a list that a running scan does not change; `cellRows` reads it. */
  async cells(
    filter: CellsFilter,
  ): Promise<{ resultId: string; total: number; problems: number; groups: CellGroup[] }> {
    await this.#cells.load();
    const { rows, groups, problems } = orderedCells(this.#cells.all(), filter);
    return { resultId: this.#lists.keep(rows), total: rows.length, problems, groups };
  }

  /** Rejects with RESULT_GONE when the list was dropped. */
  cellRows(resultId: string, offset: number, limit: number): CellRow[] {
    return this.#lists.page(resultId, offset, limit).map(cellRow);
  }

  /** Resolves when no scan is running any more. */
  async idle(): Promise<void> {
    await this.#running?.ended.catch(() => undefined);
  }

  /** Ends what runs, a run that has just begun included, and waits for its end. Another may be started then. */
  async stop(): Promise<void> {
    this.#running?.controller.abort();
    await this.idle();
  }

  /**
   * Until what it resolves with is called nothing is written to the estate: a run and refreshes are ended, and no
   * other begins. Rejects with INVALID_STATE when one does not let go.
   */
  async hold(): Promise<() => void> {
    this.#held += 1;
    let held = true;
    const release = () => {
      if (held) this.#held -= 1;
      held = false;
    };
    for (const controller of this.#refreshing.values()) controller.abort();
    const all = Promise.allSettled([this.stop(), ...this.#refreshing.keys()]);
    if (await endsWithin(LETS_GO_MS, all)) return release;
    release();
    throw new AppError('INVALID_STATE', 'The running scan did not stop in time. Try again in a moment.');
  }

  #requireFree(): void {
    if (this.#held > 0) throw new AppError('NOT_READY', STOPPED);
  }

  /**
   * Reads one resource anew and writes it into the estate; null when AWS says that it is gone, which removes it.
   * What AWS said is returned, whatever is stored.
   * `profile` acts; default is the account's scanning profile. Rejects with an AppError.
   */
  async refresh(
    target: RefreshTarget,
    options: { profile?: string; signal?: AbortSignal } = {},
  ): Promise<Resource | null> {
    this.#requireFree();
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, ...(options.signal ? [options.signal] : [])]);
    const refreshing = this.#refresh(target, { ...options, signal });
    this.#refreshing.set(refreshing, controller);
    try {
      return await refreshing;
    } catch (error) {
      throw controller.signal.aborted ? new AppError('NOT_READY', STOPPED) : error;
    } finally {
      this.#refreshing.delete(refreshing);
    }
  }

  async #refresh(
    target: RefreshTarget,
    { profile: given, signal }: { profile?: string; signal: AbortSignal },
  ): Promise<Resource | null> {
    const { accountId, resourceType, nativeId } = target;
    const { estate, emit, sessions, clients } = this.#ports;
    const collector = collectorFor(resourceType, this.#collectors);
    if (!collector)
      throw new AppError('UNSUPPORTED', `Resources of type ${resourceType} cannot be read anew.`);
    const profile = given ?? (await this.#scanningProfile(accountId));
    const partition = await abortable(requireOwner(sessions, profile, accountId), signal);
    const usual = collector.global ? globalRegion(partition) : target.region;
    const asOf = new Date().toISOString();
    const describeIn = (region: string) => {
      const context = {
        accountId,
        partition,
        region,
        profile,
        clients,
        purpose: 'execute' as const,
        signal,
        reportPartial: () => undefined,
        knownRegion: async () => (target.region === UNKNOWN_REGION ? null : target.region),
      };
      const describing = collector.describe(context, { resourceType, nativeId });
      return abortable(describing, signal).catch((error: unknown) => {
        throw toAppError(error, { call: collector.listAction, region, profile, on: target.name });
      });
    };
    const found = await describeIn(usual).catch(async (error: unknown) => {
      const own = collector.global && !signal.aborted ? await this.#ports.homeRegion(profile) : usual;
      if (own === usual || partitionOfRegion(own) !== partition) throw error;
      // Where a policy closes the usual region of a list that is the same everywhere, the own one may be open.
      return describeIn(own).catch(() => {
        throw error;
      });
    });
    if (!found) await estate.delete(target.id);
    // What is stored may be of a later reading; what AWS said to this one is the answer to it.
    const stored = found && (await estate.upsert(found, asOf));
    // Its region has become known: it has another row now.
    if (stored && stored.resource.id !== target.id && target.region === UNKNOWN_REGION)
      await estate.delete(target.id);
    if (stored === null || stored.changed) emit('estate.changed', { resourceIds: [target.id] });
    return stored && { ...stored.resource, ...keepKnown(found, stored.resource), asOf };
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
