import type PQueue from 'p-queue';
import type { Account } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import { globalRegion, knownRegions, partitionOfRegion } from '../aws/partitions.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import type { StoredCell } from '../storage/scanCells.ts';
import { abortable } from '../waiting.ts';
import { type CellOutcome, scanCell, statusOf } from './cellScan.ts';
import type { CellStore } from './cellStore.ts';
import { enabledRegions } from './regions.ts';
import type { RunProgress } from './runProgress.ts';
import { requireOwner, type ScannerPorts, type ScanScope } from './scannerPorts.ts';
import type { Collector } from './types.ts';

/** Stands for the region of services that are scanned once per account. */
const GLOBAL = 'global';

/** The list of regions is refused, which is no word about the regions. */
const LIST_REFUSED = ['ACCESS_DENIED', 'DENIED_BY_SCP', 'REGION_DISABLED', 'UNSUPPORTED', 'AWS_FAILED'];
/** Another region may answer where one is like this. */
const CLOSED_THERE = ['denied', 'denied_by_scp', 'region_disabled', 'network', 'failed', 'unsupported'];

interface Place {
  partition: string;
  homeRegion: string;
}

interface CellAddress {
  region: string;
  service: string;
}

/** Carries out one scan: accounts side by side, their cells through one queue. */
export class ScanRunner {
  readonly #ports: ScannerPorts;
  readonly #collectors: readonly Collector[];
  readonly #cells: CellStore;
  readonly #queue: PQueue;
  readonly #progress: RunProgress;
  readonly #scope: ScanScope;
  /** Regions that were scanned, and accounts of which anything could be read. */
  readonly #scanned = new Set<string>();
  readonly #read = new Set<string>();
  /** The first failure that ends the whole run: the data cannot be written. */
  #failure: { error: unknown } | null = null;

  constructor(
    ports: ScannerPorts,
    parts: { collectors: readonly Collector[]; cells: CellStore; queue: PQueue; progress: RunProgress },
    scope: ScanScope,
  ) {
    this.#ports = ports;
    this.#collectors = parts.collectors;
    this.#cells = parts.cells;
    this.#queue = parts.queue;
    this.#progress = parts.progress;
    this.#scope = scope;
  }

