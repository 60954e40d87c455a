import type { Execution } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import type { StoredExecution } from '../storage/journal/execution.ts';
import type { StoredPlan } from '../storage/journal/plan.ts';
import { executionView } from '../storage/journal/views.ts';
import { abortable, endsWithin } from '../waiting.ts';
import type { Clock } from './ports.ts';

/** Why a run was ended from outside. */
export type StopReason = 'person' | 'shutdown';

export interface Run {
  readonly execution: Execution;
  /** As it stands in the journal, of which the execution holds a view. */
  readonly plan: StoredPlan;
  readonly signal: AbortSignal;
  /** The call has left, or an earlier process sent it: all that remains is looking. */
  watching: boolean;
}

/** What a run does. Each rejects with the signal's reason when ended from outside. */
export interface Work {
  first(run: Run): Promise<void>;
  /** Takes over when the journal could not record something: settles what is open, sends nothing. */
  again(run: Run): Promise<void>;
  /** A person no longer waits. */
  stopped(run: Run): Promise<void>;
}

interface Entry extends Run {
  abort: AbortController;
  /** All that remains is looking. */
  arrived: Promise<void>;
  done: Promise<void>;
}

/** A check and a call under way are let through: cut off, nobody would know whether it was sent. */
const ARRIVES_MS = 20_000;
const LETS_GO_MS = 5_000;

/** The runs of this process: at most one per resource, each ended by its result or by the end of the process. */
export class Runs {
  readonly #clock: Clock;
  readonly #retryMs: number;
  readonly #report: (error: unknown) => void;
  readonly #entries = new Map<string, Entry>();
  #stopped = false;

  constructor(clock: Clock, retryMs: number, report: (error: unknown) => void) {
    this.#clock = clock;
    this.#retryMs = retryMs;
    this.#report = report;
  }

  has(executionId: string): boolean {
    return this.#entries.has(executionId);
  }

  /** Two changes of one resource at once would each judge the other's states as its own. */
  requireAlone({ executionId, plan }: Execution): void {
    for (const [otherId, { execution }] of this.#entries) {
      if (otherId !== executionId && execution.plan.target.resourceId === plan.target.resourceId)
        throw new AppError(
          'INVALID_STATE',
          `Another change of ${cleanText(plan.target.name, 120)} is still running. Wait for it, or stop waiting for it in Activity.`,
        );
    }
  }

  /** Resolves when the run has ended; never rejects. */
  launch(approved: StoredExecution, work: Work): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const execution = executionView(approved);
    const abort = new AbortController();
    const arrived = Promise.withResolvers<void>();
    let watching = false;
    const entry: Entry = {
      execution,
      plan: approved.plan,
      signal: abort.signal,
      get watching() {
        return watching;
      },
      set watching(now) {
        watching = now;
        if (now) arrived.resolve();
      },
      abort,
      arrived: arrived.promise,
      done: Promise.resolve(),
    };
    this.#entries.set(execution.executionId, entry);
    entry.done = this.#toItsEnd(entry, work).finally(() => this.#entries.delete(execution.executionId));
    return entry.done;
  }

  /** Ends a run's waiting; resolves when its result is recorded, or with false when it is not waiting. */
  async stopWaiting(executionId: string): Promise<boolean> {
    const entry = this.#entries.get(executionId);
    if (!entry?.watching) return false;
    entry.abort.abort('person' satisfies StopReason);
    await entry.done;
    return true;
  }

  /** Ends all waiting without a result, for good: the next start takes it up again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const entries = [...this.#entries.values()];
    for (const { abort } of entries) abort.abort('shutdown' satisfies StopReason);
    await Promise.all(entries.map(({ done }) => done));
  }

  /**
   * Ends all waiting without a result, to be taken up again from the journal. What has not been sent yet is, or is
   * refused, before that. False when a run did not let go.
   */
  async pause(): Promise<boolean> {
    const paused = [...this.#entries.values()].map(async ({ abort, arrived, done }) => {
      await endsWithin(ARRIVES_MS, Promise.race([arrived, done]));
      abort.abort('shutdown' satisfies StopReason);
      return endsWithin(LETS_GO_MS, done);
    });
    return (await Promise.all(paused)).every((ended) => ended);
  }

  async #toItsEnd(run: Run, work: Work): Promise<void> {
    let step = work.first;
    for (;;) {
      try {
        await step(run);
        return;
      } catch (error) {
        if (!run.signal.aborted) this.#report(error);
      }
      if (run.signal.aborted) break;
      // The journal could not take it, e.g. because the disk is full. What it says is still true.
      await abortable(this.#clock.sleep(this.#retryMs, run.signal), run.signal).catch(() => undefined);
      step = work.again;
    }
    if (run.signal.reason === ('person' satisfies StopReason))
      await work.stopped(run).catch((error: unknown) => this.#report(error));
  }
}
