import { isDeepStrictEqual } from 'node:util';
import type { AppStatus, Secret } from '../preload/contract/models.ts';
import { AppError } from './errors.ts';
import type { Emit } from './events.ts';
import type { Log } from './log.ts';
import type { StorageApi, StorageEvents } from './storage/api.ts';
import type { KeySource } from './storage/keys/keySource.ts';
import type { MasterKeyState } from './storage/keys/masterKey.ts';
import type { Unlocked } from './storage/keys/masterKeys.ts';
import { Serial } from './storage/serial.ts';
import type { Work } from './storage/work.ts';
import { endsWithin } from './waiting.ts';

/** Facts that change while the app runs and that the status bar shows. */
export type LiveFacts = Pick<
  AppStatus,
  'onboarded' | 'offline' | 'resources' | 'dataAsOf' | 'recoveryMissing' | 'backup'
>;

export interface LifecycleOptions {
  /** What never changes in this boot. */
  fixed: Pick<AppStatus, 'bootId' | 'version' | 'carrier' | 'workspace' | 'meaning' | 'unencrypted'>;
  keys: {
    source: KeySource;
    load(): Promise<MasterKeyState>;
    /** The key by what the person has; rejects with what is wrong about it. */
    unlock(secret: Secret): Promise<Unlocked>;
    /** Of recovery key and passphrase those that were made. */
    ways(): Promise<NonNullable<AppStatus['key']['opensWith']>>;
    /** Moves the key's place to a file in the workspace; only while no key was ever made. */
    useFile(passphrase: string | null): Promise<void>;
  };
  /** Opens storage with the key; rejects with an AppError that says why not. */
  openStorage(masterKey: Uint8Array): Promise<void>;
  storage: Pick<StorageApi, 'shutdown' | 'retryEngine' | 'lock'>;
  /** Runs at start and after each lock, with the storage open; settles e.g. what an earlier process left. */
  onReady(): Promise<void>;
  /**
   * A lock was asked for: at once begins nothing new, and resolves once nothing needs the storage any more. The
   * lock may be taken back before then: `onReady` starts again what this has stopped.
   */
  quiesce(): Promise<void>;
  /** Read after `onReady` and whenever something says it changed. */
  facts(): Promise<LiveFacts>;
  emit: Emit;
  log: Log;
}

const NO_FACTS: LiveFacts = {
  onboarded: false,
  offline: false,
  resources: 0,
  dataAsOf: null,
  recoveryMissing: false,
  backup: { lastGoodAt: null, overdue: false, running: false },
};
/** How long the app's end waits for a start that is under way. */
const STARTED_MS = 500;
const LOCKED = 'The workspace is locked. Unlock it and try again.';

