import {
  BACKUP_PARTS,
  type BackupPart,
  type BackupSettings,
  type Job,
} from '../../preload/contract/models.ts';
import type { JobRunner } from '../jobs/jobs.ts';
import type { Shell } from '../platform/shell.ts';
import type { BackupState } from './backupRecords.ts';
import { type BackupService, SCHEDULED } from './backupService.ts';
import { lastGood } from './retention.ts';
import { intervalMs, pauseMs } from './standing.ts';
import { overdueWords } from './words.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A time this far ahead of the clock was written before the clock was set back. */
const TOLERANCE_MS = 5 * MINUTE_MS;
/** After start the app has better things to do than to catch up at once. */
const FIRST_MS = 2 * MINUTE_MS;
const PROVE_EVERY_MS = 30 * DAY_MS;
/** A part that comes due this soon after the others goes with them. */
const SOON_MS = HOUR_MS;

export interface SchedulerOptions {
  backups: Pick<BackupService, 'create' | 'prove' | 'status' | 'overview' | 'settleInterrupted' | 'records'>;
  jobs: Pick<JobRunner, 'current' | 'settled'>;
  shell: Pick<Shell, 'notify'>;
  /** What is done once a day beside backups, in slices; asked before each whether to go on. True when it is done. */
  daily(goOn: () => boolean): Promise<boolean>;
  report(error: unknown): void;
  clock?: Clock;
  /** 0 ≤ x < 1; several machines must not reach the bucket in the same second. */
  random?: () => number;
}

/** Wall time can be set; uptime cannot, but stands still while the machine sleeps. Both in milliseconds. */
export interface Clock {
  wall(): number;
  uptime(): number;
  /** Calls back every minute until the returned function is called. */
  everyMinute(tick: () => void): () => void;
}

