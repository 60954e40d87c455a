import { setImmediate } from 'node:timers/promises';
import type { Resource } from '../../preload/contract/models.ts';
import { pastTime } from '../../preload/contract/times.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { AppError } from '../errors.ts';
import type { CollectedResource } from '../scan/types.ts';
import { ownTime, readResource, resourcePoint, type StoredResource } from './estateRecords.ts';
import { compared, embedWaiting, type Verdict } from './estateWrites.ts';
import type { EstateIndex } from './find/estateIndex.ts';
import type { Condition, Point, PointStore } from './PointStore.ts';
import type { Sealer } from './sealing.ts';

const PAGE = 500;

export interface EstatePointsOptions {
  store: PointStore;
  collection: string;
  sealer: Sealer;
  index: EstateIndex;
  embedding: EmbeddingProvider | null;
  now: () => number;
}

/** The points of the collection `aws_estate` as resources: read with their age, and written where they changed. */
export class EstatePoints {
  readonly #store: PointStore;
  readonly #collection: string;
  readonly #sealer: Sealer;
  readonly #index: EstateIndex;
  readonly #embedding: EmbeddingProvider | null;
  readonly #now: () => number;
  /** Ids of points that could not be read; the next scan writes them anew. */
  readonly damaged = new Set<string>();

  constructor(options: EstatePointsOptions) {
    this.#store = options.store;
    this.#collection = options.collection;
    this.#sealer = options.sealer;
    this.#index = options.index;
    this.#embedding = options.embedding;
    this.#now = options.now;
  }

  /** Null for a damaged point; throws FORMAT_NEWER for one of a newer app. */
  readable(point: Point): StoredResource | null {
    try {
      return readResource(this.#sealer, point);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'STORAGE_FAILED') throw error;
      this.damaged.add(point.id);
      return null;
    }
  }

  /** All points that meet the conditions, with when each was last seen by itself, in ms. */
  async scrolled(must: Condition[]): Promise<{ id: string; seenAt: number }[]> {
    const found: { id: string; seenAt: number }[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.scroll(this.#collection, { filter: { must }, limit: PAGE, cursor });
      for (const { id, payload } of page.points) {
        // The index knows of those that were only looked at.
        found.push({ id, seenAt: Math.max(ownTime(payload), this.#index.seenAt(id) ?? 0) });
      }
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }

  /**
   * One engine write of what is not as it is stored. Each stage of a full batch takes tens of milliseconds: in between,
   * other requests of the worker get their turn. `written` is durable when it resolves.
   */
  async write(
    collected: Map<string, CollectedResource>,
    asOf: string,
  ): Promise<{ verdicts: Verdict[]; written: Resource[] }> {
    const known = await this.known([...collected.keys()]);
    await setImmediate();
    const now = this.#now();
    const verdicts = [...collected].map(([id, resource]) => compared(id, resource, asOf, known.get(id), now));
    const changed = await this.#toWrite(verdicts);
    if (changed.length === 0) return { verdicts, written: [] };
    const points = changed.map((entry) => resourcePoint(this.#sealer, entry));
    await setImmediate();
    await this.#store.upsert(this.#collection, points);
    for (const { id } of points) this.damaged.delete(id);
    return { verdicts, written: changed.map(({ resource }) => resource) };
  }

  /** What changed, and what can be given the vector that it waits for, with their vectors. */
  async #toWrite(verdicts: Verdict[]): Promise<StoredResource[]> {
    const changed = verdicts.flatMap(({ is, entry }) => (is === 'changed' ? [entry] : []));
    await this.#takeVectors(changed);
    if (this.#embedding === null) return changed;
    const waiting = verdicts.flatMap(({ is, entry }) =>
      is === 'same' && this.waits(entry) ? [{ ...entry }] : [],
    );
    await embedWaiting(this.#embedding, [...changed, ...waiting]);
    return [...changed, ...waiting.filter(({ vector }) => vector !== null)];
  }

  waits({ embeddedBy }: StoredResource): boolean {
    return this.#embedding !== null && embeddedBy !== this.#embedding.name;
  }

  /** As stored, without vectors: only what is written again needs them. */
  async known(ids: string[]): Promise<Map<string, StoredResource>> {
    const points = await this.#store.get(this.#collection, ids);
    return new Map(
      points.flatMap((point) => {
        const stored = this.readable(point);
        return stored === null ? [] : [[point.id, this.aged(stored)] as const];
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
  aged(stored: StoredResource): StoredResource {
    const { id, accountId: account, region, resourceType, asOf } = stored.resource;
    const own = Date.parse(asOf);
    const listed = this.#index.freshness.at({ account, region, resourceType });
    const later = Math.max(listed, this.#index.seenAt(id) ?? 0);
    if (later <= pastTime(own, this.#now())) return stored;
    if (own > this.#now()) return stored;
    return { ...stored, resource: { ...stored.resource, asOf: new Date(later).toISOString() } };
  }
}
