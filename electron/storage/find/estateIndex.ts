import type { z } from 'zod';
import type {
  RelatedResource,
  Resource,
  ResourceFilter,
  ResourceQuery,
  ResourceSummary,
} from '../../../preload/contract/models.ts';
import type { QueryAnswer, Resolution } from '../api.ts';
import { type Address, Addresses } from './addresses.ts';
import { ExactNames } from './exactNames.ts';
import { NameOrder } from './nameOrder.ts';
import { Results } from './results.ts';
import { type Row, RowStore } from './rowStore.ts';
import { compileFilter, passes, sift } from './sift.ts';
import { sortSlots } from './sorting.ts';

export interface EstateIndexOptions {
  /** Milliseconds since 1970; for "created last week". */
  now?: () => number;
}

const RESOLVED = 10;

/**
 * The estate in memory: answers every filter, facet, sort, page and search of the Explorer and the chat.
 * Lives in the data worker; nothing here touches the disk.
 */
export class EstateIndex {
  readonly #store = new RowStore();
  readonly #names = new ExactNames();
  readonly #addresses = new Addresses();
  readonly #order = new NameOrder(this.#store);
  readonly #results = new Results();

  readonly #now: () => number;

  constructor(options: EstateIndexOptions = {}) {
    this.#now = options.now ?? Date.now;
  }

  get now(): number {
    return this.#now();
  }

  get size(): number {
    return this.#store.size;
  }

  /** Adds resources, or replaces those with the same id. */
  put(resources: Resource[]): void {
    for (const resource of resources) {
      const known = this.#store.byId(resource.id);
      const renamed = known?.name !== resource.name;
      if (known) {
        this.#names.remove(known);
        if (renamed) this.#order.remove(known);
      }
      const row = this.#store.put(resource);
      this.#names.put(row);
      this.#addresses.put(row, resource);
      if (renamed) this.#order.add(row);
    }
  }

  /** Removing what is not there is no error. */
  remove(ids: string[]): void {
    for (const id of ids) {
      const row = this.#store.byId(id);
      if (!row) continue;
      this.#names.remove(row);
      this.#addresses.remove(row);
      this.#store.remove(row);
      this.#order.remove(row);
    }
  }

  /** Forgets the estate. Results that are still open keep showing their rows. */
  clear(): void {
    this.#store.clear();
    this.#names.clear();
    this.#addresses.clear();
    this.#order.clear();
  }

  summary(id: string): ResourceSummary | null {
    const row = this.#store.byId(id);
    return row ? this.#store.summary(row) : null;
  }

  query(query: ResourceQuery): QueryAnswer {
    const scores = this.#score(query.text);
    const filter = compileFilter(query.filter, this.#store);
    const { matched, total, facets } = sift(this.#store, filter, scores && positive(scores));
    const sorted = sortSlots(this.#inNameOrder(matched, total), query.sort, this.#store, scores);
    return { resultId: this.#results.keep(this.#rowsAt(sorted)), total, chips: [], facets, indexing: false };
  }

  rows(resultId: string, offset: number, limit: number): ResourceSummary[] {
    return this.#results.page(resultId, offset, limit).map((row) => this.#store.summary(row));
  }

  resolve(text: string, options: { filter?: ResourceFilter; limit?: number } = {}): Resolution {
    const filter = compileFilter(options.filter ?? {}, this.#store);
    const exact = new Set(this.#names.findIn(text).flatMap((run) => run.rows));
    const scores = this.#score(text) ?? new Float32Array(this.#store.slots);
    const { matched, total } = sift(this.#store, filter, positive(scores));
    const sorted = sortSlots(this.#inNameOrder(matched, total), [], this.#store, scores);
    const best = this.#rowsAt(sorted.subarray(0, options.limit ?? RESOLVED));
    return {
      exact: [...exact]
        .filter((row) => passes(row.slot, filter, this.#store))
        .map((row) => this.#store.summary(row)),
      ranked: best.map((row) => ({ resource: this.#store.summary(row), score: scores[row.slot] ?? 0 })),
      total,
      chips: [],
    };
  }

  related(id: string): z.infer<typeof RelatedResource>[] {
    const row = this.#store.byId(id);
    return row ? this.#addresses.related(row) : [];
  }

  locate(address: Address): string | null {
    return this.#addresses.locate(address)?.id ?? null;
  }

  #inNameOrder(matched: Uint8Array, total: number): Uint32Array<ArrayBuffer> {
    const slots = new Uint32Array(total);
    let filled = 0;
    for (const slot of this.#order.slots()) {
      if (matched[slot] === 1) slots[filled++] = slot;
    }
    return slots;
  }

  #rowsAt(slots: Uint32Array): Row[] {
    const rows = new Array<Row>(slots.length);
    slots.forEach((slot, i) => {
      const row = this.#store.rows[slot];
      if (row) rows[i] = row;
    });
    return rows;
  }

  #score(text: string): Float32Array | null {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return null;
    const exact = new Set(this.#names.findIn(text).flatMap((run) => run.rows));
    const scores = new Float32Array(this.#store.slots);
    this.#store.rows.forEach((row, slot) => {
      if (!row) return;
      const haystack = [row.name, row.nativeId, row.resourceType, row.region].join(' ').toLowerCase();
      const found = words.filter((word) => haystack.includes(word)).length;
      scores[slot] = (exact.has(row) ? 2 : 0) + found / words.length;
    });
    return scores;
  }
}

function positive(scores: Float32Array): Uint8Array {
  const mask = new Uint8Array(scores.length);
  for (let slot = 0; slot < scores.length; slot++) if ((scores[slot] as number) > 0) mask[slot] = 1;
  return mask;
}