/**
 * The phases of one boot: starting → (key) → ready ⇄ locked, or failed with a way out. Serving requests does not
 * wait for it: a locked key is a screen. Starts join; a retry begins where the last one stopped.
 *
 * A lock refuses all requests at once. The keys leave memory as soon as nothing runs that must be recorded; an
 * unlock that comes before then needs the secret all the same, and takes the lock back.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  #status: AppStatus;
  #starting: Promise<void> | undefined;
  #open = false;
  /** Resolves when the app ends: a key that is still waited for is not waited for any more. */
  readonly #ended = Promise.withResolvers<null>();
  #stopped = false;
  readonly #choosing = new Serial();
  /** The lock under way: another object for each, so that one that was taken back is known. */
  #lock: { closing: Promise<void> | null } | null = null;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.#status = {
      ...options.fixed,
      ...NO_FACTS,
      phase: 'starting',
      failure: null,
      notice: null,
      key: {
        source: options.keys.source.kind,
        state: 'ok',
        message: '',
        filePath: options.keys.source.filePath,
      },
      engine: { kind: 'sqlite', url: null, state: 'starting', message: '' },
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
    else if (this.#status.phase !== 'locked') await this.start();
    return this.#status;
  }

  /**
   * First start without a keychain: the key goes into a file, under a passphrase when one is given. Rejects once
   * the workspace holds ciphertext.
   */
  useKeyFile(passphrase: string | null = null): Promise<AppStatus> {
    // One at a time: a second one would put its key in the place of the one that was just chosen.
    return this.#choosing.run(() => this.#useKeyFile(passphrase));
  }

  async #useKeyFile(passphrase: string | null): Promise<AppStatus> {
    if (this.#status.phase === 'starting') {
      throw new AppError(
        'NOT_READY',
        'The keychain is still being asked for the key. Try again in a moment.',
      );
    }
    // Whether there is a key already is looked at in the folder; these two say only that none could be had.
    if (!['choose', 'locked', 'unavailable'].includes(this.#status.key.state)) {
      throw new AppError(
        'KEY_ABSENT',
        'This workspace already has a key elsewhere; a new one would not open its data.',
      );
    }
    await this.#options.keys.useFile(passphrase);
    if (passphrase === null) await this.start();
    else await this.unlock({ kind: 'passphrase', text: passphrase });
    return this.#status;
  }

  /** The storage was opened by another way than a start: an engine that failed was put aside. */
  async opened(): Promise<void> {
    await this.#starting;
    if (this.#status.phase === 'failed') await this.#becomeReady();
  }

  /** The storage was closed and could not be opened again. */
  closed(error: unknown): void {
    this.#open = false;
    this.#fail(error);
  }

  /** Opens a locked or keyless workspace. A wrong secret rejects and changes nothing. */
  async unlock(secret: Secret): Promise<AppStatus> {
    await this.#starting;
    if (!this.#canUnlock()) return this.#status;
    const unlocked = await this.#options.keys.unlock(secret);
    // Another one may have been quicker.
    if (this.#starting || !this.#canUnlock()) unlocked.key.fill(0);
    else {
      this.#starting = this.#unlocked(unlocked).finally(() => {
        this.#starting = undefined;
      });
    }
    await this.#starting;
    return this.#status;
  }

  /** Answers at once; the keys leave memory when nothing runs any more. */
  lock(): AppStatus {
    if (!this.#open) return this.#status;
    this.#open = false;
    const lock = { closing: null };
    this.#lock = lock;
    this.#set({ ...NO_FACTS, onboarded: this.#status.onboarded, phase: 'locked' });
    void this.#readWays();
    void this.#close(lock);
    return this.#status;
  }

  /** Throws NOT_READY in the words of the phase. */
  requireReady(): void {
    if (this.#open) return;
    const { phase, failure, key } = this.#status;
    const reason =
      failure?.message ??
      (phase === 'locked' ? LOCKED : undefined) ??
      (phase === 'key' ? key.message : 'CloudOps is still starting. Try again in a moment.');
    throw new AppError('NOT_READY', reason);
  }

  /** Progress of an opening that takes its time, for the screen that waits for it. */
  opening(): Work {
    let current: { words: string; total: number | null } = { words: '', total: null };
    const say = (done: number | null) => {
      const { words, total } = current;
      const part = done === null || !total ? '' : `, ${Math.min(100, Math.floor((100 * done) / total))} %`;
      this.#set({ engine: { ...this.#status.engine, state: 'starting', message: `${words}${part}` } });
    };
    return {
      signal: new AbortController().signal,
      step: (words, total = null) => {
        current = { words, total };
        say(null);
      },
      progress: (done, total = current.total) => {
        current = { ...current, total };
        say(done);
      },
    };
  }

  showEngine(engine: StorageEvents['engine']): void {
    this.#set({ engine });
  }

  /** What the person is told until they have read it (null). */
  tell(notice: string | null): AppStatus {
    this.#set({ notice });
    return this.#status;
  }

  /** Reads the facts anew and announces what differs. */
  async refresh(): Promise<void> {
    if (!this.#open) return;
    const facts = await this.#options.facts();
    if (this.#open) this.#set(facts);
    await this.#readWays();
  }

  /** A start or a lock that hangs is not waited for any longer: the storage ends whatever uses it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ended.resolve(null);
    const closing = this.#lock?.closing;
    await endsWithin(STARTED_MS, Promise.allSettled([this.#starting, closing]));
    this.#open = false;
    this.#lock = null;
    await this.#options.storage.shutdown();
  }

  #canUnlock(): boolean {
    return !this.#stopped && (this.#status.phase === 'key' || this.#status.phase === 'locked');
  }

  async #begin(): Promise<void> {
    this.#set({ phase: 'starting', failure: null });
    try {
      const key = await this.#loadKey();
      if (key) await this.#openWith(key);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #openWith(key: Buffer): Promise<void> {
    // The worker gets its own copy.
    await this.#options.openStorage(key).finally(() => key.fill(0));
    await this.#becomeReady();
  }

  async #becomeReady(): Promise<void> {
    await this.#options.onReady();
    this.#open = true;
    this.#set({ phase: 'ready', failure: null, ...(await this.#options.facts()) });
  }

  async #unlocked({ key, message }: Unlocked): Promise<void> {
    const { kind: source, filePath } = this.#options.keys.source;
    const lock = this.#lock;
    this.#lock = null;
    try {
      this.#set({ key: { ...this.#status.key, source, filePath, state: 'ok', message } });
      if (lock !== null && lock.closing === null) {
        key.fill(0);
        await this.#becomeReady();
        return;
      }
      this.#set({ phase: 'starting', failure: null });
      await lock?.closing;
      await this.#openWith(key);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** At a lock too: a passphrase may have been set the moment before. What cannot be read is found out on trying. */
  async #readWays(): Promise<void> {
    const opensWith = await this.#options.keys.ways().catch(() => undefined);
    if (opensWith) this.#set({ key: { ...this.#status.key, opensWith } });
  }

  async #close(lock: { closing: Promise<void> | null }): Promise<void> {
    // What fails here has ended too: the lock must not stay half done.
    await this.#options
      .quiesce()
      .catch((err: unknown) => this.#options.log.error({ err }, 'before the lock'));
    if (this.#lock !== lock) return;
    lock.closing = this.#options.storage.lock();
    await lock.closing;
  }

  async #loadKey(): Promise<Buffer | null> {
    const loading = this.#options.keys.load();
    const loaded = await Promise.race([loading, this.#ended.promise]);
    if (loaded === null || this.#stopped) {
      void loading.then((late) => late.state === 'ok' && late.key.fill(0)).catch(() => undefined);
      return null;
    }
    const { kind: source, filePath } = this.#options.keys.source;
    const opensWith = await this.#options.keys.ways();
    const key = { source, filePath, state: loaded.state, message: loaded.message, opensWith };
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
    const { engine } = this.#status;
    // What it was doing when it failed is not said any more; why the engine failed is.
    this.#set({
      phase: 'failed',
      failure,
      engine: engine.state === 'starting' ? { ...engine, message: '' } : engine,
    });
  }

  #set(patch: Partial<AppStatus>): void {
    const next = { ...this.#status, ...patch };
    if (isDeepStrictEqual(next, this.#status)) return;
    this.#status = next;
    this.#options.emit('app.changed', next);
  }
}