const SYSTEM_CLOCK: Clock = {
  wall: () => Date.now(),
  uptime: () => performance.now(),
  everyMinute: (tick) => {
    const timer = setInterval(tick, MINUTE_MS);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/**
 * Backups by themselves. Each minute the times on record are compared with the clock: a timer of 24 hours
 * would not count a night asleep, and would not notice that the clock was set.
 *
 * Each part has its interval. A run makes one backup of the parts that are due; those wanted at least as often go
 * with them, so that whenever the rarest is due the backup holds everything. `state` is in all: the accounts and
 * the journal must not be older than what they speak of.
 */
export class BackupScheduler {
  readonly #options: SchedulerOptions;
  readonly #clock: Clock;
  readonly #jitter: number;
  #stop: (() => void) | undefined;
  #startedAt = 0;
  #settled = false;
  #ticking: Promise<void> | undefined;
  /** Uptime of the last try of each part: what counts while the clock lies behind the records. */
  readonly #triedAtUptime = new Map<BackupPart | 'any', number>();
  #lastTick: { wall: number; uptime: number } | undefined;
  /** Uptime at which the wall clock last jumped by a day or more. */
  #jumpedAt: number | undefined;
  /** When (ms) what is done once a day was done last in this run. */
  #dailyAt: number | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#jitter = (options.random ?? Math.random)();
  }

  /** Begins once; a second call changes nothing. */
  startAutoBackup(): void {
    if (this.#stop) return;
    this.#startedAt = this.#clock.uptime();
    this.#settled = false;
    this.#stop = this.#clock.everyMinute(() => void this.tick());
  }

  /** What is running goes on; nothing new is begun. */
  stopAutoBackup(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Resolves when what this minute asked for is decided, and its backup, if one was due, has ended. */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick()
      .catch((error) => this.#options.report(error))
      .finally(() => {
        this.#ticking = undefined;
      });
    return this.#ticking;
  }

  async #tick(): Promise<void> {
    this.#watchClock();
    const { backups, jobs } = this.#options;
    if (this.#clock.uptime() - this.#startedAt < FIRST_MS || jobs.current()) return;
    if (!this.#settled) {
      this.#settled = true;
      // A bucket that cannot be reached now is no reason not to make the backup that may be due.
      const job = await backups.settleInterrupted().catch((error) => this.#options.report(error));
      if (job) await jobs.settled(job.jobId);
    }
    await this.#daily();
    const settings = await backups.records.settings();
    if (!settings.auto) return;
    let state = await backups.records.state();
    if (state.wantedSince === null) {
      await backups.records.update(() => ({ wantedSince: this.#now() }));
      state = await backups.records.state();
    }
    const parts = this.#dueParts(state, settings);
    if (parts.length > 0) await this.#backUp(parts);
    else if (this.#isProofDue(state)) await this.#prove();
    await this.#warn();
  }

  /** What a backup would take now; empty = none is due, or the last try is too recent. */
  #dueParts(state: BackupState, settings: BackupSettings): BackupPart[] {
    const pause = pauseMs(settings, state.failures);
    if (this.#left(time(state.lastTryAt), this.#triedAtUptime.get('any'), pause) > 0) return [];
    const left = (part: BackupPart) => {
      const last = Math.max(time(state.goodAt[part]), time(state.cancelledAt[part]));
      // After a failure the pause alone counts where the record cannot be compared.
      const interval = intervalMs(settings, part);
      return this.#left(last, this.#triedAtUptime.get(part), interval, state.failures > 0 ? pause : interval);
    };
    const due = BACKUP_PARTS.filter((part) => left(part) <= 0);
    if (due.length === 0) return [];
    const rarest = Math.max(...due.map((part) => intervalMs(settings, part)));
    return BACKUP_PARTS.filter((part) => {
      const interval = intervalMs(settings, part);
      const soon = left(part) <= Math.min(SOON_MS, interval / 24);
      return part === 'state' || interval <= rarest || soon;
    });
  }

  /**
   * How long (ms) until `wait` has passed since a time on record. A time ahead of the clock was written before
   * the clock was set back and cannot be compared: then once now, and by uptime from there.
   */
  #left(recorded: number, triedAtUptime: number | undefined, wait: number, again = wait): number {
    const elapsed = this.#clock.wall() - recorded;
    if (elapsed >= -TOLERANCE_MS) return wait + this.#spread(wait) - elapsed;
    if (triedAtUptime === undefined) return 0;
    return again + this.#spread(again) - (this.#clock.uptime() - triedAtUptime);
  }

  #spread(wait: number): number {
    return this.#jitter * Math.min(10 * MINUTE_MS, wait / 10);
  }

  #isProofDue(state: BackupState): boolean {
    if (Object.keys(state.goodAt).length === 0) return false;
    const elapsed = this.#clock.wall() - time(state.lastProofAt ?? state.wantedSince);
    return Math.abs(elapsed) >= PROVE_EVERY_MS;
  }

  async #backUp(parts: BackupPart[]): Promise<void> {
    const { backups } = this.#options;
    for (const one of [...parts, 'any'] as const) this.#triedAtUptime.set(one, this.#clock.uptime());
    await backups.records.update(() => ({ lastTryAt: this.#now() }));
    const cleanUp = this.#clockIsSettled();
    const job = await this.#run(async () => backups.create({ reason: SCHEDULED, parts, cleanUp }));
    if (job?.state === 'failed') await backups.records.update(({ failures }) => ({ failures: failures + 1 }));
    // Cancelled by the person, and not by the app's end: they do not want it now.
    if (job?.state === 'cancelled' && this.#stop) {
      const now = this.#now();
      const these = Object.fromEntries(parts.map((part) => [part, now]));
      await backups.records.update(({ cancelledAt }) => ({ cancelledAt: { ...cancelledAt, ...these } }));
    }
  }

  /**
   * The newest good backup of each part in the wanted place: one, as long as all parts are backed up together. A
   * try that fails is not repeated every minute.
   */
  async #prove(): Promise<void> {
    const { backups, jobs, report } = this.#options;
    await backups.records.update(() => ({ lastProofAt: this.#now() }));
    const { backups: all, settings } = await backups.overview();
    const there = all.filter(({ place }) => place === (settings.s3 ? 's3' : 'local'));
    for (const one of new Set(
      BACKUP_PARTS.flatMap((part) => lastGood(there, [part], this.#clock.wall()) ?? []),
    )) {
      const other = jobs.current();
      if (other) await jobs.settled(other.jobId);
      if (!this.#stop) return;
      await this.#run(() => backups.prove(one.backupId, one.place)).catch(report);
    }
  }

  async #run(start: () => Promise<Job>): Promise<Job | undefined> {
    // Someone else's job may have begun in the meantime; the next minute asks again.
    if (this.#options.jobs.current()) return undefined;
    const { jobId } = await start();
    return this.#options.jobs.settled(jobId);
  }

  /** Never while a job runs: a backup reads what would be removed. */
  async #daily(): Promise<void> {
    const { daily, jobs, report } = this.#options;
    const since = Math.abs(this.#clock.wall() - (this.#dailyAt ?? Number.NEGATIVE_INFINITY));
    if (since < DAY_MS || !this.#clockIsSettled()) return;
    const goOn = () => this.#stop !== undefined && !jobs.current();
    const done = await daily(goOn).catch((error: unknown) => {
      report(error);
      return true;
    });
    if (done) this.#dailyAt = this.#clock.wall();
  }

  /** Once a day while a part has had no good backup for too long. */
  async #warn(): Promise<void> {
    const { backups, shell } = this.#options;
    if (!(await backups.status()).overdue) return;
    const { lastNoticeAt } = await backups.records.state();
    if (lastNoticeAt && Math.abs(this.#clock.wall() - time(lastNoticeAt)) < DAY_MS) return;
    const { parts, settings, problem } = await backups.overview();
    const late = BACKUP_PARTS.filter((part) => parts[part].overdue);
    if (late.length === 0) return;
    await backups.records.update(() => ({ lastNoticeAt: this.#now() }));
    const { title, since } = overdueWords(late, parts, settings);
    shell.notify(title, `${since} ${problem ?? 'The Backups screen says why.'}`);
  }

  #watchClock(): void {
    const now = { wall: this.#clock.wall(), uptime: this.#clock.uptime() };
    if (this.#lastTick) {
      const drift = now.wall - this.#lastTick.wall - (now.uptime - this.#lastTick.uptime);
      if (Math.abs(drift) >= DAY_MS) this.#jumpedAt = now.uptime;
    }
    this.#lastTick = now;
  }

  /** For an hour after the clock jumped by a day or more nothing is removed by age. */
  #clockIsSettled(): boolean {
    return this.#jumpedAt === undefined || this.#clock.uptime() - this.#jumpedAt >= HOUR_MS;
  }

  #now(): string {
    return new Date(this.#clock.wall()).toISOString();
  }
}

const time = (at: string | null | undefined) => (at ? Date.parse(at) : 0);
