import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { BackupSettings, type StorageHealth } from '../../preload/contract/models.ts';
import { DenseSearch, type Nearest } from '../embedding/denseSearch.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { AppError } from '../errors.ts';
import type { FindApi, OpenOptions, OpenReport } from './api.ts';
import { AppDb } from './appDb.ts';
import type { RestoreGround } from './backup/exchange.ts';
import { noteRestore, type SettledRestore, settleRestore } from './backup/settleRestore.ts';
import type { BackupWorkspace } from './backup/workspaceParts.ts';
import { ChatStorage } from './chatStorage.ts';
import { type EngineMeans, openEngine } from './engine.ts';
import type { EnginePlace } from './engineRecord.ts';
import { EstateStorage } from './estateStorage.ts';
import { EstateIndex } from './find/estateIndex.ts';
import { createFindApi } from './find/findApi.ts';
import { GrowthAlert, measure } from './health.ts';
import { Journal } from './journal/journal.ts';
import { KeyringStore } from './keys/keyringStore.ts';
import { EngineMove } from './maintenance/engineMove.ts';
import { Maintenance } from './maintenance/maintenance.ts';
import { migratePoints, POINT_MIGRATIONS } from './maintenance/pointMigrations.ts';
import { Removals } from './maintenance/removals.ts';
import { SwitchingStore } from './maintenance/SwitchingStore.ts';
import { changeVectors, ensureEstate } from './maintenance/vectors.ts';
import { IndexKeyChange } from './rotation/indexKey.ts';
import { RetiredIds } from './rotation/retiredIds.ts';
import { WorkspaceKeys } from './rotation/workspaceKeys.ts';
import { Sealer } from './sealing.ts';
import { toCollectionSpec } from './storageConfig.ts';
import type { EmitStorage } from './storageService.ts';
import { quietWork, type Work } from './work.ts';

/** The parts of one open workspace and their order of opening and closing. */
export class OpenWorkspace {
  readonly report: OpenReport;
  /** What became of a restore that was under way when this was opened. */
  readonly settled: SettledRestore | null;
  /** What backups are made of. */
  readonly backedUp: BackupWorkspace;
  readonly store: SwitchingStore;
  readonly chat: ChatStorage;
  readonly estate: EstateStorage;
  readonly find: FindApi;
  readonly appDb: AppDb;
  readonly journal: Journal;
  readonly keys: WorkspaceKeys;
  readonly maintenance: Maintenance;
  readonly #retired: RetiredIds;
  readonly #options: Pick<OpenOptions, 'config' | 'folder'>;
  readonly #index: EstateIndex;
  readonly #growth: GrowthAlert;
  readonly #emit: EmitStorage;
  readonly #closing = new AbortController();
  readonly #closed = once(this.#closing.signal, 'abort');
  readonly #stopListening: () => void;
  #loading: Promise<void>;
  /** Where the journal's chain was broken when this run first looked: walking it all takes a while. */
  #brokenAt: Promise<number | null> | null = null;
  #indexing = true;
  #loadFailure: string | null = null;

