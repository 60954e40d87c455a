import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../../errors.ts';
import type {
  CollectionSpec,
  EngineState,
  Filter,
  Point,
  PointStore,
  ScoredPoint,
  ScrollPage,
  ScrollRequest,
} from '../../PointStore.ts';
import {
  checkFilter,
  checkPoints,
  checkSpec,
  checkVector,
  noSuchCollection,
  otherVectors,
} from '../checks.ts';
import { WriteGate } from '../WriteGate.ts';
import { SqliteCollection } from './SqliteCollection.ts';
import {
  addIndexes,
  createGeneration,
  dropGeneration,
  generations,
  openDatabase,
  pointAlias,
  transaction,
} from './schema.ts';
import { sqliteFailure } from './sqliteErrors.ts';

/** Points of one transaction: a larger write gives other work of the thread its turn in between. */
const CHUNK = 500;

/** The embedded engine: one SQLite file; vectors are searched exactly, in memory. */
export class SqlitePointStore implements PointStore {
  readonly kind = 'sqlite';
  readonly #path: string;
  readonly #gate = new WriteGate();
  readonly #listeners = new Set<() => void>();
  readonly #collections = new Map<string, SqliteCollection>();
  #db: DatabaseSync | undefined;
  #state: EngineState = 'ready';
  #failure: AppError | undefined;
  #writesUntilAnalysis = CHUNK;

  /** @throws AppError FORMAT_NEWER, ENGINE_FAILED or DISK_FULL when the file cannot be used. */
  constructor(options: { path: string }) {
    this.#path = options.path;
    this.#db = this.#open();
  }

  async ensureCollection(spec: CollectionSpec): Promise<void> {
    checkSpec(spec);
    await this.#gate.write(spec.name, async () => this.#ensure(spec));
  }

  async upsert(name: string, points: Point[]): Promise<void> {
    checkPoints(name, this.#spec(name).vectorSize, points);
    await this.#gate.write(name, () => this.#write(points, (chunk) => this.#collection(name).upsert(chunk)));
  }

  async get(name: string, ids: string[], options: { withVector?: boolean } = {}): Promise<Point[]> {
    return this.#run(() => this.#collection(name).get(ids, options.withVector ?? false));
  }

  async delete(name: string, selector: { ids: string[] } | { filter: Filter }): Promise<void> {
    if ('filter' in selector) checkFilter(selector.filter);
    await this.#gate.write(name, async () => this.#run(() => this.#collection(name).delete(selector)));
  }

  async scroll(name: string, request: ScrollRequest): Promise<ScrollPage> {
    checkFilter(request.filter);
    return this.#run(() => this.#collection(name).scroll(request));
  }

  async query(
    name: string,
    request: { vector: Float32Array; filter?: Filter; limit: number; withVector?: boolean },
  ): Promise<ScoredPoint[]> {
    checkFilter(request.filter);
    checkVector(name, this.#spec(name).vectorSize, request.vector);
    const { vector, limit, filter, withVector = false } = request;
    return this.#run(() => this.#collection(name).query(vector, limit, filter, withVector));
  }

  async count(name: string, filter?: Filter): Promise<number> {
    checkFilter(filter);
    return this.#run(() => this.#collection(name).count(filter));
  }

  async replaceCollection(spec: CollectionSpec, batches: AsyncIterable<Point[]>): Promise<void> {
    checkSpec(spec);
    if (!this.#collections.has(spec.name)) await this.ensureCollection(spec);
    await this.#gate.whileClosed(spec.name, async () => {
      const old = this.#collection(spec.name).generation;
      const side = this.#run(
        (db) =>
          new SqliteCollection(
            db,
            transaction(db, () => createGeneration(db, spec, old.n + 1)),
          ),
      );
      try {
        for await (const points of batches) {
          checkPoints(spec.name, spec.vectorSize, points);
          await this.#write(points, (chunk) => side.upsert(chunk));
        }
        this.#run((db) => transaction(db, () => pointAlias(db, side.generation)));
      } catch (error) {
        this.#discard(side.generation.physical);
        throw error;
      }
      this.#collections.set(spec.name, side);
      this.#discard(old.physical);
    });
  }

