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
import { checkFilter, checkPoints, checkSpec, checkVector } from '../checks.ts';
import { WriteGate } from '../WriteGate.ts';
import { QdrantCollections } from './QdrantCollections.ts';
import { QdrantConnection, type QdrantSource } from './QdrantConnection.ts';
import { toAppError } from './qdrantErrors.ts';
import { toQdrantFilter } from './qdrantFilter.ts';
import { fromQdrant, requests, VECTOR } from './qdrantPoints.ts';
import { QdrantScroll } from './qdrantScroll.ts';
import { checkServer } from './qdrantServerCheck.ts';

/** Ids of one request. */
const ID_CHUNK = 1_000;

/** The engine of the installed app: our own supervised server, or one by URL. */
export class QdrantPointStore implements PointStore {
  readonly kind = 'qdrant';
  readonly #source: QdrantSource;
  readonly #prefix: string;
  readonly #connection: QdrantConnection;
  readonly #collections: QdrantCollections;
  readonly #gate = new WriteGate();
  readonly #listeners = new Set<() => void>();
  /** Of the connection and what was read through it; a server of our own has its state besides. */
  #state: EngineState = 'stopped';
  #failure: AppError | undefined;

  /** @param options.prefix before the name of each collection on the server; those without it are not ours. */
  constructor(source: QdrantSource, options: { prefix?: string } = {}) {
    this.#source = source;
    this.#prefix = options.prefix ?? '';
    this.#connection = new QdrantConnection(source);
    this.#collections = new QdrantCollections(this.#connection, this.#prefix);
    if ('server' in source) source.server.onStatus(() => this.#announce());
  }

  /** Starts our server, or reaches the other one, and reads what it holds. */
  async open(): Promise<void> {
    this.#connection.reopen();
    this.#enter('starting');
    try {
      if ('server' in this.#source) await this.#source.server.start();
      else await checkServer(this.#connection);
      await this.#collections.open();
    } catch (error) {
      const failure = toAppError(error);
      this.#enter('failed', failure);
      throw failure;
    }
    this.#enter('ready');
  }

  async ensureCollection(spec: CollectionSpec): Promise<void> {
    checkSpec(spec);
    this.#refuseUnopened();
    await this.#gate.whileClosed(spec.name, () => this.#collections.ensure(spec));
  }

  async upsert(name: string, points: Point[]): Promise<void> {
    this.#refuseUnopened();
    checkPoints(name, this.#collections.stored(name).vectorSize, points);
    await this.#gate.write(name, () => this.#write(this.#prefix + name, points));
  }

  async get(name: string, ids: string[], options: { withVector?: boolean } = {}): Promise<Point[]> {
    this.#refuseUnopened();
    const { vectorSize } = this.#collections.stored(name);
    const wanted = [...new Set(ids)];
    const found = new Map<string, Point>();
    for (const chunk of chunks(wanted)) {
      const records = await this.#connection.call((client) =>
        client.retrieve(this.#prefix + name, {
          ids: chunk,
          with_payload: true,
          with_vector: withVector(options.withVector, vectorSize),
        }),
      );
      for (const record of records) found.set(String(record.id), fromQdrant(record));
    }
    return wanted.flatMap((id) => found.get(id) ?? []);
  }

  async delete(name: string, selector: { ids: string[] } | { filter: Filter }): Promise<void> {
    if ('filter' in selector) checkFilter(selector.filter);
    this.#refuseUnopened();
    this.#collections.stored(name);
    await this.#gate.write(name, async () => {
      for (const what of deletions(selector)) {
        // Unlike upsert, the client does not wait by itself.
        const result = await this.#connection.call((client) =>
          client.delete(this.#prefix + name, { wait: true, ...what }),
        );
        refuseUnfinished(result?.status);
      }
    });
  }

