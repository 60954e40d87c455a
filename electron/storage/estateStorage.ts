import { setImmediate } from 'node:timers/promises';
import type {
  Resource,
  ResourceFilter,
  ResourceSummary,
  ResourceType,
} from '../../preload/contract/models.ts';
import { pastTime } from '../../preload/contract/times.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { AppError } from '../errors.ts';
import type { CollectedResource } from '../scan/types.ts';
import type { EstateStorageApi, FindApi, Listed, SyncScope } from './api.ts';
import {
  accountToken,
  ownTime,
  prefilter,
  readResource,
  resourceIdOf,
  resourcePoint,
  type StoredResource,
} from './estateRecords.ts';
import { compared, embedWaiting, printOf, type Verdict } from './estateWrites.ts';
import type { EstateIndex } from './find/estateIndex.ts';
import { createFindApi } from './find/findApi.ts';
import { GLOBAL_REGION } from './freshness.ts';
import type { CollectionSpec, Condition, Point, PointStore } from './PointStore.ts';
import type { RetiredIds } from './rotation/retiredIds.ts';
import type { Sealer } from './sealing.ts';
import { Serial } from './serial.ts';

const BATCH = 500;
const SEARCH_LIMIT = 50;

interface EstateStorageOptions {
  store: PointStore;
  collection: string;
  sealer: Sealer;
  index: EstateIndex;
  /** Makes the vectors; null = resources are stored without. */
  embedding: EmbeddingProvider | null;
  /** Ids that an earlier index key made, as they stand in old messages and plans. */
  retired?: RetiredIds;
  /** Runs before each write, under the same lock; its rejection is the write's. */
  beforeWrite?: () => Promise<void>;
  /** Milliseconds since 1970: what is stored under a later time has no known age. */
  now?: () => number;
}

/** The estate on the collection `aws_estate`, and the index in memory kept equal to it. */
export class EstateStorage implements EstateStorageApi {
  readonly #store: PointStore;
  readonly #collection: string;
  readonly #sealer: Sealer;
  readonly #index: EstateIndex;
  readonly #find: FindApi;
  readonly #embedding: EmbeddingProvider | null;
  readonly #retired: RetiredIds | null;
  readonly #beforeWrite: () => Promise<void>;
  readonly #now: () => number;
  readonly #serial = new Serial();
  readonly #damaged = new Set<string>();
  /** Ids written or removed while the index is being loaded: what the load reads of them may be older. */
  #touched: Set<string> | null = null;
  /** Whether the index holds the whole estate. */
  #loaded = false;

  constructor(options: EstateStorageOptions) {
    this.#store = options.store;
    this.#collection = options.collection;
    this.#sealer = options.sealer;
    this.#index = options.index;
    this.#find = createFindApi(options.index);
    this.#embedding = options.embedding;
    this.#retired = options.retired ?? null;
    this.#beforeWrite = options.beforeWrite ?? (async () => undefined);
    this.#now = options.now ?? Date.now;
  }

  /** How many stored resources could not be read; the next scan writes them anew. */
  get damaged(): number {
    return this.#damaged.size;
  }

  /**
   * Fills the index from the store in slices, giving other work its turn in between. `progress` gets the rows
   * read so far; `signal` ends the load.
   */
  async load(progress: (rows: number) => void, signal: AbortSignal): Promise<void> {
    this.#touched = new Set();
    let cursor: string | undefined;
    let rows = 0;
    try {
      do {
        const page = await this.#store.scroll(this.#collection, { limit: BATCH, cursor });
        if (signal.aborted) return;
        const touched = this.#touched;
        const fresh = page.points.filter((point) => !touched.has(point.id));
        this.#index.put(fresh.flatMap((point) => this.#readable(point)?.resource ?? []));
        rows += page.points.length;
        progress(rows);
        cursor = page.next;
        await setImmediate();
      } while (cursor !== undefined && !signal.aborted);
      this.#loaded = cursor === undefined;
    } finally {
      this.#touched = null;
    }
  }

