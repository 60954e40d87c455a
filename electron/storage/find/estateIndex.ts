import type { z } from 'zod';
import type {
  RelatedResource,
  Resource,
  ResourceFilter,
  ResourceQuery,
  ResourceSummary,
} from '../../../preload/contract/models.ts';
import { pastTime } from '../../../preload/contract/times.ts';
import type { DenseSearch } from '../../embedding/denseSearch.ts';
import type { QueryAnswer, Resolution } from '../api.ts';
import { Freshness } from '../freshness.ts';
import { type Address, Addresses } from './addresses.ts';
import { documentOf, type Pending, pendingOf } from './documents.ts';
import { ExactNames } from './exactNames.ts';
import { LexicalIndex } from './lexical.ts';
import { NameOrder } from './nameOrder.ts';
import { type Ranking, rank } from './rank.ts';
import { Results } from './results.ts';
import { type Print, type Row, RowStore } from './rowStore.ts';
import { compileFilter, passes, sift } from './sift.ts';
import { sortSlots } from './sorting.ts';
import { Traits } from './traits.ts';

export interface EstateIndexOptions {
  /** Milliseconds since 1970; for "created last week". */
  now?: () => number;
  /** What is known of listings from before; default nothing. */
  freshness?: Freshness;
  /** Search by meaning, when an embedding provider is present. */
  embedding?: DenseSearch;
}

/** Similarity by resource id, from the vector search. */
export type DenseScores = ReadonlyMap<string, number>;

const RESOLVED = 10;
/** Rows that a query indexes itself before it answers, so that what was just written is found. */
const INDEXED_AT_ONCE = 300;
/** How long the index works before it lets the worker answer others. */
const SLICE_MS = 8;
const ROWS_BETWEEN_CLOCK_READS = 20;
/** New names are sorted in as they come, so that the first list of a large estate need not sort them all. */
const NAMES_ORDERED_AT_ONCE = 4_000;

/**
 * The estate in memory: answers every filter, facet, sort, page and search of the Explorer and the chat.
 * Lives in the data worker; nothing here touches the disk. Filters see a row as soon as it is put; its words
 * follow in slices of a few milliseconds, and until then answers say `indexing`.
 */
export class EstateIndex {
  readonly embedding: DenseSearch | undefined;
  /** The ages that listings lend to the rows. */
  readonly freshness: Freshness;
  readonly #now: () => number;
  readonly #store: RowStore;
  readonly #names: ExactNames;
  readonly #addresses: Addresses;
  readonly #order: NameOrder;
  readonly #traits = new Traits();
  readonly #lexical = new LexicalIndex();
  /** A row shows its newest data; one that left the estate keeps its place with its last known data. */
  readonly #results = new Results<Row>();
  /** Rows whose words are not indexed yet. */
  readonly #waiting = new Map<Row, Pending>();
  #isPumping = false;
  #settled: (() => void)[] = [];

  constructor(options: EstateIndexOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.freshness = options.freshness ?? new Freshness();
    this.#store = new RowStore(this.freshness);
    this.#names = new ExactNames(this.#store.rows);
    this.#addresses = new Addresses(this.#store.rows);
    this.#order = new NameOrder(this.#store);
    this.embedding = options.embedding;
  }

  get size(): number {
    return this.#store.size;
  }

  /** True while words of some rows are not searchable yet. */
  get indexing(): boolean {
    return this.#waiting.size > 0;
  }

  /** Adds resources, or replaces those with the same id. */
  put(resources: Resource[]): void {
    for (const resource of resources) this.#put(resource);
    this.#pump();
  }

  /** Removing what is not there is no error. */
  remove(ids: string[]): void {
    for (const id of ids) {
      const row = this.#store.byId(id);
      if (!row) continue;
      this.#names.remove(row);
      this.#addresses.remove(row);
      this.#order.remove(row);
      this.#lexical.remove(row.slot);
      this.#waiting.delete(row);
      this.#store.remove(row);
    }
  }

  /** Forgets the estate. Results that are still open keep showing their rows. */
  clear(): void {
    this.#waiting.clear();
    this.#store.clear(this.#results.all());
    this.#names.clear();
    this.#addresses.clear();
    this.#order.clear();
    this.#lexical.clear();
  }

