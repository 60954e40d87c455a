import type { Job } from '../../preload/contract/models.ts';
import type { JobRunner } from '../jobs/jobs.ts';
import type { Shell } from '../platform/shell.ts';
import type { BackupState } from './backupRecords.ts';
import { type BackupService, SCHEDULED } from './backupService.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A time this far ahead of the clock was written before the clock was set back. */
const TOLERANCE_MS = 5 * MINUTE_MS;
/** After start the app has better things to do than to catch up at once. */
const FIRST_MS = 2 * MINUTE_MS;
const PROVE_EVERY_MS = 30 * DAY_MS;
const FIRST_RETRY_MS = 15 * MINUTE_MS;

export interface SchedulerOptions {
  backups: Pick<BackupService, 'create' | 'prove' | 'overview' | 'settleInterrupted' | 'records'>;
  jobs: Pick<JobRunner, 'current' | 'settled'>;
  shell: Pick<Shell, 'notify'>;
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
 */
export class BackupScheduler {
  readonly #options: SchedulerOptions;
  readonly #clock: Clock;
  readonly #jitter: number;
  #stop: (() => void) | undefined;
  #startedAt = 0;
  #settled = false;
  #ticking: Promise<void> | undefined;
  /** Uptime of the last try in this run: what counts while the clock lies behind the records. */
  #triedAtUptime: number | undefined;
  #lastTick: { wall: number; uptime: number } | undefined;
  /** Uptime at which the wall clock last jumped by a day or more. */
  #jumpedAt: number | undefined;

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
    const settings = await backups.records.settings();
    if (!settings.auto) return;
    let state = await backups.records.state();
    if (state.wantedSince === null) {
      await backups.records.update(() => ({ wantedSince: this.#now() }));
      state = await backups.records.state();
    }
    if (this.#isBackupDue(state, settings.intervalHours * HOUR_MS)) await this.#backUp();
    else if (this.#isProofDue(state)) await this.#prove();
    await this.#warn();
  }

  #isBackupDue(state: BackupState, interval: number): boolean {
    const spread = this.#jitter * Math.min(10 * MINUTE_MS, interval / 10);
    const wait =
      state.failures > 0 ? Math.min(interval, FIRST_RETRY_MS * 2 ** (state.failures - 1)) : interval;
    const last = Math.max(time(state.lastTryAt), state.failures > 0 ? 0 : time(state.lastGoodAt));
    const elapsed = this.#clock.wall() - last;
    if (elapsed >= -TOLERANCE_MS) return elapsed >= wait + spread;
    // The clock was set back: the record cannot be compared. Once now, then by uptime.
    return this.#triedAtUptime === undefined || this.#clock.uptime() - this.#triedAtUptime >= wait + spread;
  }

  #isProofDue(state: BackupState): boolean {
    if (state.lastGoodAt === null) return false;
    const elapsed = this.#clock.wall() - time(state.lastProofAt ?? state.wantedSince);
    return Math.abs(elapsed) >= PROVE_EVERY_MS;
  }

  async #backUp(): Promise<void> {
    const { backups } = this.#options;
    this.#triedAtUptime = this.#clock.uptime();
    await backups.records.update(() => ({ lastTryAt: this.#now() }));
    const job = await this.#run(() =>
      Promise.resolve(backups.create(SCHEDULED, { cleanUp: this.#clockIsSettled() })),
    );
    if (job?.state === 'failed') await backups.records.update(({ failures }) => ({ failures: failures + 1 }));
  }

  /** The newest good backup of the wanted place; a try that fails is not repeated every minute. */
  async #prove(): Promise<void> {
    const { backups } = this.#options;
    await backups.records.update(() => ({ lastProofAt: this.#now() }));
    const { backups: all, settings } = await backups.overview();
    const wanted = settings.s3 ? 's3' : 'local';
    const newest = all.find(({ place, state }) => place === wanted && state === 'verified');
    if (newest) await this.#run(() => backups.prove(newest.backupId, newest.place));
  }

  async #run(start: () => Promise<Job>): Promise<Job | undefined> {
    // Someone else's job may have begun in the meantime; the next minute asks again.
    if (this.#options.jobs.current()) return undefined;
    const { jobId } = await start();
    return this.#options.jobs.settled(jobId);
  }

  /** Once a day while there is no good backup of the last 48 hours. */
  async #warn(): Promise<void> {
    const { backups, shell } = this.#options;
    const { overdue, lastGoodAt, problem } = await backups.overview();
    if (!overdue) return;
    const { lastNoticeAt } = await backups.records.state();
    if (lastNoticeAt && Math.abs(this.#clock.wall() - time(lastNoticeAt)) < DAY_MS) return;
    await backups.records.update(() => ({ lastNoticeAt: this.#now() }));
    const since = lastGoodAt ? `The last good one is of ${lastGoodAt.slice(0, 10)}.` : 'There is none yet.';
    shell.notify('No good backup for 48 hours', `${since} ${problem ?? 'The Backups screen says why.'}`);
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

const time = (at: string | null) => (at ? Date.parse(at) : 0);
