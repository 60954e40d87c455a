import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { LogTail } from './LogTail.ts';
import { endOrphan, removePidRecord, writePidRecord } from './orphans.ts';
import { RestartBudget, type RestartPolicy } from './RestartBudget.ts';

const POLL_MS = 20;

export type ProcessState = 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped';

export interface Launch {
  exe: string;
  args: string[];
  /** The whole environment of the child; nothing is inherited. */
  env: Record<string, string>;
}

export interface ManagedProcessOptions {
  /** As the user knows it: "The Qdrant engine". */
  name: string;
  /** The folder it works on: its working directory, and the proof that a recorded pid is ours. Must appear in `args`. */
  folder: string;
  pidFile: string;
  /** Called before each start, so that ports and keys are fresh. An AppError of it is final. */
  prepare: () => Promise<Launch>;
  /** True when the child answers as ours. Asked every 20 ms; a rejection means not yet. */
  probe: (signal: AbortSignal) => Promise<boolean>;
  /**
   * What an early exit means, read from the log: an AppError that no further try would cure,
   * 'retry' for one more try at once (a lost race for a port), undefined when unknown.
   */
  explainExit?: (log: string) => AppError | 'retry' | undefined;
  /** What it means that the budget of restarts is spent, read from the log. */
  explainCrashLoop?: (log: string) => AppError;
  readyWithinMs: number;
  /** What asks the child to end in order. */
  stopSignal: 'SIGTERM' | 'SIGINT';
  stopWithinMs: number;
  restarts: RestartPolicy;
}

/** The child did not come up; another try may help. Any other AppError of a start is final. */
class AttemptFailed extends AppError {}

/** One child process, kept running: it is started, watched, restarted within a budget, and ended. */
export class ManagedProcess {
  readonly #options: ManagedProcessOptions;
  readonly #budget: RestartBudget;
  readonly #log = new LogTail();
  readonly #listeners = new Set<() => void>();
  #state: ProcessState = 'stopped';
  #failure: AppError | undefined;
  #child: ChildProcess | undefined;
  /** While the process is being brought up: what concurrent starts join. */
  #bringUp: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #abort = new AbortController();