  /** Resolves when requests can be served; the index goes on filling, announced by `indexing` events. */
  static async open(
    options: OpenOptions,
    embedding: EmbeddingProvider | null,
    emit: EmitStorage,
    work: Work = quietWork(),
  ): Promise<OpenWorkspace> {
    const { config, folder, qdrantBinary } = options;
    refuseOtherDimension(embedding, config.collections.aws_estate.vector_size);
    const means = { folder, qdrantBinary, qdrantApiKey: options.qdrantApiKey ?? null };
    const ground = groundOf(options, async () => (await openEngine(config.qdrant, means)).store);
    const settled = await settleRestore(ground, work);
    const masterKey = settled?.masterKey ?? options.masterKey;
    const keys = await KeyringStore.open(folder, masterKey, { plain: !config.encryption.enabled });
    const { keyring } = keys;
    const sealer = new Sealer(keyring);
    const appDb = new AppDb(existingAppDb(folder), keyring, sealer);
    let store: SwitchingStore | null = null;
    try {
      const journal = new Journal(appDb.journal, Date.now, appDb.earlierJournals());
      const opening = await openEngine(config.qdrant, means);
      store = new SwitchingStore(opening.store);
      const engine = { place: opening.place, means };
      await store.ensureCollection(toCollectionSpec(config.collections.chat_history));
      const estateSpec = toCollectionSpec(config.collections.aws_estate);
      await ensureEstate({ store, spec: estateSpec, sealer, embedding }, work);
      for (const spec of Object.values(specsOf(options))) {
        const migrations = POINT_MIGRATIONS[spec.name] ?? [];
        await migratePoints({ store, spec, docs: appDb, folder, migrations }, work);
      }
      const indexKey = new IndexKeyChange({ keys, store, spec: estateSpec, docs: appDb });
      // What an earlier process left half done, before anything looks up an id or a token.
      await indexKey.settle();
      const resources = await store.count(config.collections.aws_estate.name);
      const growth = await GrowthAlert.open(appDb, resources);
      const restore = settled && { outcome: settled.outcome, message: settled.message };
      const report = { engine: store.kind, installId: keyring.installId, resources, restore };
      const opened = { keys, sealer, appDb, journal, store, engine, indexKey, growth, report, settled };
      const workspace = new OpenWorkspace({ options, embedding, emit, ...opened });
      await workspace.maintenance.resume();
      // A full disk must not keep the workspace from being opened: the next opening goes on.
      await workspace.chat.finishDeletions().catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      });
      await noteRestore(journal, settled);
      return workspace;
    } catch (error) {
      await store?.close();
      appDb.close();
      throw error;
    }
  }

  private constructor(parts: {
    options: OpenOptions;
    embedding: EmbeddingProvider | null;
    emit: EmitStorage;
    keys: KeyringStore;
    sealer: Sealer;
    appDb: AppDb;
    journal: Journal;
    store: SwitchingStore;
    engine: { place: EnginePlace; means: EngineMeans };
    indexKey: IndexKeyChange;
    growth: GrowthAlert;
    report: OpenReport;
    settled: SettledRestore | null;
  }) {
    const { options, embedding, emit, sealer, store } = parts;
    const { chat_history: chat, aws_estate: estate } = options.config.collections;
    // Not the master key: only the KeyringStore holds it.
    this.#options = { config: options.config, folder: options.folder };
    this.#emit = emit;
    this.#growth = parts.growth;
    this.appDb = parts.appDb;
    this.journal = parts.journal;
    this.report = parts.report;
    this.settled = parts.settled;
    this.backedUp = {
      folder: options.folder,
      keyring: parts.keys.keyring,
      copyMasterKey: () => parts.keys.copyMasterKey(),
      keyringText: () => parts.keys.text(),
      adoptIndexKeys: (source) => parts.keys.adoptIndexKeys(source),
      store,
      collections: specsOf(options),
    };
    this.store = store;
    const nearest: Nearest = (vector, filter, limit) => this.estate.nearest(vector, filter, limit);
    this.#index = new EstateIndex(
      embedding === null ? {} : { embedding: new DenseSearch(embedding, nearest) },
    );
    this.chat = new ChatStorage({ store, collection: chat.name, sealer });
    this.#retired = new RetiredIds(parts.keys.keyring, () => this.estate.pages());
    this.estate = new EstateStorage({
      store,
      collection: estate.name,
      sealer,
      index: this.#index,
      embedding,
      retired: this.#retired,
      beforeWrite: () => this.keys.settleIndexKey(),
    });
    this.keys = new WorkspaceKeys({
      keys: parts.keys,
      store,
      sealer,
      docs: parts.appDb,
      chat: this.chat,
      estate: this.estate,
      collections: { chat: chat.name, estate: estate.name },
      indexKey: parts.indexKey,
      whenLoaded: () => this.#loading,
      reloadIndex: () => this.#reload(),
    });
    const specs = { chat: toCollectionSpec(chat), estate: toCollectionSpec(estate) };
    const removals = new Removals({
      docs: parts.appDb,
      journal: parts.journal,
      chat: this.chat,
      estate: this.estate,
      specs,
      whenLoaded: () => this.#loading,
    });
    const move = new EngineMove({
      ...parts.engine,
      store,
      specs: Object.values(specs),
      journal: parts.journal,
    });
    const vectors = { store, spec: specs.estate, sealer, embedding };
    this.maintenance = new Maintenance({
      removals,
      move,
      journal: parts.journal,
      rebuildVectors: (work) => this.estate.exclusively(() => changeVectors(vectors, work)),
    });
    this.find = this.#findApi();
    this.#stopListening = store.onStatus(() => this.#engineChanged());
    this.#engineChanged();
    this.#loading = this.#load();
  }

  async health(): Promise<StorageHealth> {
    const { config, folder } = this.#options;
    return measure({
      folder,
      store: this.store,
      collections: [config.collections.chat_history.name, config.collections.aws_estate.name],
      s3Configured: await this.#hasS3(),
      warnings: await this.#warnings(),
    });
  }

  async #hasS3(): Promise<boolean> {
    const settings = BackupSettings.pick({ s3: true }).safeParse(await this.appDb.get('backup', 'settings'));
    return settings.success && settings.data.s3 !== null;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loading;
    this.#stopListening();
    // A hint for the next start: a full disk must not keep the files from being closed.
    if (!this.#indexing) await this.#growth.remember(this.#index.size).catch(() => undefined);
    await this.store.close().finally(() => this.appDb.close());
  }

  #engineChanged(): void {
    const status = this.store.status();
    this.#emit('engine', { kind: this.store.kind, ...status });
    if (status.state !== 'ready' || this.#loadFailure === null) return;
    // It failed while the index was being filled, and is back.
    this.#loadFailure = null;
    this.#loading = this.#load();
  }

  #reload(): void {
    this.#retired.forget();
    this.#index.clear();
    this.#indexing = true;
    this.#loading = this.#load();
  }

  async #load(): Promise<void> {
    const progress = (rows: number) => this.#emit('indexing', { rows, done: false });
    try {
      await this.estate.load(progress, this.#closing.signal);
      this.#indexing = this.#closing.signal.aborted;
      await Promise.race([this.#index.whenIndexed(), this.#closed]);
      if (this.#closing.signal.aborted) return;
      this.#emit('indexing', { rows: this.#index.size, done: true });
    } catch (error) {
      // The engine failed meanwhile: its own status says so; the index stays marked as incomplete.
      this.#loadFailure = error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * The Explorer may show a list that is still filling and says so. What a sentence means is only answered from
   * the whole estate: of two resources with one name, the one that is not loaded yet would not be asked about.
   */
  #findApi(): FindApi {
    const find = createFindApi(this.#index);
    return {
      rows: find.rows,
      query: async (query) => {
        const answer = await find.query(query);
        return { ...answer, indexing: answer.indexing || this.#indexing };
      },
      resolve: (text, options) => this.#whenWhole(() => find.resolve(text, options)),
      related: (id) => this.#whenWhole(async () => find.related(await this.estate.currentId(id))),
      locate: (address) => this.#whenWhole(() => find.locate(address)),
    };
  }

  async #whenWhole<T>(answer: () => Promise<T>): Promise<T> {
    await this.#loading;
    if (!this.#indexing) return answer();
    throw new AppError(
      'ENGINE_FAILED',
      `The list of resources is incomplete, so this cannot be answered: ${this.#loadFailure ?? 'the storage is being closed'}. Restart the storage engine and try again.`,
    );
  }

  async #warnings(): Promise<string[]> {
    const warnings: string[] = [];
    this.#brokenAt ??= this.journal.verify().then((verdict) => verdict.brokenAt);
    const brokenAt = await this.#brokenAt;
    if (brokenAt !== null) {
      warnings.push(
        `The journal does not fit together from entry ${brokenAt} on: entries were changed or removed outside the app.`,
      );
    }
    const damaged = this.chat.damaged + this.estate.damaged + this.appDb.damaged;
    if (damaged > 0) {
      warnings.push(`${damaged} stored records are damaged and left out. A full scan writes resources anew.`);
    }
    warnings.push(...this.maintenance.warnings);
    if (this.#loadFailure !== null)
      warnings.push(`The list of resources is incomplete: ${this.#loadFailure}`);
    const growth = this.#indexing ? null : this.#growth.warning(this.#index.size);
    return growth === null ? warnings : [...warnings, growth];
  }
}

function specsOf({ config }: Pick<OpenOptions, 'config'>): BackupWorkspace['collections'] {
  const { chat_history, aws_estate } = config.collections;
  return { chat_history: toCollectionSpec(chat_history), aws_estate: toCollectionSpec(aws_estate) };
}

/** The engine is recorded after app.db was made: one without the other means that accounts and journal are lost. */
function existingAppDb(folder: string): string {
  const file = path.join(folder, 'app.db');
  if (existsSync(file) || !existsSync(path.join(folder, 'engine.json'))) return file;
  throw new AppError(
    'STORAGE_FAILED',
    `${file} is missing: it holds the accounts, the settings and the journal of this workspace. Put it back from a copy of the folder, or open another folder. Nothing was changed.`,
    { details: { path: file } },
  );
}

function groundOf(options: OpenOptions, openStore: RestoreGround['openStore']): RestoreGround {
  const { folder, masterKey } = options;
  return { folder, masterKey, collections: specsOf(options), openStore };
}

function refuseOtherDimension(embedding: EmbeddingProvider | null, size: number): void {
  if (embedding === null || embedding.dimension === size) return;
  throw new AppError(
    'INVALID_INPUT',
    `The model ${embedding.name} makes vectors of ${embedding.dimension} numbers, and collections.aws_estate.vector_size is ${size}. Set it to ${embedding.dimension}.`,
  );
}
