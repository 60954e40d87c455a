import type { EventMessage } from '../preload/contract/events.ts';
import type { AppStatus } from '../preload/contract/models.ts';
import type { AppConfig } from './config.ts';
import { type App, createApp } from './createApp.ts';
import type { Log } from './log.ts';
import type { Shell } from './platform/shell.ts';
import type { Backend } from './rpc/carrier.ts';
import { type Client, type Response, Router } from './rpc/router.ts';
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
  #running: Running | undefined;
  #switching: Promise<AppStatus> | undefined;

  constructor(options: AppHostOptions) {
    this.#options = options;
  }

  /** Takes the first workspace's lock. Throws WORKSPACE_IN_USE with who holds it. */
  async claim(): Promise<void> {
    this.#running = await this.#open(this.#options.config.workspace);
  }

  /** Opens keys and storage. A failure is a status with a way out, not a rejection. */
  async start(): Promise<void> {
    await this.#current().app.start();
  }

  /** The machine goes to sleep, or its screen was locked: an app that locks when idle locks now. */
  async sleeps(): Promise<void> {
    await this.#running?.app.sleeps();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.unsubscribe();
    await running.app.stop();
    running.lock.release();
    this.#running = undefined;
  }

  request(raw: unknown, client: Client): Promise<Response> {
    return this.#current().router.handle(raw, client);
  }

  subscribe(listener: (event: EventMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #switchTo(name: WorkspaceName): Promise<AppStatus> {
    this.#switching ??= this.#exchange(name).finally(() => {
      this.#switching = undefined;
    });
    return this.#switching;
  }

  async #exchange(name: WorkspaceName): Promise<AppStatus> {
    const before = this.#current();
    if (before.name === name) return before.app.status();
    const next = await this.#open(name);
    this.#running = next;
    before.unsubscribe();
    await before.app.stop();
    before.lock.release();
    await next.app.start();
    return next.app.status();
  }

  async #open(name: WorkspaceName): Promise<Running> {
    const { config, log, shell } = this.#options;
    const workspace = await describeWorkspace(name, config);
    const lock = await WorkspaceLock.acquire(workspace.folder);
    const app = createApp({ workspace, config, log, shell, switchWorkspace: (to) => this.#switchTo(to) });
    const unsubscribe = app.events.subscribe((event) => {
      for (const listener of this.#listeners) listener(event);
    });
    return { name, app, router: new Router(app.handlers, log), lock, unsubscribe };
  }

  #current(): Running {
    if (!this.#running) throw new Error('AppHost.claim() comes first');
    return this.#running;
  }
}