  /** Never rejects: what happened is the run's state. */
  async run(accounts: Account[]): Promise<void> {
    const progress = this.#progress;
    const scanning = accounts.map((account) => this.#guard(() => this.#scanAccount(account)));
    await Promise.all(scanning);
    await this.#guard(() => this.#cells.flush());
    this.#noteUnscanned();
    if (!this.#failure) return progress.finish(progress.signal.aborted ? 'cancelled' : 'done', null);
    const { error } = this.#failure;
    if (!(error instanceof AppError)) this.#ports.report(error);
    progress.finish(
      'failed',
      error instanceof AppError ? error.message : 'The scan ended on an internal fault.',
    );
  }

  /** A region asked for by name is never passed over in silence. */
  #noteUnscanned(): void {
    const without = (this.#scope.regions ?? []).filter((region) => !this.#scanned.has(region));
    if (without.length === 0 || this.#progress.signal.aborted || this.#scanned.size + this.#read.size === 0)
      return;
    const names = without.map((region) => cleanText(region, 40)).join(', ');
    this.#progress.note(
      `${names}: not scanned. No account in this scan has it switched on, or there is no such region.`,
    );
  }

  /** A failure outside AWS ends the run: what is left is cancelled. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failure ??= { error };
      this.#progress.controller.abort();
    }
  }

  async #scanAccount(account: Account): Promise<void> {
    const profile = account.scanningProfile;
    const regional = this.#services((collector) => !collector.global);
    const global = cross(
      [GLOBAL],
      this.#services((collector) => collector.global),
    );
    const { signal } = this.#progress;
    // Files on a share that is gone and sign-ins that hang hear no abort: they are left behind.
    const homeRegion = await abortable(this.#ports.homeRegion(profile), signal).catch(() => 'us-east-1');
    let partition: string;
    try {
      signal.throwIfAborted();
      const owner = requireOwner(this.#ports.sessions, profile, account.accountId, { fresh: true });
      partition = await abortable(owner, signal);
    } catch (error) {
      const cells = [...cross(this.#presumed(account, homeRegion), regional), ...global];
      return this.#fail(account, cells, error, 'sts:GetCallerIdentity');
    }
    const globalCells = this.#scanCells(account, { partition, homeRegion }, global);
    const regionalCells = this.#regions(account, homeRegion, partition, regional.length === 0).then(
      (regions) => this.#scanCells(account, { partition, homeRegion }, cross(regions, regional)),
      (error: unknown) =>
        this.#fail(
          account,
          cross(this.#presumed(account, homeRegion), regional),
          error,
          'ec2:DescribeRegions',
        ),
    );
    await Promise.all([globalCells, regionalCells]);
    if (!this.#progress.signal.aborted && this.#read.has(account.accountId)) {
      await this.#ports.accounts.scanned(account.accountId, new Date().toISOString());
    }
  }

  /** The profile's own region first: there the person expects something. */
  async #regions(account: Account, homeRegion: string, partition: string, none: boolean): Promise<string[]> {
    if (none) return [];
    const regions = await this.#enabled(account, homeRegion, partition);
    const first = (region: string) => Number(region === homeRegion);
    const wanted = regions.filter((region) => this.#isWanted(region)).sort((a, b) => first(b) - first(a));
    for (const region of wanted) this.#scanned.add(region);
    return wanted;
  }

  /**
   * The account's regions as AWS lists them. Where it may not be asked, the known ones are tried: a denied list
   * says nothing about what lies in them.
   */
  async #enabled(account: Account, homeRegion: string, partition: string): Promise<string[]> {
    const { scanningProfile: profile, accountId } = account;
    const expected = [...(this.#scope.regions ?? []), ...this.#cells.regionsOf(accountId)];
    const { signal } = this.#progress;
    try {
      const at = { profile, homeRegion, partition, expected };
      const enabled = await abortable(enabledRegions(this.#ports.clients, at, signal), signal);
      await this.#markDisabled(account, enabled);
      return enabled;
    } catch (error) {
      if (!(error instanceof AppError) || !LIST_REFUSED.includes(error.code) || signal.aborted) throw error;
      // AWS's own words stand with each cell; a note is read at a glance.
      const [what] = error.message.split(' AWS says:');
      this.#progress.note(`${what} The regions that are known were tried without it.`);
      const presumed = [homeRegion, ...expected, ...knownRegions(partition)];
      return [...new Set(presumed)].filter((region) => partitionOfRegion(region) === partition);
    }
  }

  /** Regions scanned before that have been switched off: their rows stay, and their cells say why they age. */
  async #markDisabled(account: Account, enabled: string[]): Promise<void> {
    const gone = this.#cells
      .all()
      .filter(({ accountId, region }) => accountId === account.accountId && region !== GLOBAL)
      .filter(({ region }) => !enabled.includes(region) && this.#isWanted(region));
    for (const cell of gone) {
      const message = `${cell.region} is no longer enabled for this account. What it held is shown as last seen.`;
      await this.#cells.end({ ...cell, status: 'region_disabled', message });
    }
  }

  /** Where the account's cells are shown when its regions could not be asked. */
  #presumed(account: Account, homeRegion: string): string[] {
    const regions = new Set([homeRegion, ...this.#cells.regionsOf(account.accountId)]);
    return [...regions].filter((region) => this.#isWanted(region));
  }

  #isWanted(region: string): boolean {
    return !this.#scope.regions || this.#scope.regions.includes(region);
  }

  #services(which: (collector: Collector) => boolean): string[] {
    return servicesOf(this.#collectors.filter(which), this.#scope);
  }

  async #scanCells(account: Account, place: Place, cells: CellAddress[]): Promise<void> {
    const { accountId } = account;
    this.#progress.planned(cells.map(({ service }) => service));
    for (const address of cells) {
      this.#cells.show({ ...this.#cells.get({ ...address, accountId }), status: 'pending' });
    }
    await Promise.all(
      cells.map((address) =>
        this.#queue.add(() => this.#guard(() => this.#scanCell(account, place, address))),
      ),
    );
  }

  /** All of these cells end with one reason; what they held stays, with its age. */
  async #fail(account: Account, cells: CellAddress[], error: unknown, call: string): Promise<void> {
    const { accountId, scanningProfile: profile } = account;
    this.#progress.planned(cells.map(({ service }) => service));
    const about = { call, region: cells[0]?.region ?? GLOBAL, profile };
    const { code, message } = mapAwsError(error, about);
    const cancelled = this.#progress.signal.aborted;
    for (const address of cells) {
      await this.#end(this.#cells.get({ ...address, accountId }), {
        status: cancelled ? 'cancelled' : statusOf(code),
        message: cancelled ? null : message,
      });
    }
  }

  async #scanCell(account: Account, place: Place, { region, service }: CellAddress): Promise<void> {
    const { signal } = this.#progress;
    const known = this.#cells.get({ accountId: account.accountId, region, service });
    if (signal.aborted) return this.#end(known, { status: 'cancelled', message: null });
    this.#cells.show({ ...known, status: 'running', message: null });
    const startedAt = new Date().toISOString();
    try {
      const outcome = await this.#readCell(account, place, { region, service }, startedAt);
      const { status, message, found, removed, completed, listed } = outcome;
      const seen = status === 'ok' || status === 'partial';
      if (seen) this.#read.add(account.accountId);
      const change = {
        status,
        message,
        count: seen ? found : known.count,
        asOf: completed ? startedAt : known.asOf,
        listed: { ...known.listed, ...Object.fromEntries(listed.map((type) => [type, startedAt])) },
      };
      await this.#end(known, change, removed);
    } catch (error) {
      const message = error instanceof AppError ? error.message : 'What was found could not be written.';
      await this.#end(known, { status: 'failed', message });
      throw error;
    }
  }

  /** A list that is the same everywhere is asked for in the profile's own region too, where a policy closes the usual one. */
  async #readCell(
    account: Account,
    { partition, homeRegion }: Place,
    { region, service }: CellAddress,
    startedAt: string,
  ): Promise<CellOutcome> {
    const collectors = this.#collectors.filter((collector) => collector.service === service);
    const context = {
      accountId: account.accountId,
      partition,
      profile: account.scanningProfile,
      clients: this.#ports.clients,
      signal: this.#progress.signal,
      purpose: 'scan' as const,
    };
    const found = (count: number, changed: readonly string[]) =>
      this.#progress.found(service, count, changed);
    const readIn = (where: string) =>
      scanCell(this.#ports.estate, collectors, { ...context, region: where }, startedAt, found);
    if (region !== GLOBAL) return readIn(region);
    const usual = globalRegion(partition);
    const outcome = await readIn(usual);
    const isClosed = CLOSED_THERE.includes(outcome.status) && outcome.found === 0;
    if (!isClosed || homeRegion === usual || partitionOfRegion(homeRegion) !== partition) return outcome;
    const own = await readIn(homeRegion);
    return own.completed || own.status === 'partial' || own.status === 'cancelled' ? own : outcome;
  }

  async #end(known: StoredCell, change: Partial<StoredCell>, removed = 0): Promise<void> {
    const cell: StoredCell = { ...known, ...change };
    this.#progress.ended(cell, removed);
    await this.#cells.end(cell);
  }
}

export function servicesOf(collectors: readonly Collector[], scope: ScanScope): string[] {
  const services = new Set(collectors.map(({ service }) => service));
  return [...services].filter((service) => !scope.services || scope.services.includes(service));
}

function cross(regions: string[], services: string[]): CellAddress[] {
  return regions.flatMap((region) => services.map((service) => ({ region, service })));
}
