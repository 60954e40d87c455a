import type PQueue from 'p-queue';
import type { Account, ScanCell } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import { globalRegion } from '../aws/partitions.ts';
import { AppError } from '../errors.ts';
import { abortable } from '../waiting.ts';
import { scanCell, statusOf } from './cellScan.ts';
import type { CellStore } from './cellStore.ts';
import { enabledRegions } from './regions.ts';
import type { RunProgress } from './runProgress.ts';
import { requireOwner, type ScannerPorts, type ScanScope } from './scannerPorts.ts';
import type { Collector } from './types.ts';

/** Stands for the region of services that are scanned once per account. */
const GLOBAL = 'global';

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
    if (!this.#failure) return progress.finish(progress.signal.aborted ? 'cancelled' : 'done', null);
    const { error } = this.#failure;
    if (!(error instanceof AppError)) this.#ports.report(error);
    progress.finish(
      'failed',
      error instanceof AppError ? error.message : 'The scan ended on an internal fault.',
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
      return this.#fail(account, [...cross(this.#presumed(account, homeRegion), regional), ...global], error);
    }
    const globalCells = this.#scanCells(account, partition, global);
    const regionalCells = this.#regions(account, homeRegion, partition, regional.length === 0).then(
      (regions) => this.#scanCells(account, partition, cross(regions, regional)),
      (error: unknown) => this.#fail(account, cross(this.#presumed(account, homeRegion), regional), error),
    );
    await Promise.all([globalCells, regionalCells]);
    if (!this.#progress.signal.aborted) {
      await this.#ports.accounts.scanned(account.accountId, new Date().toISOString());
    }
  }

  /** The profile's own region first: there the person expects something. */
  async #regions(account: Account, homeRegion: string, partition: string, none: boolean): Promise<string[]> {
    if (none) return [];
    const at = { profile: account.scanningProfile, homeRegion, partition };
    const { signal } = this.#progress;
    const enabled = await abortable(enabledRegions(this.#ports.clients, at, signal), signal);
    await this.#markDisabled(account, enabled);
    const first = (region: string) => Number(region === homeRegion);
    return enabled.filter((region) => this.#isWanted(region)).sort((a, b) => first(b) - first(a));
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

  async #scanCells(account: Account, partition: string, cells: CellAddress[]): Promise<void> {
    const { accountId } = account;
    this.#progress.planned(cells.map(({ service }) => service));
    for (const address of cells) {
      this.#cells.show({ ...this.#cells.get({ ...address, accountId }), status: 'pending' });
    }
    await Promise.all(
      cells.map((address) =>
        this.#queue.add(() => this.#guard(() => this.#scanCell(account, partition, address))),
      ),
    );
  }

  /** All of these cells end with one reason; what they held stays, with its age. */
  async #fail(account: Account, cells: CellAddress[], error: unknown): Promise<void> {
    const { accountId, scanningProfile: profile } = account;
    this.#progress.planned(cells.map(({ service }) => service));
    const about = { call: 'ec2:DescribeRegions', region: cells[0]?.region ?? GLOBAL, profile };
    const { code, message } = mapAwsError(error, about);
    const cancelled = this.#progress.signal.aborted;
    for (const address of cells) {
      await this.#end(this.#cells.get({ ...address, accountId }), {
        status: cancelled ? 'cancelled' : statusOf(code),
        message: cancelled ? null : message,
      });
    }
  }

  async #scanCell(account: Account, partition: string, { region, service }: CellAddress): Promise<void> {
    const { signal } = this.#progress;
    const known = this.#cells.get({ accountId: account.accountId, region, service });
    if (signal.aborted) return this.#end(known, { status: 'cancelled', message: null });
    this.#cells.show({ ...known, status: 'running', message: null });
    const startedAt = new Date().toISOString();
    try {
      const outcome = await scanCell(
        this.#ports.estate,
        this.#collectors.filter((collector) => collector.service === service),
        {
          accountId: account.accountId,
          partition,
          region: region === GLOBAL ? globalRegion(partition) : region,
          profile: account.scanningProfile,
          clients: this.#ports.clients,
          signal,
          purpose: 'scan',
        },
        startedAt,
        (count) => this.#progress.found(service, count),
      );
      const { status, message, found, removed, completed } = outcome;
      const seen = status === 'ok' || status === 'partial';
      const change = {
        status,
        message,
        count: seen ? found : known.count,
        asOf: completed ? startedAt : known.asOf,
      };
      await this.#end(known, change, removed);
    } catch (error) {
      const message = error instanceof AppError ? error.message : 'What was found could not be written.';
      await this.#end(known, { status: 'failed', message });
      throw error;
    }
  }

  async #end(known: ScanCell, change: Partial<ScanCell>, removed = 0): Promise<void> {
    const cell: ScanCell = { ...known, ...change };
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