  async scroll(name: string, request: ScrollRequest): Promise<ScrollPage> {
    checkFilter(request.filter);
    this.#refuseUnopened();
    const { vectorSize } = this.#collections.stored(name);
    return new QdrantScroll(this.#connection, this.#prefix + name, { ...request, vectorSize }).page(request);
  }

  async query(
    name: string,
    request: { vector: Float32Array; filter?: Filter; limit: number; withVector?: boolean },
  ): Promise<ScoredPoint[]> {
    checkFilter(request.filter);
    this.#refuseUnopened();
    const { vectorSize, distance } = this.#collections.stored(name);
    checkVector(name, vectorSize, request.vector);
    if (request.limit <= 0) return [];
    const { points } = await this.#connection.call((client) =>
      client.query(this.#prefix + name, {
        query: Array.from(request.vector),
        using: VECTOR,
        filter: toQdrantFilter(request.filter),
        limit: request.limit,
        params: { hnsw_ef: Math.max(128, request.limit) },
        with_payload: true,
        with_vector: withVector(request.withVector, vectorSize),
      }),
    );
    // Qdrant reports Euclidean distances as they are: smaller is nearer.
    const sign = distance === 'Euclid' ? -1 : 1;
    return points.map((point) => ({ ...fromQdrant(point), score: sign * point.score }));
  }

  async count(name: string, filter?: Filter): Promise<number> {
    checkFilter(filter);
    this.#refuseUnopened();
    this.#collections.stored(name);
    const { count } = await this.#connection.call((client) =>
      client.count(this.#prefix + name, { filter: toQdrantFilter(filter), exact: true }),
    );
    return count;
  }

  async replaceCollection(spec: CollectionSpec, batches: AsyncIterable<Point[]>): Promise<void> {
    checkSpec(spec);
    this.#refuseUnopened();
    if (!this.#collections.has(spec.name)) await this.ensureCollection(spec);
    await this.#gate.whileClosed(spec.name, async () => {
      const old = this.#collections.stored(spec.name);
      const side = await this.#collections.create(spec, old.n + 1);
      try {
        await this.#fill(spec, side.physical, batches);
        await this.#collections.point(spec, side);
      } catch (error) {
        await this.#discard(side.physical);
        throw error;
      }
      await this.#discard(old.physical);
    });
  }

  /** Removes a collection for good, and its name. One that is not there is no error. */
  async dropCollection(name: string): Promise<void> {
    this.#refuseUnopened();
    await this.#gate.whileClosed(name, () => this.#collections.remove(name));
  }

  status(): { state: EngineState; message: string } {
    if (this.#state === 'ready' && 'server' in this.#source) return this.#source.server.status();
    return { state: this.#state, message: this.#failure?.message ?? '' };
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async retry(): Promise<void> {
    if (this.status().state === 'failed') await this.open();
  }

  async close(): Promise<void> {
    this.#connection.close();
    if ('server' in this.#source) await this.#source.server.stop();
    this.#enter('stopped');
  }

  async #fill(spec: CollectionSpec, physical: string, batches: AsyncIterable<Point[]>): Promise<void> {
    const ids = new Set<string>();
    for await (const points of batches) {
      checkPoints(spec.name, spec.vectorSize, points);
      await this.#write(physical, points);
      for (const { id } of points) ids.add(id);
    }
    const { count } = await this.#connection.call((client) => client.count(physical, { exact: true }));
    if (count === ids.size) return;
    throw new AppError(
      'ENGINE_FAILED',
      `The new copy of ${spec.name} holds ${count} points instead of ${ids.size}. The old data stays in use.`,
    );
  }

  async #write(collection: string, points: readonly Point[]): Promise<void> {
    for (const batch of requests(points)) {
      const result = await this.#connection.call((client) =>
        client.upsert(collection, { wait: true, points: batch }),
      );
      refuseUnfinished(result?.status);
    }
  }

  /** Drops a collection that no name points to; when that fails, the next open does it. */
  async #discard(physical: string): Promise<void> {
    await this.#collections.drop(physical).catch(() => undefined);
  }

  #refuseUnopened(): void {
    if (this.#state === 'ready') return;
    throw this.#failure ?? new AppError('NOT_READY', 'The Qdrant engine is not open.');
  }

  #enter(state: EngineState, failure?: AppError): void {
    this.#state = state;
    this.#failure = failure;
    this.#announce();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function withVector(wanted: boolean | undefined, vectorSize: number): string[] | boolean {
  return wanted && vectorSize > 0 ? [VECTOR] : false;
}

function deletions(selector: { ids: string[] } | { filter: Filter }) {
  return 'ids' in selector
    ? chunks(selector.ids).map((points) => ({ points }))
    : [{ filter: toQdrantFilter(selector.filter) }];
}

function chunks(ids: readonly string[]): string[][] {
  const starts = Array.from({ length: Math.ceil(ids.length / ID_CHUNK) }, (_, n) => n * ID_CHUNK);
  return starts.map((start) => ids.slice(start, start + ID_CHUNK));
}

/** Anything but `completed` is not durable yet (`wait_timeout`, `acknowledged`). */
function refuseUnfinished(status: string | undefined): void {
  if (status === 'completed') return;
  throw new AppError(
    'ENGINE_FAILED',
    'The Qdrant engine did not confirm that the change was saved. Try again.',
  );
}
