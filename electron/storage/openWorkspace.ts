import type { StorageHealth } from '../../preload/contract/models.ts';
import { DenseSearch, type Nearest } from '../embedding/denseSearch.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { AppError } from '../errors.ts';
import type { FindApi, OpenReport } from './api.ts';
import type { AppDb } from './appDb.ts';
import { tidyRollbacks, updateFormats } from './backup/beforeUpdate.ts';
import { noteRestore } from './backup/settleRestore.ts';
import type { BackupWorkspace } from './backup/workspaceParts.ts';
import { ChatStorage } from './chatStorage.ts';
import { openEngine } from './engine.ts';
import { type EnginePlace, engineOf, readEngineRecord } from './engineRecord.ts';
import { accountToken, placeOf, seenAt } from './estateRecords.ts';
import { EstateStorage } from './estateStorage.ts';
import { EstateIndex } from './find/estateIndex.ts';
import { ESTATE_SINCE, Freshness, sinceOf } from './freshness.ts';
import { SizeAlert, WorkspaceHealth } from './health.ts';
import { History } from './history/history.ts';
import { IndexLoad } from './indexLoad.ts';
import type { Journal } from './journal/journal.ts';
import { EngineMove } from './maintenance/engineMove.ts';
import { Maintenance } from './maintenance/maintenance.ts';
import { markFormats } from './maintenance/formats.ts';
import { Removals } from './maintenance/removals.ts';
import { SwitchingStore } from './maintenance/SwitchingStore.ts';
import { changeVectors, ensureEstate, isThere } from './maintenance/vectors.ts';
import type { Point } from './PointStore.ts';
import { IndexKeyChange } from './rotation/indexKey.ts';
import { RetiredIds } from './rotation/retiredIds.ts';
import { WorkspaceKeys } from './rotation/workspaceKeys.ts';
import { SCAN_CELL_KIND } from './scanCells.ts';
import type { EmitStorage } from './storageService.ts';
import type { Work } from './work.ts';
import type { WorkspaceRecords } from './workspaceRecords.ts';

interface Opened {
  records: WorkspaceRecords;
  store: SwitchingStore;
  place: EnginePlace;
  history: History;
  indexKey: IndexKeyChange;
  size: SizeAlert;
  resources: number;
  freshness: Freshness;
}

/** The parts of one open workspace and their order of opening and closing. */
export class OpenWorkspace {
  readonly report: OpenReport;
  readonly records: WorkspaceRecords;
  /** What backups are made of. */
  readonly backedUp: BackupWorkspace;
  readonly store: SwitchingStore;
  readonly chat: ChatStorage;
  readonly estate: EstateStorage;
  readonly find: FindApi;
  readonly history: History;
  readonly keys: WorkspaceKeys;
  readonly maintenance: Maintenance;
  readonly #move: EngineMove;
  readonly #load: IndexLoad;
  readonly #health: WorkspaceHealth;
  readonly #size: SizeAlert;
  readonly #emit: EmitStorage;
  readonly #stopListening: () => void;

