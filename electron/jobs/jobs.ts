import { randomUUID } from 'node:crypto';
import type { Job } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { Emit } from '../events.ts';

export type JobKind = Job['kind'];

/** What a job came to: words with verified counts, and the backup it was about. */
export interface JobOutcome {
  result: string;
  backupId?: string | null;
  /** Of an export for a browser: the one-time path to fetch it from. */
  download?: string;
}

/** What the work sees of its own job. */
export interface JobHandle {
  readonly jobId: string;
  /** Fires on cancel and when the app stops; the work then undoes what is half done and rejects. */
  readonly signal: AbortSignal;
  /** A new step, counted from zero. `total` null = not known yet. */
  step(words: string, total?: number | null, unit?: Job['unit']): void;
  /** How far the step is, in its unit. */
  progress(done: number, total?: number | null): void;
  /** The backup it is about, as soon as that is known. */
  about(backupId: string): void;
}

export interface JobRunnerOptions {
  emit: Emit;
  /** Where the error goes that the words leave out. */
  report(error: unknown): void;
  /** Between two announcements of mere progress. */
  throttleMs?: number;
}

interface Running {
  job: Job;
  abort: AbortController;
  settled: Promise<Job>;
}

const KEPT = 20;
const NAMES: Record<JobKind, string> = {
  backup: 'backup',
  prove: 'check of a backup',
  restore: 'restore',
  export: 'export',
  import: 'import',
  reencrypt: 're-encryption',
  rebuild_index_key: 'change of the index key',
  move_engine: 'move to another engine',
  rescue: 'rebuild of the storage engine',
  forget_account: 'removal of an account',
  delete_all: 'deletion of all data',
  cleanup: 'clean-up of old backups',
};

/**
 * Long work, one at a time: two jobs that both swap or copy the data would undo each other. Finished jobs
 * stay in the list (the last 20) until the app ends.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #throttleMs: number;
  #running: Running | undefined;
  #finished: Job[] = [];
  #announcedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    this.#throttleMs = options.throttleMs ?? 250;
  }

  /** Newest first. */
  list(): Job[] {
    return this.#running ? [this.#running.job, ...this.#finished] : [...this.#finished];
  }

  /** The job under way, else null. */
  current(): Job | null {
    return this.#running?.job ?? null;
  }

  /** Begins the work and answers at once. Throws JOB_RUNNING while another is under way. */
  start(kind: JobKind, work: (handle: JobHandle) => Promise<JobOutcome>): Job {
    this.requireIdle();
    const abort = new AbortController();
    const job: Job = {
      jobId: randomUUID(),
      kind,
      state: 'running',
      step: 'Starting',
      done: 0,
      total: null,
      unit: 'steps',
      startedAt: new Date().toISOString(),
      finishedAt: null,
      error: null,
      result: null,
      backupId: null,
    };
    const running: Running = { job, abort, settled: Promise.resolve(job) };
    this.#running = running;
    this.#announce();
    // One turn later, so that the caller has the id before the first progress.
    running.settled = Promise.resolve().then(() => this.#run(running, work));
    return job;
  }

  /** Throws JOB_RUNNING while a job is under way. */
  requireIdle(): void {
    if (this.#stopped) throw new AppError('NOT_READY', 'The app is closing; nothing new is begun.');
    if (!this.#running) return;
    const { kind, step } = this.#running.job;
    throw new AppError(
      'JOB_RUNNING',
      `A ${NAMES[kind]} is under way (${step}). Wait until it has ended, or cancel it.`,
    );
  }

  /** Asks a running job to stop; what it cannot undo it finishes first. A finished job is answered as it is. */
  cancel(jobId: string): Job {
    const running = this.#running;
    if (running?.job.jobId === jobId) {
      running.abort.abort();
      this.#set(running, { step: 'Cancelling' }, { atOnce: true });
      return running.job;
    }
    return this.#ended(jobId);
  }

  /** Resolves with the job once it has ended; never rejects for the job's own failure. */
  async settled(jobId: string): Promise<Job> {
    if (this.#running?.job.jobId === jobId) return this.#running.settled;
    return this.#ended(jobId);
  }

  /** Cancels what runs and waits until it has let go. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#running?.abort.abort();
    await this.#running?.settled;
  }

  #ended(jobId: string): Job {
    const job = this.#finished.find((one) => one.jobId === jobId);
    if (!job) throw new AppError('NOT_FOUND', 'This job is no longer known.');
    return job;
  }

  async #run(running: Running, work: (handle: JobHandle) => Promise<JobOutcome>): Promise<Job> {
    try {
      running.abort.signal.throwIfAborted();
      const { result, backupId, download } = await work(this.#handle(running));
      return this.#end(running, {
        state: 'done',
        result,
        ...(backupId !== undefined && { backupId }),
        ...(download !== undefined && { download }),
        ...(running.job.total !== null && { done: running.job.total }),
      });
    } catch (error) {
      return this.#end(running, this.#failure(running, error));
    }
  }

  #handle(running: Running): JobHandle {
    const cancelling = () => running.abort.signal.aborted;
    return {
      jobId: running.job.jobId,
      signal: running.abort.signal,
      step: (words, total = null, unit = 'steps') =>
        this.#set(running, { ...(!cancelling() && { step: words }), done: 0, total, unit }, { atOnce: true }),
      progress: (done, total) =>
        this.#set(running, { done, ...(total !== undefined && { total }) }, { atOnce: false }),
      about: (backupId) => this.#set(running, { backupId }, { atOnce: true }),
    };
  }

  #failure(running: Running, error: unknown): Partial<Job> {
    const wanted = running.abort.signal.aborted;
    if (wanted && (!(error instanceof AppError) || error.code === 'CANCELLED')) {
      const message =
        error instanceof AppError ? error.message : `The ${NAMES[running.job.kind]} was cancelled.`;
      return { state: 'cancelled', error: { code: 'CANCELLED', message } };
    }
    this.#options.report(error);
    if (error instanceof AppError) {
      return { state: 'failed', error: { code: error.code, message: error.message } };
    }
    const message = `The ${NAMES[running.job.kind]} ended on an internal error while: ${running.job.step}. The log says where.`;
    return { state: 'failed', error: { code: 'INTERNAL', message } };
  }

  #end(running: Running, patch: Partial<Job>): Job {
    running.job = { ...running.job, ...patch, finishedAt: new Date().toISOString() };
    this.#running = undefined;
    this.#finished = [running.job, ...this.#finished].slice(0, KEPT);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.emit('job.changed', running.job);
    return running.job;
  }

  #set(running: Running, patch: Partial<Job>, { atOnce }: { atOnce: boolean }): void {
    // Work that still reports after its end changes nothing any more.
    if (this.#running !== running) return;
    running.job = { ...running.job, ...patch };
    const wait = this.#announcedAt + this.#throttleMs - performance.now();
    if (atOnce || wait <= 0) this.#announce();
    else this.#timer ??= setTimeout(() => this.#announce(), wait).unref();
  }

  #announce(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#running) return;
    this.#announcedAt = performance.now();
    this.#options.emit('job.changed', this.#running.job);
  }
}