  async upsert(resource: CollectedResource, asOf: string): Promise<{ resource: Resource; changed: boolean }> {
    return this.#write(async () => {
      const id = resourceIdOf(this.#sealer, resource);
      const [one] = await this.#writeBatch(new Map([[id, resource]]), asOf);
      if (one === undefined) throw new AppError('INTERNAL', 'Nothing was written.');
      // Kept in memory alone: to have looked is no change.
      if (one.is === 'same') this.#index.seen(id, Date.parse(asOf));
      return { resource: one.entry.resource, changed: one.is === 'changed' };
    });
  }

  async bulkUpsert(resources: CollectedResource[], asOf: string): Promise<Listed> {
    const listed: Listed = { ids: [], changed: [] };
    for (let from = 0; from < resources.length; from += BATCH) {
      const batch = resources.slice(from, from + BATCH);
      await this.#write(async () => {
        const collected = new Map(batch.map((resource) => [resourceIdOf(this.#sealer, resource), resource]));
        listed.ids.push(...collected.keys());
        const prints = new Map([...collected].map(([id, resource]) => [id, printOf(resource)]));
        for (const [id, print] of prints) if (this.#index.holds(id, print)) collected.delete(id);
        if (collected.size === 0) return;
        for (const { is, entry } of await this.#writeBatch(collected, asOf)) {
          const { id } = entry.resource;
          if (is === 'changed') listed.changed.push(id);
          const print = prints.get(id);
          // What waits for its vector is looked at again.
          if (is !== 'older' && print !== undefined && !this.#waits(entry)) this.#index.hold(id, print);
        }
      });
    }
    return listed;
  }

  async get(id: string): Promise<Resource | null> {
    const [point] = await this.#store.get(this.#collection, [id]);
    if (point !== undefined) return this.#aged(readResource(this.#sealer, point)).resource;
    const renamed = await this.#retired?.current(id);
    return renamed == null ? null : this.get(renamed);
  }

  delete(id: string): Promise<void> {
    return this.#write(async () => this.#remove([id, (await this.#retired?.current(id)) ?? id]));
  }

  /** The id under which a resource is stored now, for one that an earlier index key made. */
  async currentId(id: string): Promise<string> {
    return this.#index.summary(id) === null ? ((await this.#retired?.current(id)) ?? id) : id;
  }

  /** Every resource that can be read, in slices. */
  async *pages(): AsyncGenerator<Resource[]> {
    let cursor: string | undefined;
    do {
      const page = await this.#store.scroll(this.#collection, { limit: BATCH, cursor });
      yield page.points.flatMap((point) => this.#readable(point)?.resource ?? []);
      cursor = page.next;
      await setImmediate();
    } while (cursor !== undefined);
  }

  /** Keeps all writers of the estate away while `work` runs. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(work);
  }

  async syncFromAws(scope: SyncScope): Promise<{ removed: string[] }> {
    return this.#write(async () => {
      const listed = new Set(scope.listed);
      const startedAt = Date.parse(scope.startedAt);
      // Seen by itself since the listing began (made meanwhile, acted on): the listing says nothing of it. A time
      // that has not come yet is no time at which anything was seen.
      const seenSince = (at: number) => at >= startedAt && at <= this.#now();
      const removed = (await this.#inScope(scope))
        .filter(({ id, seenAt }) => !listed.has(id) && !seenSince(seenAt))
        .map(({ id }) => id);
      for (let at = 0; at < removed.length; at += BATCH) await this.#remove(removed.slice(at, at + BATCH));
      for (const resourceType of scope.resourceTypes) {
        const place = { account: scope.accountId, region: scope.region ?? GLOBAL_REGION, resourceType };
        this.#index.freshness.note(place, startedAt);
      }
      return { removed };
    });
  }

  /** What is stored of a listing's scope; the index knows it, but for what cannot be read. */
  async #inScope(scope: SyncScope): Promise<{ id: string; seenAt: number }[]> {
    if (scope.resourceTypes.length === 0) return [];
    const must: Condition[] = [
      { key: 'account_token', match: accountToken(this.#sealer, scope.accountId) },
      { key: 'resource_type', any: scope.resourceTypes },
    ];
    if (scope.region !== null) must.push({ key: 'region', match: scope.region });
    if (!this.#loaded || this.#damaged.size > 0) return this.#scrolled(must);
    return this.#index.listedIn(scope);
  }

  async #scrolled(must: Condition[]): Promise<{ id: string; seenAt: number }[]> {
    const found: { id: string; seenAt: number }[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.scroll(this.#collection, { filter: { must }, limit: BATCH, cursor });
      for (const { id, payload } of page.points) {
        // The index knows of those that were only looked at.
        found.push({ id, seenAt: Math.max(ownTime(payload), this.#index.seenAt(id) ?? 0) });
      }
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }

  /** All resources of an account, in slices. `progress` gets the number removed so far. */
  async removeAccount(accountId: string, progress: (removed: number) => void): Promise<number> {
    const must: Condition[] = [{ key: 'account_token', match: accountToken(this.#sealer, accountId) }];
    let removed = 0;
    for (;;) {
      const slice = await this.#write(async () => {
        const { points } = await this.#store.scroll(this.#collection, { filter: { must }, limit: BATCH });
        if (points.length > 0) await this.#remove(points.map(({ id }) => id));
        return points.length;
      });
      removed += slice;
      progress(removed);
      if (slice === 0) return removed;
    }
  }

  /** Of all resources in the index. */
  accountIds(): string[] {
    return Object.keys(this.#index.countByAccount());
  }

  /** Every resource, by one switch to an empty collection. Only while the index is not being loaded. */
  deleteAll(spec: CollectionSpec): Promise<void> {
    return this.#write(async () => {
      await this.#store.replaceCollection(spec, nothing());
      this.#index.clear();
      this.#damaged.clear();
      this.#retired?.forget();
    });
  }

  async search(text: string, filter: ResourceFilter = {}, limit = SEARCH_LIMIT): Promise<ResourceSummary[]> {
    const answer = await this.#find.query({ text, filter, sort: [], ignoreChips: [] });
    return this.#find.rows(answer.resultId, 0, limit);
  }

  async byAccount(accountId: string): Promise<ResourceSummary[]> {
    return this.#index.list({ accountIds: [accountId] });
  }

  async byRegion(region: string): Promise<ResourceSummary[]> {
    return this.#index.list({ regions: [region] });
  }

  async byType(resourceType: ResourceType): Promise<ResourceSummary[]> {
    return this.#index.list({ resourceTypes: [resourceType] });
  }

  /** While the index is being loaded the engine counts, which knows no tags without a token: then the index does. */
  async count(filter: ResourceFilter = {}): Promise<number> {
    if (this.#loaded || (filter.tags ?? []).length > 0) return this.#index.count(filter);
    return this.#store.count(this.#collection, prefilter(this.#sealer, filter));
  }

  async countByAccount(accountIds: string[]): Promise<Record<string, number>> {
    const kept = this.#loaded ? this.#index.countByAccount() : null;
    const counted = accountIds.map(
      async (id) => [id, kept === null ? await this.count({ accountIds: [id] }) : (kept[id] ?? 0)] as const,
    );
    return Object.fromEntries(await Promise.all(counted));
  }

  /** The resources whose vectors are nearest, best first. The filter is applied as far as the engine knows it. */
  async nearest(
    vector: Float32Array,
    filter: ResourceFilter,
    limit: number,
  ): Promise<{ id: string; score: number }[]> {
    const request = { vector, filter: prefilter(this.#sealer, filter), limit };
    const points = await this.#store.query(this.#collection, request);
    return points.map(({ id, score }) => ({ id, score }));
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      await this.#beforeWrite();
      return work();
    });
  }

  /**
   * One engine write of what is not as it is stored; the index follows once it is durable. Each stage of a full batch
   * takes tens of milliseconds: in between, other requests of the worker get their turn.
   */
  async #writeBatch(collected: Map<string, CollectedResource>, asOf: string): Promise<Verdict[]> {
    const known = await this.#known([...collected.keys()]);
    await setImmediate();
    const now = this.#now();
    const verdicts = [...collected].map(([id, resource]) => compared(id, resource, asOf, known.get(id), now));
    const changed = await this.#toWrite(verdicts);
    if (changed.length === 0) return verdicts;
    const points = changed.map((entry) => resourcePoint(this.#sealer, entry));
    await setImmediate();
    await this.#store.upsert(this.#collection, points);
    this.#touch(changed.map((entry) => entry.resource.id));
    this.#retired?.note(changed.map((entry) => entry.resource));
    this.#index.put(changed.map((entry) => entry.resource));
    for (const id of collected.keys()) this.#damaged.delete(id);
    return verdicts;
  }

  /** What changed, and what can be given the vector that it waits for, with their vectors. */
  async #toWrite(verdicts: Verdict[]): Promise<StoredResource[]> {
    const changed = verdicts.flatMap(({ is, entry }) => (is === 'changed' ? [entry] : []));
    await this.#takeVectors(changed);
    if (this.#embedding === null) return changed;
    const waiting = verdicts.flatMap(({ is, entry }) =>
      is === 'same' && this.#waits(entry) ? [{ ...entry }] : [],
    );
    await embedWaiting(this.#embedding, [...changed, ...waiting]);
    return [...changed, ...waiting.filter(({ vector }) => vector !== null)];
  }

  #waits({ embeddedBy }: StoredResource): boolean {
    return this.#embedding !== null && embeddedBy !== this.#embedding.name;
  }

  /** As stored, without vectors: only what is written again needs them. */
  async #known(ids: string[]): Promise<Map<string, StoredResource>> {
    const points = await this.#store.get(this.#collection, ids);
    return new Map(
      points.flatMap((point) => {
        const stored = this.#readable(point);
        return stored === null ? [] : [[point.id, this.#aged(stored)] as const];
      }),
    );
  }

  /** The vectors that stay with what is written again. */
  async #takeVectors(entries: StoredResource[]): Promise<void> {
    const keeping = entries.filter(({ embeddedBy }) => embeddedBy !== null);
    if (keeping.length === 0) return;
    const ids = keeping.map(({ resource }) => resource.id);
    const points = await this.#store.get(this.#collection, ids, { withVector: true });
    const vectors = new Map(points.map(({ id, vector }) => [id, vector]));
    for (const entry of keeping) entry.vector = vectors.get(entry.resource.id) ?? null;
  }

  /** With the later of its own time and of that of its listing; a time in the future stays, to be told as one. */
  #aged(stored: StoredResource): StoredResource {
    const { id, accountId: account, region, resourceType, asOf } = stored.resource;
    const own = Date.parse(asOf);
    const listed = this.#index.freshness.at({ account, region, resourceType });
    const later = Math.max(listed, this.#index.seenAt(id) ?? 0);
    if (later <= pastTime(own, this.#now())) return stored;
    if (own > this.#now()) return stored;
    return { ...stored, resource: { ...stored.resource, asOf: new Date(later).toISOString() } };
  }

  async #remove(ids: string[]): Promise<void> {
    await this.#store.delete(this.#collection, { ids });
    this.#touch(ids);
    this.#index.remove(ids);
    for (const id of ids) this.#damaged.delete(id);
  }

  #touch(ids: Iterable<string>): void {
    if (this.#touched === null) return;
    for (const id of ids) this.#touched.add(id);
  }

  #readable(point: Point): StoredResource | null {
    try {
      return readResource(this.#sealer, point);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'STORAGE_FAILED') throw error;
      this.#damaged.add(point.id);
      return null;
    }
  }
}

async function* nothing(): AsyncGenerator<Point[]> {}
