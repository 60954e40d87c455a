import type { StorageHealth } from '../../preload/contract/models.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { AppError } from '../errors.ts';
import type {
  ChatStorageApi,
  DocsApi,
  EstateStorageApi,
  FindApi,
  JournalApi,
  KeysApi,
  MaintenanceApi,
  OpenOptions,
  OpenReport,
  StorageApi,
  StorageEvents,
} from './api.ts';
import type { BackupApi } from './backup/api.ts';
import { WorkspaceBackups } from './backup/workspaceBackups.ts';
import { OpenWorkspace } from './openWorkspace.ts';
import type { Work } from './work.ts';

export type EmitStorage = <N extends keyof StorageEvents>(name: N, payload: StorageEvents[N]) => void;

/** The whole storage of one workspace, in this thread. Everything but `open` answers NOT_READY before it is open. */
export class StorageService implements StorageApi {
  readonly #emit: EmitStorage;
  readonly #embedding: EmbeddingProvider | null;
  #workspace: OpenWorkspace | null = null;
  #opening: Promise<OpenWorkspace> | null = null;
  #options: Omit<OpenOptions, 'masterKey'> | null = null;
  readonly backup: BackupApi = new WorkspaceBackups({
    workspace: () => this.#open.backedUp,
    reopen: (work) => this.#reopen(work),
  });

  constructor(options: { emit: EmitStorage; embedding?: EmbeddingProvider | null }) {
    this.#emit = options.emit;
    this.#embedding = options.embedding ?? null;
  }

  /** After a failure everything is closed again, and `open` may be called once more. */
  async open(options: OpenOptions): Promise<OpenReport> {
    if (this.#opening !== null || this.#workspace !== null) {
      throw new AppError('INTERNAL', 'The storage of this workspace is open already.');
    }
    const workspace = await this.#openWith(options);
    return workspace.report;
  }

  async #openWith(options: OpenOptions, work?: Work): Promise<OpenWorkspace> {
    this.#opening = OpenWorkspace.open(options, this.#embedding, this.#emit, work);
    try {
      this.#workspace = await this.#opening;
      const { masterKey: _, ...rest } = options;
      this.#options = rest;
      return this.#workspace;
    } finally {
      this.#opening = null;
    }
  }

  /** For a restore: what is open is closed, and opening carries the restore out. */
  async #reopen(work: Work) {
    const workspace = this.#open;
    const options = this.#options;
    if (options === null) throw new AppError('NOT_READY', 'The storage of this workspace is not open.');
    const masterKey = workspace.backedUp.copyMasterKey();
    this.#workspace = null;
    await workspace.close();
    const opened = await this.#openWith({ ...options, masterKey }, work);
    masterKey.fill(0);
    return { open: opened.report, settled: opened.settled };
  }

  health(): Promise<StorageHealth> {
    return this.#open.health();
  }

  retryEngine(): Promise<void> {
    return this.#open.store.retry();
  }

  /** Ends what runs and closes the files. Safe to call at any time, and twice. */
  async shutdown(): Promise<void> {
    // One that is just being opened (Qdrant takes its time) is waited for: it holds files and a child process.
    await this.#opening?.catch(() => undefined);
    const workspace = this.#workspace;
    this.#workspace = null;
    await workspace?.close();
  }

  lock(): Promise<void> {
    return this.shutdown();
  }

  get keys(): KeysApi {
    return this.#open.keys;
  }

  get chat(): ChatStorageApi {
    return this.#open.chat;
  }

  get estate(): EstateStorageApi {
    return this.#open.estate;
  }

  get find(): FindApi {
    return this.#open.find;
  }

  get docs(): DocsApi {
    return this.#open.appDb;
  }

  get journal(): JournalApi {
    return this.#open.journal;
  }

  get maintenance(): MaintenanceApi {
    return this.#open.maintenance;
  }

  get #open(): OpenWorkspace {
    if (this.#workspace === null) {
      throw new AppError('NOT_READY', 'The storage of this workspace is not open.');
    }
    return this.#workspace;
  }
}
