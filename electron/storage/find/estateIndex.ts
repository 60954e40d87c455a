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
import { sortRows } from './sorting.ts';

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
  readonly #order = new NameOrder();
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
    const score = this.#score(query.text);
    const ordered = this.#order.rows((row) => this.#isLive(row));
    const candidates = score ? ordered.filter((row) => score(row) > 0) : ordered;
    const { matched, facets } = sift(candidates, compileFilter(query.filter, this.#store), this.#store);
    const sorted = sortRows(matched, query.sort, score);
    return {
      resultId: this.#results.keep(sorted),
      total: sorted.length,
      chips: [],
      facets,
      indexing: false,
    };
  }

  rows(resultId: string, offset: number, limit: number): ResourceSummary[] {
    return this.#results.page(resultId, offset, limit).map((row) => this.#store.summary(row));
  }

  resolve(text: string, options: { filter?: ResourceFilter; limit?: number } = {}): Resolution {
    const filter = compileFilter(options.filter ?? {}, this.#store);
    const limit = options.limit ?? RESOLVED;
    const exact = this.#names.findIn(text).flatMap((run) => run.rows);
    const score = this.#score(text);
    const found = this.#order
      .rows((row) => this.#isLive(row))
      .filter((row) => score && score(row) > 0 && passes(row, filter, this.#store));
    const ranked = sortRows(found, [], score).slice(0, limit);
    return {
      exact: [...new Set(exact)]
        .filter((row) => passes(row, filter, this.#store))
        .map((row) => this.#store.summary(row)),
      ranked: ranked.map((row) => ({ resource: this.#store.summary(row), score: score?.(row) ?? 0 })),
      total: found.length,
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

  #isLive(row: Row): boolean {
    return this.#store.rows[row.slot] === row;
  }

  #score(text: string): ((row: Row) => number) | null {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return null;
    const exact = new Set(this.#names.findIn(text).flatMap((run) => run.rows));
    return (row) => {
      const haystack = [row.name, row.nativeId, row.resourceType, row.region].join(' ').toLowerCase();
      const found = words.filter((word) => haystack.includes(word)).length;
      return (exact.has(row) ? 2 : 0) + found / words.length;
    };
  }
}
