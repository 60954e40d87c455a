import { setImmediate } from 'node:timers/promises';
import type {
  Resource,
  ResourceFilter,
  ResourceSummary,
  ResourceType,
} from '../../preload/contract/models.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { AppError } from '../errors.ts';
import type { CollectedResource } from '../scan/types.ts';
import type { EstateStorageApi, FindApi, Listed, SyncScope } from './api.ts';
import { EstatePoints } from './estatePoints.ts';
import { accountToken, prefilter, readResource, resourceIdOf } from './estateRecords.ts';
import { printOf, type Verdict } from './estateWrites.ts';
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
  readonly #retired: RetiredIds | null;
  readonly #beforeWrite: () => Promise<void>;
  readonly #now: () => number;
  readonly #serial = new Serial();
  readonly #points: EstatePoints;
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
    this.#retired = options.retired ?? null;
    this.#beforeWrite = options.beforeWrite ?? (async () => undefined);
    this.#now = options.now ?? Date.now;
    const { store, collection, sealer, index, embedding } = options;
    this.#points = new EstatePoints({ store, collection, sealer, index, embedding, now: this.#now });
  }

  /** How many stored resources could not be read; the next scan writes them anew. */
  get damaged(): number {
    return this.#points.damaged.size;
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
        this.#index.put(fresh.flatMap((point) => this.#points.readable(point)?.resource ?? []));
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
          if (is !== 'older' && print !== undefined && !this.#points.waits(entry))
            this.#index.hold(id, print);
        }
      });
    }
    return listed;
  }

  async get(id: string): Promise<Resource | null> {
    const [point] = await this.#store.get(this.#collection, [id]);
    if (point !== undefined) return this.#points.aged(readResource(this.#sealer, point)).resource;
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
      yield page.points.flatMap((point) => this.#points.readable(point)?.resource ?? []);
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
    if (!this.#loaded || this.#points.damaged.size > 0) return this.#points.scrolled(must);
    return this.#index.listedIn(scope);
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
      this.#points.damaged.clear();
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

  /** Writes what is not as it is stored; the index follows once it is durable. */
  async #writeBatch(collected: Map<string, CollectedResource>, asOf: string): Promise<Verdict[]> {
    const { verdicts, written } = await this.#points.write(collected, asOf);
    this.#touch(written.map(({ id }) => id));
    this.#retired?.note(written);
    this.#index.put(written);
    return verdicts;
  }

  async #remove(ids: string[]): Promise<void> {
    await this.#store.delete(this.#collection, { ids });
    this.#touch(ids);
    this.#index.remove(ids);
    for (const id of ids) this.#points.damaged.delete(id);
  }

  #touch(ids: Iterable<string>): void {
    if (this.#touched === null) return;
    for (const id of ids) this.#touched.add(id);
  }
}

async function* nothing(): AsyncGenerator<Point[]> {}