  constructor(options: ManagedProcessOptions) {
    this.#options = options;
    this.#budget = new RestartBudget(options.restarts);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The last output of the child, at most 32,000 characters. */
  get log(): string {
    return this.#log.toString();
  }

  status(): { state: ProcessState; message: string } {
    return { state: this.#state, message: this.#failure?.message ?? '' };
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when ready; joins a start under way. After a failure it tries anew with a full budget. */
  start(): Promise<void> {
    if (this.#stopping) return this.#stopping.then(() => this.start());
    if (this.#state === 'ready') return Promise.resolve();
    if (this.#bringUp) return this.#bringUp;
    this.#budget.reset();
    this.#abort = new AbortController();
    return this.#track(this.#firstStart());
  }

  /** Resolves when ready, waiting for a start or restart under way; never starts anything by itself. */
  async whenReady(): Promise<void> {
    if (this.#state === 'ready') return;
    if (this.#bringUp) return this.#bringUp;
    throw this.#failure ?? this.#stopped();
  }

  /** The stop signal, then SIGKILL after the deadline. Resolves when the process is gone. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#abort.abort();
    await this.#bringUp?.catch(() => undefined);
    if (this.#child) await this.#end(this.#child);
    this.#enter('stopped');
  }

  async #firstStart(): Promise<void> {
    this.#enter('starting');
    try {
      await endOrphan(this.#options.pidFile, this.#options);
    } catch (error) {
      throw this.#fail(error);
    }
    await this.#attemptUntilReady();
  }

  async #attemptUntilReady(): Promise<void> {
    for (;;) {
      try {
        await this.#attempt();
        this.#enter('ready');
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) throw this.#stopped();
        await this.#beforeNextTry(error);
      }
    }
  }

  /** @throws what ended the last try, when there is no point in another. */
  async #beforeNextTry(error: unknown): Promise<void> {
    const explained = this.#options.explainExit?.(this.log);
    if (explained instanceof AppError) throw this.#fail(explained);
    const delay = this.#budget.next(performance.now());
    const hopeless = error instanceof AppError && !(error instanceof AttemptFailed);
    if (hopeless) throw this.#fail(error);
    if (delay === null) throw this.#fail(this.#options.explainCrashLoop?.(this.log) ?? error);
    this.#enter('restarting');
    await setTimeout(explained === 'retry' ? 0 : delay, undefined, { signal: this.#abort.signal }).catch(
      () => {
        throw this.#stopped();
      },
    );
  }

  async #attempt(): Promise<void> {
    const { name, folder, pidFile, prepare, readyWithinMs } = this.#options;
    this.#log.clear();
    const { exe, args, env } = await prepare();
    this.#abort.signal.throwIfAborted();
    const child = spawn(exe, args, {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // Its own process group: Ctrl+C in a terminal must reach the app alone, which then stops it in order.
      detached: process.platform !== 'win32',
    });
    this.#log.follow(child.stdout, child.stderr);
    const ended = exitOf(child);
    if (child.pid === undefined)
      throw new AttemptFailed('ENGINE_FAILED', `${name} could not be started: ${await ended}`);
    writePidRecord(pidFile, { pid: child.pid, parent: process.pid, exe, folder });
    const killWithUs = () => child.kill(this.#options.stopSignal);
    process.once('exit', killWithUs);
    ended.then(() => process.removeListener('exit', killWithUs));
    this.#child = child;
    const outcome = await Promise.race([ended, this.#answers(ended, readyWithinMs)]);
    if (outcome === 'ready') {
      ended.then(() => this.#exited());
      return;
    }
    await this.#end(child);
    if (outcome !== 'silent')
      throw new AttemptFailed('ENGINE_FAILED', `${name} ended while starting (${outcome}).`);
    throw new AttemptFailed(
      'ENGINE_FAILED',
      `${name} did not answer within ${readyWithinMs / 1000} seconds.`,
    );
  }

  async #answers(ended: Promise<string>, withinMs: number): Promise<'ready' | 'silent'> {
    const deadline = performance.now() + withinMs;
    const gone = new AbortController();
    ended.then(() => gone.abort());
    while (performance.now() < deadline && !gone.signal.aborted && !this.#abort.signal.aborted) {
      const signal = AbortSignal.any([gone.signal, this.#abort.signal, AbortSignal.timeout(1_000)]);
      if (await this.#options.probe(signal).catch(() => false)) return 'ready';
      await setTimeout(POLL_MS);
    }
    return 'silent';
  }

  #exited(): void {
    if (this.#abort.signal.aborted) return;
    this.#track(this.#restart()).catch(() => undefined);
  }

  async #restart(): Promise<void> {
    this.#enter('restarting');
    await this.#beforeNextTry(
      new AttemptFailed('ENGINE_FAILED', `${this.#options.name} keeps ending unexpectedly.`),
    );
    await this.#attemptUntilReady();
  }

  #track(bringUp: Promise<void>): Promise<void> {
    const tracked = bringUp.finally(() => {
      if (this.#bringUp === tracked) this.#bringUp = undefined;
    });
    this.#bringUp = tracked;
    return tracked;
  }

  async #end(child: ChildProcess): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill(this.#options.stopSignal);
      const timer = globalThis.setTimeout(() => child.kill('SIGKILL'), this.#options.stopWithinMs);
      await exit;
      clearTimeout(timer);
    }
    this.#child = undefined;
    await removePidRecord(this.#options.pidFile);
  }

  #fail(cause: unknown): AppError {
    const failure =
      cause instanceof AppError
        ? cause
        : new AppError('ENGINE_FAILED', `${this.#options.name} could not be started.`, { cause });
    this.#enter('failed', failure);
    return failure;
  }

  #stopped(): AppError {
    return new AppError('NOT_READY', `${this.#options.name} is stopped.`);
  }

  #enter(state: ProcessState, failure?: AppError): void {
    this.#failure = failure;
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/**
 * Resolves with words for how the child ended, or why it never ran. The last lines of its log have
 * arrived by then, unless something else keeps the pipe open.
 */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      const words = code === null ? `signal ${signal}` : `exit code ${code}`;
      const timer = globalThis.setTimeout(() => resolve(words), 1_000);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(words);
      });
    });
  });
}