  status(): { state: EngineState; message: string } {
    return { state: this.#state, message: this.#failure?.message ?? '' };
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async retry(): Promise<void> {
    if (this.#state !== 'failed') return;
    this.#closeQuietly();
    try {
      this.#db = this.#open();
    } catch (error) {
      this.#enter('failed', sqliteFailure(error, this.#path).error);
      throw error;
    }
    this.#enter('ready');
  }

  async close(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#closeQuietly();
    this.#enter('stopped');
  }

  #open(): DatabaseSync {
    try {
      const db = openDatabase(this.#path);
      this.#collections.clear();
      for (const generation of generations(db)) {
        this.#collections.set(generation.name, new SqliteCollection(db, generation));
      }
      return db;
    } catch (error) {
      throw sqliteFailure(error, this.#path).error;
    }
  }

  #ensure(spec: CollectionSpec): void {
    this.#run((db) => {
      const present = this.#collections.get(spec.name);
      if (present) return this.#adapt(db, present, spec);
      const generation = transaction(db, () => {
        const created = createGeneration(db, spec, 1);
        pointAlias(db, created);
        return created;
      });
      this.#collections.set(spec.name, new SqliteCollection(db, generation));
    });
  }

  #adapt(db: DatabaseSync, collection: SqliteCollection, wanted: CollectionSpec): void {
    const { spec } = collection.generation;
    if (spec.vectorSize !== wanted.vectorSize || spec.distance !== wanted.distance) {
      throw otherVectors(wanted, { size: spec.vectorSize, distance: spec.distance });
    }
    collection.generation = transaction(db, () => addIndexes(db, collection.generation, wanted));
  }

  async #write(points: readonly Point[], work: (chunk: readonly Point[]) => void): Promise<void> {
    for (let start = 0; start < points.length; start += CHUNK) {
      if (start > 0) await setImmediate();
      this.#run(() => work(points.slice(start, start + CHUNK)));
    }
    this.#analyse(points.length);
  }

  /** Without statistics SQLite would choose between two indexes blindly; the interval doubles each time. */
  #analyse(written: number): void {
    this.#writesUntilAnalysis -= written;
    if (this.#writesUntilAnalysis > 0) return;
    const rows = this.#run((db) => {
      db.exec('PRAGMA analysis_limit=400; ANALYZE;');
      return [...this.#collections.values()].reduce(
        (sum, collection) => sum + collection.count(undefined),
        0,
      );
    });
    this.#writesUntilAnalysis = Math.max(CHUNK, rows);
  }

  /** Drops a generation that no name points to; when that fails, the next start does it. */
  #discard(physical: string): void {
    try {
      this.#run((db) => dropGeneration(db, physical));
    } catch {
      // Nothing reads it any more.
    }
  }

  #spec(name: string): CollectionSpec {
    return this.#collection(name).generation.spec;
  }

  #collection(name: string): SqliteCollection {
    const collection = this.#collections.get(name);
    if (!collection) throw noSuchCollection(name);
    return collection;
  }

  #run<T>(work: (db: DatabaseSync) => T): T {
    if (this.#failure) throw this.#failure;
    if (!this.#db) throw new AppError('NOT_READY', 'The data is closed.');
    try {
      return work(this.#db);
    } catch (cause) {
      const { error, fatal } = sqliteFailure(cause, this.#path);
      if (fatal) this.#enter('failed', error);
      throw error;
    }
  }

  #enter(state: EngineState, failure?: AppError): void {
    this.#state = state;
    this.#failure = failure;
    for (const listener of this.#listeners) listener();
  }

  #closeQuietly(): void {
    try {
      this.#db?.close();
    } catch {
      // A damaged file may refuse even this; what was acknowledged is on disk already.
    }
    this.#db = undefined;
  }
}
