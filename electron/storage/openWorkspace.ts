import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { StorageHealth } from '../../preload/contract/models.ts';
import { DenseSearch, type Nearest } from '../embedding/denseSearch.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { AppError } from '../errors.ts';
import type { FindApi, OpenOptions, OpenReport } from './api.ts';
import { AppDb } from './appDb.ts';
import { ChatStorage } from './chatStorage.ts';
import { openEngine } from './engine.ts';
import { EstateStorage } from './estateStorage.ts';
import { EstateIndex } from './find/estateIndex.ts';
import { createFindApi } from './find/findApi.ts';
import { GrowthAlert, measure } from './health.ts';
import { Journal } from './journal/journal.ts';
import { openKeyring } from './keys/masterKey.ts';
import type { PointStore } from './PointStore.ts';
import { Sealer } from './sealing.ts';
import { toCollectionSpec } from './storageConfig.ts';
import type { EmitStorage } from './storageService.ts';

/** The parts of one open workspace and their order of opening and closing. */
export class OpenWorkspace {
  readonly report: OpenReport;
  readonly store: PointStore;
  readonly chat: ChatStorage;
  readonly estate: EstateStorage;
  readonly find: FindApi;
  readonly appDb: AppDb;
  readonly journal: Journal;
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
  ): Promise<OpenWorkspace> {
    const { config, folder, masterKey, qdrantBinary } = options;
    refuseOtherDimension(embedding, config.collections.aws_estate.vector_size);
    const keyring = await openKeyring(folder, masterKey);
    const sealer = new Sealer(keyring);
    const appDb = new AppDb(appDbFile(folder), keyring, sealer);
    let store: PointStore | null = null;
    try {
      const journal = new Journal(appDb.journal);
      store = await openEngine(folder, config.qdrant.mode, qdrantBinary);
      await store.ensureCollection(toCollectionSpec(config.collections.chat_history));
      await store.ensureCollection(toCollectionSpec(config.collections.aws_estate));
      const resources = await store.count(config.collections.aws_estate.name);
      const growth = await GrowthAlert.open(appDb, resources);
      const report = { engine: store.kind, installId: keyring.installId, resources };
      return new OpenWorkspace({ options, embedding, emit, sealer, appDb, journal, store, growth, report });
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
    sealer: Sealer;
    appDb: AppDb;
    journal: Journal;
    store: PointStore;
    growth: GrowthAlert;
    report: OpenReport;
  }) {
    const { options, embedding, emit, sealer, store } = parts;
    const { chat_history: chat, aws_estate: estate } = options.config.collections;
    // Not the master key: it is not needed any more.
    this.#options = { config: options.config, folder: options.folder };
    this.#emit = emit;
    this.#growth = parts.growth;
    this.appDb = parts.appDb;
    this.journal = parts.journal;
    this.report = parts.report;
    this.store = store;
    const nearest: Nearest = (vector, filter, limit) => this.estate.nearest(vector, filter, limit);
    this.#index = new EstateIndex(
      embedding === null ? {} : { embedding: new DenseSearch(embedding, nearest) },
    );
    this.chat = new ChatStorage({ store, collection: chat.name, sealer });
    this.estate = new EstateStorage({
      store,
      collection: estate.name,
      sealer,
      index: this.#index,
      embedding,
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
      warnings: await this.#warnings(),
    });
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
      related: (id) => this.#whenWhole(() => find.related(id)),
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
    if (this.#loadFailure !== null)
      warnings.push(`The list of resources is incomplete: ${this.#loadFailure}`);
    const growth = this.#indexing ? null : this.#growth.warning(this.#index.size);
    return growth === null ? warnings : [...warnings, growth];
  }
}

/** The engine is recorded after app.db was made: one without the other means that accounts and journal are lost. */
function appDbFile(folder: string): string {
  const file = path.join(folder, 'app.db');
  if (existsSync(file) || !existsSync(path.join(folder, 'engine.json'))) return file;
  throw new AppError(
    'STORAGE_FAILED',
    `${file} is missing: it holds the accounts, the settings and the journal of this workspace. Put it back from a copy of the folder, or open another folder. Nothing was changed.`,
    { details: { path: file } },
  );
}

function refuseOtherDimension(embedding: EmbeddingProvider | null, size: number): void {
  if (embedding === null || embedding.dimension === size) return;
  throw new AppError(
    'INVALID_INPUT',
    `The model ${embedding.name} makes vectors of ${embedding.dimension} numbers, and collections.aws_estate.vector_size is ${size}. Set it to ${embedding.dimension}.`,
  );
}
