import { isDeepStrictEqual } from 'node:util';
import type { AppStatus } from '../preload/contract/models.ts';
import { AppError } from './errors.ts';
import type { Emit } from './events.ts';
import type { Log } from './log.ts';
import type { StorageApi, StorageEvents } from './storage/api.ts';
import type { KeySource } from './storage/keys/keySource.ts';
import type { MasterKeyState } from './storage/keys/masterKey.ts';

/** Facts that change while the app runs and that the status bar shows. */
export type LiveFacts = Pick<AppStatus, 'onboarded' | 'offline' | 'resources' | 'dataAsOf'>;

export interface LifecycleOptions {
  /** What never changes in this boot. */
  fixed: Pick<AppStatus, 'bootId' | 'version' | 'carrier' | 'workspace' | 'meaning'>;
  keys: {
    source(): KeySource;
    load(): Promise<MasterKeyState>;
    /** Moves the key's place to a file in the workspace; only while no key was ever made. */
    chooseFile(): Promise<void>;
  };
  /** Opens storage with the key; rejects with an AppError that says why not. */
  openStorage(masterKey: Uint8Array): Promise<void>;
  storage: Pick<StorageApi, 'shutdown' | 'retryEngine'>;
  /** Runs once storage is open, e.g. settles what an earlier process left. */
  onReady(): Promise<void>;
  /** Read after `onReady` and whenever something says it changed. */
  facts(): Promise<LiveFacts>;
  emit: Emit;
  log: Log;
}

const NO_FACTS: LiveFacts = { onboarded: false, offline: false, resources: 0, dataAsOf: null };

/**
 * The phases of one boot: starting → (key) → ready, or failed with a way out. Serving requests does not wait
 * for it: a locked key is a screen. Starts join; a retry begins where the last one stopped.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  #status: AppStatus;
  #starting: Promise<void> | undefined;
  #open = false;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.#status = {
      ...options.fixed,
      ...NO_FACTS,
      phase: 'starting',
      failure: null,
      key: {
        source: options.keys.source().kind,
        state: 'ok',
        message: '',
        filePath: options.keys.source().filePath,
      },
      engine: { kind: 'sqlite', state: 'starting', message: '' },
    };
  }

  status(): AppStatus {
    return this.#status;
  }

  start(): Promise<void> {
    this.#starting ??= this.#begin().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** After a key was unlocked, a disk was freed or an engine failed. */
  async retry(): Promise<AppStatus> {
    if (this.#status.phase === 'ready') await this.#options.storage.retryEngine();
    else await this.start();
    return this.#status;
  }

  /** First start without a keychain: the key goes into a file. Rejects once the workspace holds ciphertext. */
  async useKeyFile(): Promise<AppStatus> {
    if (this.#status.key.state !== 'choose') {
      throw new AppError(
        'KEY_ABSENT',
        'This workspace already has a key elsewhere; a new one would not open its data.',
      );
    }
    await this.#options.keys.chooseFile();
    await this.start();
    return this.#status;
  }

  /** Throws NOT_READY in the words of the phase. */
  requireReady(): void {
    if (this.#open) return;
    const { phase, failure, key } = this.#status;
    const reason =
      failure?.message ??
      (phase === 'key' ? key.message : 'CloudOps is still starting. Try again in a moment.');
    throw new AppError('NOT_READY', reason);
  }

  showEngine(engine: StorageEvents['engine']): void {
    this.#set({ engine });
  }

  /** Reads the facts anew and announces what differs. */
  async refresh(): Promise<void> {
    if (this.#open) this.#set(await this.#options.facts());
  }

  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    this.#open = false;
    await this.#options.storage.shutdown();
  }

  async #begin(): Promise<void> {
    this.#set({ phase: 'starting', failure: null });
    try {
      const key = await this.#loadKey();
      if (!key) return;
      await this.#options.openStorage(key);
      // The worker has its own copy by now.
      key.fill(0);
      await this.#options.onReady();
      this.#open = true;
      this.#set({ phase: 'ready', ...(await this.#options.facts()) });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #loadKey(): Promise<Buffer | null> {
    const loaded = await this.#options.keys.load();
    const { kind: source, filePath } = this.#options.keys.source();
    const key = { source, filePath, state: loaded.state, message: loaded.message };
    this.#set(loaded.state === 'ok' ? { key } : { key, phase: 'key' });
    return loaded.state === 'ok' ? loaded.key : null;
  }

  #fail(error: unknown): void {
    this.#options.log.error({ err: error }, 'the workspace could not be opened');
    const failure =
      error instanceof AppError
        ? { code: error.code, message: error.message, canRetry: error.code !== 'FORMAT_NEWER' }
        : {
            code: 'INTERNAL' as const,
            message: 'The workspace could not be opened. The log on standard error says where.',
            canRetry: true,
          };
    this.#set({ phase: 'failed', failure });
  }

  #set(patch: Partial<AppStatus>): void {
    const next = { ...this.#status, ...patch };
    if (isDeepStrictEqual(next, this.#status)) return;
    this.#status = next;
    this.#options.emit('app.changed', next);
  }
}
