import { WriteGate } from '../engines/WriteGate.ts';
import type {
  CollectionSpec,
  EngineState,
  Filter,
  Point,
  PointStore,
  ScoredPoint,
  ScrollPage,
  ScrollRequest,
} from '../PointStore.ts';

const ANY = '';

/** The workspace's store, whichever engine it is just now: a move puts another in its place. */
export class SwitchingStore implements PointStore {
  readonly #gate = new WriteGate();
  readonly #listeners = new Set<() => void>();
  #current: PointStore;
  #unsubscribe: () => void;

  constructor(store: PointStore) {
    this.#current = store;
    this.#unsubscribe = store.onStatus(() => this.#announce());
  }

  get kind(): PointStore['kind'] {
    return this.#current.kind;
  }

  get current(): PointStore {
    return this.#current;
  }

  /** Writes wait while `work` runs; reads go on. */
  whileUnwritten<T>(work: () => Promise<T>): Promise<T> {
    return this.#gate.whileClosed(ANY, work);
  }

  /** Returns the store that was in use, still open. */
  switchTo(store: PointStore): PointStore {
    const before = this.#current;
    this.#unsubscribe();
    this.#current = store;
    this.#unsubscribe = store.onStatus(() => this.#announce());
    this.#announce();
    return before;
  }

  ensureCollection(spec: CollectionSpec): Promise<void> {
    return this.#write((store) => store.ensureCollection(spec));
  }

  upsert(collection: string, points: Point[]): Promise<void> {
    return this.#write((store) => store.upsert(collection, points));
  }

  get(collection: string, ids: string[], options?: { withVector?: boolean }): Promise<Point[]> {
    return this.#current.get(collection, ids, options);
  }

  delete(collection: string, selector: { ids: string[] } | { filter: Filter }): Promise<void> {
    return this.#write((store) => store.delete(collection, selector));
  }

  scroll(collection: string, request: ScrollRequest): Promise<ScrollPage> {
    return this.#current.scroll(collection, request);
  }

  query(
    collection: string,
    request: { vector: Float32Array; filter?: Filter; limit: number; withVector?: boolean },
  ): Promise<ScoredPoint[]> {
    return this.#current.query(collection, request);
  }

  count(collection: string, filter?: Filter): Promise<number> {
    return this.#current.count(collection, filter);
  }

  replaceCollection(spec: CollectionSpec, batches: AsyncIterable<Point[]>): Promise<void> {
    return this.#write((store) => store.replaceCollection(spec, batches));
  }

  status(): { state: EngineState; message: string } {
    return this.#current.status();
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  retry(): Promise<void> {
    return this.#current.retry();
  }

  close(): Promise<void> {
    return this.#current.close();
  }

  #write<T>(work: (store: PointStore) => Promise<T>): Promise<T> {
    return this.#gate.write(ANY, () => work(this.#current));
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
