import type { EventMessage } from '../preload/contract/events.ts';
import type { AppStatus } from '../preload/contract/models.ts';
import type { AppConfig } from './config.ts';
import { type App, createApp } from './createApp.ts';
import { endInOrder } from './ending.ts';
import { AppError } from './errors.ts';
import type { Log } from './log.ts';
import type { Shell } from './platform/shell.ts';
import type { Backend } from './rpc/carrier.ts';
import { type Client, numericId, type Response, Router } from './rpc/router.ts';
import { WorkspaceLock } from './storage/workspaceLock.ts';
import { describeWorkspace, type WorkspaceName } from './workspaces.ts';

export interface AppHostOptions {
  config: AppConfig;
  log: Log;
  shell: Shell;
}

interface Running {
  name: WorkspaceName;
  app: App;
  router: Router;
  lock: WorkspaceLock;
  unsubscribe: () => void;
}

/**
 * Holds the one open workspace behind the carriers and exchanges it when the person switches: the whole app
 * is built anew for the other folder, and its events come with a new boot id, so that screens refetch.
 */
export class AppHost implements Backend {
  readonly #options: AppHostOptions;
  readonly #listeners = new Set<(event: EventMessage) => void>();
  /** Behind the carriers. */
  #running: Running | undefined;
  /** All that hold a lock: while a switch is under way, two. Each with its end, once that has begun. */
  readonly #open = new Map<Running, Promise<string[]> | null>();
  #switching: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: AppHostOptions) {
    this.#options = options;
  }

  /** Takes the first workspace's lock. Throws WORKSPACE_IN_USE with who holds it. */
  async claim(): Promise<void> {
    this.#running = await this.#openUp(this.#options.config.workspace);
  }

  /** Opens keys and storage. A failure is a status with a way out, not a rejection. */
  async start(): Promise<void> {
    if (!this.#stopped) await this.#current().app.start();
  }

  /** The machine goes to sleep, or its screen was locked: an app that locks when idle locks now. */
  async sleeps(): Promise<void> {
    await this.#running?.app.sleeps();
  }

  /** Ends whatever is open, also in the middle of a switch. Never rejects; names what did not end in order. */
  async stop(): Promise<string[]> {
    this.#stopped = true;
    const left = await Promise.all([...this.#open.keys()].map((running) => this.#close(running)));
    this.#running = undefined;
    return left.flat();
  }

  request(raw: unknown, client: Client): Promise<Response> {
    return (this.#running?.router ?? NOTHING_OPEN).handle(raw, client);
  }

  subscribe(listener: (event: EventMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One after the other: of two screens that ask for different workspaces the later one gets its own. */
  #switchTo(name: WorkspaceName): Promise<AppStatus> {
    const switched = this.#switching.then(() => this.#exchange(name));
    this.#switching = switched.catch(() => undefined);
    return switched;
  }

  async #exchange(name: WorkspaceName): Promise<AppStatus> {
    const before = this.#current();
    if (before.name === name) return before.app.status();
    const next = await this.#openUp(name);
    this.#running = next;
    await this.#close(before);
    if (!this.#stopped) await next.app.start();
    return next.app.status();
  }

  async #openUp(name: WorkspaceName): Promise<Running> {
    const { config, log, shell } = this.#options;
    const workspace = await describeWorkspace(name, config);
    if (this.#stopped) throw closing();
    const lock = await WorkspaceLock.acquire(workspace.folder);
    try {
      const app = createApp({ workspace, config, log, shell, switchWorkspace: (to) => this.#switchTo(to) });
      const unsubscribe = app.events.subscribe((event) => {
        for (const listener of this.#listeners) listener(event);
      });
      const running = { name, app, router: new Router(app.handlers, log), lock, unsubscribe };
      this.#open.set(running, null);
      if (!this.#stopped) return running;
      await this.#close(running);
      throw closing();
    } catch (error) {
      // Settings that no app can be made of: whoever mends them finds the workspace free.
      lock.release();
      throw error;
    }
  }

  /** Once for each, whoever asks. The lock goes whatever became of the rest. */
  #close(running: Running): Promise<string[]> {
    const before = this.#open.get(running);
    if (before) return before;
    const closing = (async () => {
      running.unsubscribe();
      const left = await running.app.stop();
      const { log } = this.#options;
      const unlocked = await endInOrder([{ name: 'lock', end: () => running.lock.release() }], log);
      this.#open.delete(running);
      return [...left, ...unlocked];
    })();
    this.#open.set(running, closing);
    return closing;
  }

  #current(): Running {
    if (!this.#running) throw this.#stopped ? closing() : new Error('AppHost.claim() comes first');
    return this.#running;
  }
}

/** What is asked while the app ends. */
const NOTHING_OPEN = {
  handle: (raw: unknown): Promise<Response> =>
    Promise.resolve({ id: numericId(raw), result: { ok: false, error: closing().toData() } }),
};

function closing(): AppError {
  return new AppError('NOT_READY', 'The app is closing; nothing new is begun.');
}
