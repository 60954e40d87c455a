import { Worker } from 'node:worker_threads';
import type { StorageHealth } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { endsWithin } from '../waiting.ts';
import type {
  ChatStorageApi,
  DocsApi,
  EstateStorageApi,
  FindApi,
  HistoryApi,
  JournalApi,
  KeysApi,
  MaintenanceApi,
  OpenOptions,
  OpenReport,
  StorageApi,
  StorageEvents,
} from './api.ts';
import type { BackupApi } from './backup/api.ts';
import type { LocalEngine } from './maintenance/engineRescue.ts';
import { isWork, passOn, quietWork, type Work } from './work.ts';
import {
  METHODS,
  type Part,
  type WorkerCancel,
  type WorkerMessage,
  type WorkerRequest,
} from './workerProtocol.ts';

export interface StorageClientOptions {
  /** The data worker's entry file: `dataWorker.js` of the build, `dataWorker.ts` from sources. */
  workerPath: string;
  onEvent?: <N extends keyof StorageEvents>(name: N, payload: StorageEvents[N]) => void;
  /** The stack of an unexpected error, for the log only. */
  onFault?: (text: string) => void;
}

interface Pending {
  resolve: (data: unknown) => void;
  reject: (error: AppError) => void;
  work?: { work: Work; stopListening: () => void };
}

const LOCK_MS = 15_000;
/** Of the ten seconds that a process has to end in most systems. */
const SHUTDOWN_MS = 4_500;
const TERMINATE_MS = 500;

/** StorageApi over the data worker. When the worker ends, every pending and later call rejects with STORAGE_FAILED. */
export class StorageClient implements StorageApi {
  readonly keys = this.#forward<KeysApi>('keys');
  readonly chat = this.#forward<ChatStorageApi>('chat');
  readonly estate = this.#forward<EstateStorageApi>('estate');
  readonly find = this.#forward<FindApi>('find');
  readonly docs = this.#forward<DocsApi>('docs');
  readonly journal = this.#forward<JournalApi>('journal');
  readonly history = this.#forward<HistoryApi>('history');
  readonly maintenance = this.#forward<MaintenanceApi>('maintenance');
  readonly backup = this.#forward<BackupApi>('backup');
  readonly #service = this.#forward<Pick<StorageApi, keyof typeof METHODS.service>>('service');
  readonly #options: StorageClientOptions;
  #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #engine: Pick<StorageEvents['engine'], 'kind' | 'url'> = { kind: 'sqlite', url: null };
  #ended: AppError | null = null;
  #stopping = false;
  /** Ended by `lock`. */
  #locked = false;

  constructor(options: StorageClientOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  open(options: OpenOptions, work: Work = quietWork()): Promise<OpenReport> {
    if (this.#locked) {
      this.#locked = false;
      this.#ended = null;
      this.#worker = this.#start();
    }
    return this.#service.open(options, work);
  }

  /** Ends the worker, so that nothing of what it read stays in memory; `open` starts another. */
  async lock(): Promise<void> {
    if (this.#stopping || this.#ended !== null) return;
    this.#locked = true;
    await this.#close(LOCK_MS);
  }

  health(): Promise<StorageHealth> {
    return this.#service.health();
  }

  retryEngine(): Promise<void> {
    return this.#service.retryEngine();
  }

  putEngineAside(to: LocalEngine): Promise<{ report: OpenReport; kept: string | null }> {
    return this.#service.putEngineAside(to);
  }

  reopenEngine(request: { qdrantApiKey: string | null }): Promise<OpenReport> {
    return this.#service.reopenEngine(request);
  }

  /** Closes the files and ends the worker, within 5 s whatever it does. Rejects when it could not be ended. */
  async shutdown(): Promise<void> {
    if (this.#stopping || this.#ended !== null) return;
    this.#stopping = true;
    await this.#close(SHUTDOWN_MS);
  }

  #start(): Worker {
    const worker = new Worker(this.#options.workerPath, { name: 'data' });
    worker.on('message', (message: WorkerMessage) => this.#receive(message));
    worker.on('error', (error) => this.#fault(error));
    worker.on('messageerror', (error) => this.#fault(error));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#end();
    });
    return worker;
  }

  async #close(withinMs: number): Promise<void> {
    const closing = this.#service.shutdown().catch((error: unknown) => this.#fault(error));
    const inTime = await endsWithin(withinMs, closing);
    if (!inTime) this.#fault(`the storage did not close within ${withinMs} ms and is ended`);
    // One that waits for a file of a share that is gone hears nothing at all.
    if (await endsWithin(TERMINATE_MS, this.#worker.terminate())) return;
    throw new AppError(
      'STORAGE_FAILED',
      'The storage of this workspace does not end: a file does not answer.',
    );
  }

  #forward<T>(part: Part): T {
    const methods = Object.keys(METHODS[part]).map((method) => [
      method,
      (...args: unknown[]) => this.#call([part, method], args),
    ]);
    // METHODS is complete by type: every method of T is there, and each answers with a promise.
    return Object.fromEntries(methods) as T;
  }

  #call(path: WorkerRequest['path'], args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      const id = ++this.#lastId;
      const work = args.at(-1);
      if (!isWork(work)) {
        this.#worker.postMessage({ id, path, args } satisfies WorkerRequest);
        this.#pending.set(id, { resolve, reject });
        return;
      }
      this.#worker.postMessage({ id, path, args: args.slice(0, -1), work: true } satisfies WorkerRequest);
      this.#pending.set(id, { resolve, reject, work: this.#follow(id, work) });
    });
  }

  #follow(id: number, work: Work): NonNullable<Pending['work']> {
    const cancel = () => this.#worker.postMessage({ cancel: id } satisfies WorkerCancel);
    if (work.signal.aborted) cancel();
    else work.signal.addEventListener('abort', cancel, { once: true });
    return { work, stopListening: () => work.signal.removeEventListener('abort', cancel) };
  }

  #receive(message: WorkerMessage): void {
    switch (message.kind) {
      case 'fault':
        this.#options.onFault?.(message.text);
        break;
      case 'work': {
        const work = this.#pending.get(message.id)?.work?.work;
        if (work !== undefined) passOn(message.report, work);
        break;
      }
      case 'event':
        if ('kind' in message.payload) {
          const { kind, url } = message.payload;
          this.#engine = { kind, url };
        }
        this.#options.onEvent?.(message.name, message.payload);
        break;
      case 'answer':
        this.#settle(message);
    }
  }

  #settle(answer: Extract<WorkerMessage, { kind: 'answer' }>): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    pending?.work?.stopListening();
    if (answer.ok) {
      pending?.resolve(answer.data);
      return;
    }
    const { code, message, details } = answer.error;
    pending?.reject(new AppError(code, message, details && { details }));
  }

  #fault(error: unknown): void {
    this.#options.onFault?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  #end(): void {
    if (this.#locked) {
      const locked = 'The workspace is locked. Unlock it and try again.';
      this.#rejectAll(new AppError('NOT_READY', locked));
      return;
    }
    const message = this.#stopping
      ? 'The storage of this workspace is closed.'
      : 'The local storage has stopped unexpectedly. What was confirmed before is saved. Try again, or restart the app.';
    this.#rejectAll(new AppError('STORAGE_FAILED', message));
    if (!this.#stopping) {
      this.#options.onEvent?.('engine', { ...this.#engine, state: 'failed', message });
    }
  }

  #rejectAll(error: AppError): void {
    this.#ended = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