  /**
   * Resolves when requests can be served; the index goes on filling, announced by `indexing` events. Rejects with
   * the engine closed again and the records still open.
   */
  static async open(
    records: WorkspaceRecords,
    embedding: EmbeddingProvider | null,
    emit: EmitStorage,
    work: Work,
  ): Promise<OpenWorkspace> {
    const { keys, sealer, appDb, journal, means, collections } = records;
    const { config, appVersion = '' } = records.options;
    const { chat_history: chat, aws_estate: estate } = collections;
    refuseOtherDimension(embedding, estate.vectorSize);
    await refuseLostRecord(records);
    const opening = await openEngine(config.qdrant, means, [chat.name, estate.name]);
    const store = new SwitchingStore(opening.store);
    try {
      await store.ensureCollection(chat);
      await isThere({ store, spec: estate });
      // As it lies: what the version before wrote has its age in itself.
      const workspaceBefore = { ...records.ground, store, seen: () => (point: Point) => point };
      await updateFormats({ workspace: workspaceBefore, appDb, journal, appVersion }, work);
      await ensureEstate({ store, spec: estate, sealer, embedding }, work);
      await opening.settle();
      const currentId = (id: string) => workspace.estate.currentId(id);
      const history = new History({ table: appDb.history, sealer, currentId });
      const indexKey = new IndexKeyChange({ keys, store, spec: estate, docs: appDb, history });
      // What an earlier process left half done, before anything looks up an id or a token.
      await indexKey.settle(work);
      await history.moved(async () => undefined, work);
      await markFormats(appDb, collections);
      await tidyRollbacks(records.ground).catch(() => undefined);
      const resources = await store.count(estate.name);
      const size = await SizeAlert.open(appDb, resources);
      const freshness = await readFreshness(appDb);
      const opened = { records, store, place: opening.place, history, indexKey, size, resources, freshness };
      const workspace = new OpenWorkspace(opened, embedding, emit);
      await workspace.maintenance.resume();
      // A full disk must not keep the workspace from being opened: the next opening goes on.
      await workspace.chat.finishDeletions().catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      });
      await noteRestore(records.journal, records.settled);
      return workspace;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  private constructor(opened: Opened, embedding: EmbeddingProvider | null, emit: EmitStorage) {
    const { records, store, freshness } = opened;
    const { sealer, appDb, journal, keys, settled } = records;
    const { chat_history: chat, aws_estate: estate } = records.collections;
    this.records = records;
    this.store = store;
    this.#emit = emit;
    this.#size = opened.size;
    this.history = opened.history;
    const restore = settled && { outcome: settled.outcome, message: settled.message };
    const { installId } = keys.keyring;
    this.report = { engine: store.kind, installId, resources: opened.resources, restore };
    const byToken = (id: string) => accountToken(sealer, id);
    const seen = () => {
      const listed = freshness.renamed(byToken);
      return (point: Point) => seenAt(point, listed.at(placeOf(point.payload)));
    };
    this.backedUp = { ...records.ground, store, seen };
    const nearest: Nearest = (vector, filter, limit) => this.estate.nearest(vector, filter, limit);
    const index = new EstateIndex({
      freshness,
      ...(embedding !== null && { embedding: new DenseSearch(embedding, nearest) }),
    });
    this.chat = new ChatStorage({ store, collection: chat.name, sealer });
    const retired = new RetiredIds(keys.keyring, () => this.estate.pages());
    this.estate = new EstateStorage({
      store,
      collection: estate.name,
      sealer,
      index,
      embedding,
      retired,
      beforeWrite: () => this.keys.settleIndexKey(),
    });
    this.#load = new IndexLoad({ estate: this.estate, index, emit });
    this.find = this.#load.find;
    const whenLoaded = () => this.#load.whenLoaded();
    this.keys = new WorkspaceKeys({
      keys,
      store,
      sealer,
      docs: appDb,
      chat: this.chat,
      estate: this.estate,
      collections: { chat: chat.name, estate: estate.name },
      indexKey: opened.indexKey,
      whenLoaded,
      reloadIndex: () => {
        retired.forget();
        this.#load.reload();
      },
    });
    const removals = new Removals({
      docs: appDb,
      journal,
      chat: this.chat,
      estate: this.estate,
      history: this.history,
      specs: { chat, estate },
      whenLoaded,
    });
    const { place } = opened;
    this.#move = new EngineMove({ store, place, means: records.means, specs: [chat, estate], journal });
    const vectors = { store, spec: estate, sealer, embedding };
    this.maintenance = new Maintenance({
      removals,
      move: this.#move,
      journal,
      rebuildVectors: (work) => this.estate.exclusively(() => changeVectors(vectors, work)),
    });
    this.#health = new WorkspaceHealth({ opened: this, load: this.#load, size: opened.size });
    this.#stopListening = store.onStatus(() => this.#engineChanged());
    this.#engineChanged();
    this.#load.start();
  }

  get appDb(): AppDb {
    return this.records.appDb;
  }

  get journal(): Journal {
    return this.records.journal;
  }

  health(): Promise<StorageHealth> {
    return this.#health.read();
  }

  async close(): Promise<void> {
    await this.#load.stop();
    this.#stopListening();
    // A hint for the next start: a full disk must not keep the files from being closed.
    const { resources } = this.#load;
    if (resources !== null) await this.#size.remember(resources).catch(() => undefined);
    await this.store.close().finally(() => this.records.close());
  }

  #engineChanged(): void {
    const status = this.store.status();
    this.#emit('engine', { ...engineOf(this.#move.place), ...status });
    if (status.state === 'ready') this.#load.engineReady();
  }
}

/** The ages that listings lend to the rows as they lie here. */
async function readFreshness(appDb: AppDb): Promise<Freshness> {
  const { kind, key } = ESTATE_SINCE;
  const cells = (await appDb.list(SCAN_CELL_KIND)).map(({ value }) => value);
  const since = sinceOf(await appDb.get(kind, key));
  if (since !== null) return Freshness.of(cells, { since });
  // A full disk must not keep the workspace from being opened: the next opening puts it.
  await appDb.put(kind, key, new Date().toISOString()).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
  return new Freshness();
}

/** What was ever written here went into an engine: which one must not be chosen anew. */
async function refuseLostRecord({ options, appDb, journal }: WorkspaceRecords): Promise<void> {
  if ((await readEngineRecord(options.folder)) !== null) return;
  if (appDb.count() === 0 && (await journal.verify()).entries === 0) return;
  throw new AppError(
    'ENGINE_MISSING',
    `engine.json is missing from ${options.folder}, so it is not known which engine holds the data of this workspace. Put it back from a copy of the folder, or rebuild from the last backup. Nothing was changed.`,
  );
}

function refuseOtherDimension(embedding: EmbeddingProvider | null, size: number): void {
  if (embedding === null || embedding.dimension === size) return;
  throw new AppError(
    'INVALID_INPUT',
    `The model ${embedding.name} makes vectors of ${embedding.dimension} numbers, and collections.aws_estate.vector_size is ${size}. Set it to ${embedding.dimension}.`,
  );
}
