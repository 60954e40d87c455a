import type { StorageHealth } from '../../preload/contract/models.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { AppError } from '../errors.ts';
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
import { WorkspaceBackups } from './backup/workspaceBackups.ts';
import { engineOf, readEngineRecord } from './engineRecord.ts';
import { WriteGate } from './engines/WriteGate.ts';
import { type EngineAside, type LocalEngine, putEngineAside } from './maintenance/engineRescue.ts';
import { OpenWorkspace } from './openWorkspace.ts';
import { quietWork, type Work } from './work.ts';
import type { Access } from './workerProtocol.ts';
import { WorkspaceRecords } from './workspaceRecords.ts';

export type EmitStorage = <N extends keyof StorageEvents>(name: N, payload: StorageEvents[N]) => void;

const ALL = '';

/** The whole storage of one workspace, in this thread. Everything but `open` answers NOT_READY before it is open. */
export class StorageService implements StorageApi {
  readonly #emit: EmitStorage;
  readonly #embedding: EmbeddingProvider | null;
  #workspace: OpenWorkspace | null = null;
  #opening: Promise<OpenWorkspace> | null = null;
  /** Open without an engine, since its data could not be used; until `open` is called again. */
  #records: WorkspaceRecords | null = null;
  readonly backup: BackupApi = new WorkspaceBackups({
    workspace: () => this.#open.backedUp,
    ground: () => this.#readable.ground,
    holdWrites: () => this.#writes.close(ALL),
    reopen: (work, aside) => this.#reopen(work, aside),
  });
  readonly #writes = new WriteGate();
  /** While a restore has closed the workspace. */
  #reopening: Promise<unknown> | null = null;

  constructor(options: { emit: EmitStorage; embedding?: EmbeddingProvider | null }) {
    this.#emit = options.emit;
    this.#embedding = options.embedding ?? null;
  }

  /** After a failure `open` may be called once more; until then documents, journal and backups may be readable. */
  async open(options: OpenOptions, work: Work = quietWork()): Promise<OpenReport> {
    if (this.#opening !== null || this.#workspace !== null) {
      throw new AppError('INTERNAL', 'The storage of this workspace is open already.');
    }
    const workspace = await this.#openWith(options, work);
    return workspace.report;
  }

  async #openWith(options: OpenOptions, work: Work): Promise<OpenWorkspace> {
    this.#opening = this.#openParts(options, work);
    try {
      this.#workspace = await this.#opening;
      return this.#workspace;
    } finally {
      this.#opening = null;
    }
  }

  async #openParts(options: OpenOptions, work: Work): Promise<OpenWorkspace> {
    this.#closeRecords();
    let records: WorkspaceRecords | null = null;
    try {
      records = await WorkspaceRecords.open(options, work);
      return await OpenWorkspace.open(records, this.#embedding, this.#emit, work);
    } catch (error) {
      if (isEngineFault(error)) {
        this.#records = records;
        await this.#announceFailed(options.folder, error);
      } else records?.close();
      throw error;
    }
  }

  async #announceFailed(folder: string, { message }: AppError): Promise<void> {
    const record = await readEngineRecord(folder).catch(() => null);
    if (record !== null) this.#emit('engine', { ...engineOf(record.place), state: 'failed', message });
  }

  /**
   * For a restore: what is open is closed, and opening carries the restore out. `aside` = into a new engine, with
   * the present one's data put aside; when that comes to nothing the data is where it was and the engine as failed
   * as before.
   */
  #reopen(work: Work, aside: LocalEngine | null) {
    const reopening = this.#reopenInto(work, aside).finally(() => {
      this.#reopening = null;
    });
    this.#reopening = reopening.catch(() => undefined);
    return reopening;
  }

  async #reopenInto(work: Work, aside: LocalEngine | null) {
    const { options, masterKey } = await this.#closeForReopening();
    try {
      if (aside === null) return reopened(await this.#openWith({ ...options, masterKey }, work));
      const put = await putEngineAside(options.folder, aside);
      const opened = await this.#openWith({ ...options, masterKey }, work).catch(async (error: unknown) => {
        await this.#takeBack(put, { ...options, masterKey });
        throw error;
      });
      const { failure } = opened.records.settled ?? { failure: null };
      if (failure === null) return { ...reopened(opened), kept: put.kept };
      this.#workspace = null;
      await opened.close();
      await this.#takeBack(put, { ...options, masterKey });
      throw failure;
    } finally {
      masterKey.fill(0);
    }
  }

  async putEngineAside(to: LocalEngine): Promise<{ report: OpenReport; kept: string | null }> {
    const { options, masterKey } = await this.#closeForReopening();
    try {
      const { kept } = await putEngineAside(options.folder, to);
      const { report } = await this.#openWith({ ...options, masterKey }, quietWork());
      return { report, kept };
    } finally {
      masterKey.fill(0);
    }
  }

  async reopenEngine(request: { qdrantApiKey: string | null }): Promise<OpenReport> {
    const { options, masterKey } = await this.#closeForReopening();
    try {
      const { report } = await this.#openWith({ ...options, ...request, masterKey }, quietWork());
      return report;
    } finally {
      masterKey.fill(0);
    }
  }

  async #closeForReopening() {
    const records = this.#readable;
    // A move may have brought another key since.
    const options = { ...records.options, qdrantApiKey: records.means.qdrantApiKey };
    const masterKey = records.keys.copyMasterKey();
    const workspace = this.#workspace;
    this.#workspace = null;
    // An engine that failed may refuse to be closed in order as well.
    await workspace?.close().catch(() => undefined);
    this.#closeRecords();
    return { options, masterKey };
  }

  /** The engine is then as it was: it may fail again, and says so by its status. */
  async #takeBack(put: EngineAside, options: OpenOptions): Promise<void> {
    this.#closeRecords();
    await put.undo();
    await this.#openWith(options, quietWork()).catch(() => undefined);
  }

  #closeRecords(): void {
    this.#records?.close();
    this.#records = null;
  }

  /** Runs what was asked for as soon as it may run: see `Access`. */
  async admit<T>(access: Access, work: () => Promise<T>): Promise<T> {
    if (access === 'own') return work();
    if (access === 'write') return this.#writes.write(ALL, work);
    await this.#reopening;
    return work();
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
    this.#closeRecords();
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
    return this.#readable.appDb;
  }

  get journal(): JournalApi {
    return this.#readable.journal;
  }

  get history(): HistoryApi {
    return this.#open.history;
  }

  get maintenance(): MaintenanceApi {
    return this.#open.maintenance;
  }

  get #readable(): WorkspaceRecords {
    return this.#records ?? this.#open.records;
  }

  get #open(): OpenWorkspace {
    if (this.#workspace === null) {
      throw new AppError('NOT_READY', 'The storage of this workspace is not open.');
    }
    return this.#workspace;
  }
}

function isEngineFault(error: unknown): error is AppError {
  return error instanceof AppError && (error.code === 'ENGINE_FAILED' || error.code === 'ENGINE_MISSING');
}

function reopened({ report, records }: OpenWorkspace) {
  return { open: report, settled: records.settled, kept: null };
}
