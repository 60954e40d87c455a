/**
 * The one interface over both engines. Every engine passes `PointStore.contract.ts`.
 * A promise of a write resolves when the write is durable: it survives kill -9 and power loss.
 */
export type PayloadValue = string | number | boolean | null | string[];
export type Payload = Record<string, PayloadValue>;

export interface Point {
  /** A UUID, lower case with dashes. */
  id: string;
  /** Null while a point waits for its vector, and in collections without vectors. */
  vector: Float32Array | null;
  payload: Payload;
}

export interface ScoredPoint extends Point {
  /** By the collection's distance; higher is nearer for every metric (Euclid scores are negated distances). */
  score: number;
}

export type IndexFieldType = 'keyword' | 'integer' | 'float' | 'bool';

export interface CollectionSpec {
  /** The logical name: `chat_history`, `aws_estate`. */
  name: string;
  /** 0 = no vectors. */
  vectorSize: number;
  distance: 'cosine' | 'euclidean' | 'dot';
  indexedFields: { name: string; type: IndexFieldType }[];
  hnsw: { m: number; efConstruct: number; fullScanThreshold: number } | null;
}

export type Condition =
  | { key: string; match: string | number | boolean }
  /** True when the value, or any element of an array value, is one of these. */
  | { key: string; any: (string | number)[] }
  | { key: string; range: { gt?: number; gte?: number; lt?: number; lte?: number } };

/** All conditions must hold; an empty filter matches everything. Keys are top-level payload fields. */
export interface Filter {
  must: Condition[];
}

export interface ScrollRequest {
  filter?: Filter;
  /** An indexed integer field; without it points come by id. */
  orderBy?: { key: string; direction: 'asc' | 'desc' };
  limit: number;
  cursor?: string | undefined;
  withVector?: boolean;
}

export interface ScrollPage {
  points: Point[];
  /** Opaque; undefined after the last page. */
  next: string | undefined;
}

export type EngineState = 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped';

export interface PointStore {
  readonly kind: 'sqlite' | 'qdrant';
  ensureCollection(spec: CollectionSpec): Promise<void>;
  /** Replaces whole points. */
  upsert(collection: string, points: Point[]): Promise<void>;
  /** Points that exist, in the order of `ids`. */
  get(collection: string, ids: string[], options?: { withVector?: boolean }): Promise<Point[]>;
  delete(collection: string, selector: { ids: string[] } | { filter: Filter }): Promise<void>;
  scroll(collection: string, request: ScrollRequest): Promise<ScrollPage>;
  /** Exact or near-exact nearest points among those that match the filter and have a vector. */
  query(
    collection: string,
    request: { vector: Float32Array; filter?: Filter; limit: number; withVector?: boolean },
  ): Promise<ScoredPoint[]>;
  count(collection: string, filter?: Filter): Promise<number>;
  /**
   * Fills a side collection from `batches`, then swaps it in: readers see the old data or the new,
   * never a mixture; when `batches` throws, or the process dies, the old data stays.
   */
  replaceCollection(spec: CollectionSpec, batches: AsyncIterable<Point[]>): Promise<void>;
  status(): { state: EngineState; message: string };
  onStatus(listener: () => void): () => void;
  /** Restarts a failed engine. */
  retry(): Promise<void>;
  close(): Promise<void>;
}