  summary(id: string): ResourceSummary | null {
    const row = this.#store.byId(id);
    return row ? this.#store.summary(row) : null;
  }

  /** When the resource was last seen by itself, in ms; null for one that is not here. */
  seenAt(id: string): number | null {
    return this.#store.byId(id)?.seenAt ?? null;
  }

  /** The resource was found unchanged at `at` (ms): said of this row alone, and kept nowhere else. */
  seen(id: string, at: number): void {
    const row = this.#store.byId(id);
    if (row && at > pastTime(row.seenAt)) row.seenAt = at;
  }

  /** Whether `print` is what the row was last found to hold. */
  holds(id: string, print: Print): boolean {
    const row = this.#store.byId(id);
    return row !== undefined && this.#store.hasPrint(row, print);
  }

  /** After `put`, which forgets it. */
  hold(id: string, print: Print): void {
    const row = this.#store.byId(id);
    if (row) this.#store.setPrint(row, print);
  }

  /** Ids of the rows of an account and these types, in one region or in all, with when each was last seen by itself. */
  listedIn(scope: { accountId: string; region: string | null; resourceTypes: readonly string[] }) {
    const found: { id: string; seenAt: number }[] = [];
    const { rows, accounts, regions, types } = this.#store;
    const account = accounts.find(scope.accountId);
    const region = scope.region === null ? null : regions.find(scope.region);
    const wanted = new Set(scope.resourceTypes.map((type) => types.find(type)));
    for (const [slot, row] of rows.entries()) {
      if (row === undefined || this.#store.account.data[slot] !== account) continue;
      if (region !== null && this.#store.region.data[slot] !== region) continue;
      if (wanted.has(this.#store.type.data[slot])) found.push({ id: row.id, seenAt: row.seenAt });
    }
    return found;
  }

  query(query: ResourceQuery, dense?: DenseScores): QueryAnswer {
    this.#indexFew();
    const ranking = this.#rank(query.text, query.ignoreChips, dense);
    const filter = compileFilter(query.filter, this.#store);
    const scores = ranking?.scores ?? null;
    const { matched, total, facets } = sift(this.#store, filter, scores && positive(scores));
    const sorted = sortSlots(this.#inNameOrder(matched, total), query.sort, this.#store, scores);
    const resultId = this.#results.keep(this.#rowsAt(sorted));
    return { resultId, total, chips: ranking?.chips ?? [], facets, indexing: this.indexing };
  }

  /** How many rows match. Keeps no result, so that frequent counts push out no list that is open. */
  count(filter: ResourceFilter): number {
    const compiled = compileFilter(filter, this.#store);
    return this.#store.counts.matching(compiled) ?? sift(this.#store, compiled, null).total;
  }

  /** How many rows each account has; those without any are left out. */
  countByAccount(): Record<string, number> {
    const { accounts, counts } = this.#store;
    return Object.fromEntries(
      [...counts.byAccount()].map(([account, rows]) => [accounts.values[account] ?? '', rows]),
    );
  }

  /** All rows that match, by name. Keeps no result either. */
  list(filter: ResourceFilter): ResourceSummary[] {
    const { matched, total } = sift(this.#store, compileFilter(filter, this.#store), null);
    return this.#rowsAt(this.#inNameOrder(matched, total)).map((row) => this.#store.summary(row));
  }

  rows(resultId: string, offset: number, limit: number): ResourceSummary[] {
    return this.#results.page(resultId, offset, limit).map((row) => this.#store.summary(row));
  }

  resolve(
    text: string,
    options: { filter?: ResourceFilter; limit?: number } = {},
    dense?: DenseScores,
  ): Resolution {
    this.#indexFew();
    const ranking = this.#rank(text, [], dense);
    if (!ranking) return { exact: [], ranked: [], total: 0, chips: [] };
    const { scores, named, chips } = ranking;
    const filter = compileFilter(options.filter ?? {}, this.#store);
    const { matched, total } = sift(this.#store, filter, positive(scores));
    const sorted = sortSlots(this.#inNameOrder(matched, total), [], this.#store, scores);
    const best = this.#rowsAt(sorted.subarray(0, options.limit ?? RESOLVED));
    return {
      exact: named
        .filter((row) => passes(row.slot, filter, this.#store))
        .map((row) => this.#store.summary(row)),
      ranked: best.map((row) => ({ resource: this.#store.summary(row), score: scores[row.slot] ?? 0 })),
      total,
      chips,
    };
  }

  named(text: string, limit: number): { rows: ResourceSummary[]; total: number } {
    const rows = this.#names.namedIn(text);
    return { rows: rows.slice(0, limit).map((row) => this.#store.summary(row)), total: rows.length };
  }

  related(id: string): z.infer<typeof RelatedResource>[] {
    const row = this.#store.byId(id);
    return row ? this.#addresses.related(row) : [];
  }

  locate(address: Address): string | null {
    return this.#addresses.locate(address)?.id ?? null;
  }

  /** Resolves when every row's words are searchable. */
  whenIndexed(): Promise<void> {
    if (!this.indexing) return Promise.resolve();
    return new Promise((resolve) => {
      this.#settled.push(resolve);
    });
  }

  /** Makes every row's words searchable before it returns: for tools that have nobody else to answer. */
  indexNow(): void {
    this.#indexWhile(() => true);
    this.#announceSettled();
  }

  #put(resource: Resource): void {
    const known = this.#store.byId(resource.id);
    const isRenamed = known?.name !== resource.name;
    if (known) {
      this.#names.remove(known);
      this.#addresses.remove(known);
      if (isRenamed) this.#order.remove(known);
    }
    const row = this.#store.put(resource);
    this.#names.put(row);
    this.#addresses.put(row, resource);
    if (isRenamed) this.#order.add(row);
    const bits = this.#traits.put(row.slot, resource);
    this.#waiting.set(row, pendingOf(resource, bits));
  }

  #rank(text: string, ignoreChips: readonly string[], dense: DenseScores | undefined): Ranking | null {
    const options = { text, ignoreChips, dense, now: this.#now() };
    return rank(options, this.#names, { store: this.#store, traits: this.#traits, lexical: this.#lexical });
  }

  #indexFew(): void {
    if (this.#waiting.size <= INDEXED_AT_ONCE) this.indexNow();
  }

  /** Works through the waiting rows in slices, one per turn of the event loop. */
  #pump(): void {
    if (this.#isPumping || this.#waiting.size === 0) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      const until = performance.now() + SLICE_MS;
      this.#indexWhile(() => performance.now() < until);
      this.#lexical.settle();
      if (this.#order.waiting >= NAMES_ORDERED_AT_ONCE) this.#order.slots();
      if (this.#waiting.size > 0) this.#pump();
      else this.#announceSettled();
    });
  }

  #indexWhile(mayContinue: () => boolean): void {
    let rows = 0;
    for (const [row, pending] of this.#waiting) {
      const { name, text } = documentOf(row, this.#store.tagPairsOf(row), pending);
      this.#lexical.put(row.slot, name, text);
      this.#waiting.delete(row);
      rows += 1;
      if (rows % ROWS_BETWEEN_CLOCK_READS === 0 && !mayContinue()) return;
    }
  }

  #announceSettled(): void {
    if (this.#waiting.size > 0) return;
    const settled = this.#settled;
    this.#settled = [];
    for (const resolve of settled) resolve();
  }

  #inNameOrder(matched: Uint8Array, total: number): Uint32Array<ArrayBuffer> {
    const slots = new Uint32Array(total);
    let filled = 0;
    const ordered = this.#order.slots();
    for (let i = 0; i < ordered.length; i++) {
      const slot = ordered[i] as number;
      if (matched[slot] === 1) slots[filled++] = slot;
    }
    return slots;
  }

  #rowsAt(slots: Uint32Array): Row[] {
    const rows = new Array<Row>(slots.length);
    const all = this.#store.rows;
    for (let i = 0; i < slots.length; i++) rows[i] = all[slots[i] as number] as Row;
    return rows;
  }
}

function positive(scores: Float32Array): Uint8Array {
  const mask = new Uint8Array(scores.length);
  for (let slot = 0; slot < scores.length; slot++) if ((scores[slot] as number) > 0) mask[slot] = 1;
  return mask;
}
