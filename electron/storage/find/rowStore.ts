import type { Resource, ResourceSummary } from '../../../preload/contract/models.ts';
import { Interner, TagPairs } from './interner.ts';

/** A resource as the index keeps it: strings that rows share are shared, the describe answer is not kept. */
export interface Row {
  readonly id: string;
  slot: number;
  resourceType: ResourceSummary['resourceType'];
  service: string;
  accountId: string;
  region: string;
  nativeId: string;
  name: string;
  arn: string;
  state: string | null;
  asOf: string;
  /** Ids in `RowStore.tags`; kept after removal only as `lastTags`. */
  tagIds: number[];
  /** Set when the row left the estate: what a kept result still shows. */
  lastTags: Record<string, string> | null;
}

/** What filters call a resource without a state. */
export const NO_STATE = 'none';

const INITIAL_CAPACITY = 1_024;

/**
 * The rows and, beside them, the columns that filters, facets and sorts read: one small integer per slot.
 * A row keeps its slot for life; the slots of removed rows are used again.
 */
export class RowStore {
  readonly rows: (Row | undefined)[] = [];
  readonly tags = new TagPairs();
  readonly types = new Interner();
  readonly accounts = new Interner();
  readonly regions = new Interner();
  readonly states = new Interner();

  type = new Uint32Array(INITIAL_CAPACITY);
  account = new Uint32Array(INITIAL_CAPACITY);
  region = new Uint32Array(INITIAL_CAPACITY);
  state = new Uint32Array(INITIAL_CAPACITY);

  readonly #byId = new Map<string, Row>();
  readonly #free: number[] = [];
  readonly #times = new Map<string, string>();
  readonly #services = new Interner();

  get size(): number {
    return this.#byId.size;
  }

  get capacity(): number {
    return this.type.length;
  }

  byId(id: string): Row | undefined {
    return this.#byId.get(id);
  }

  all(): Iterable<Row> {
    return this.#byId.values();
  }

  /** Adds the row, or overwrites it in its slot. */
  put(resource: Resource): Row {
    const type = this.types.id(resource.resourceType);
    const account = this.accounts.id(resource.accountId);
    const region = this.regions.id(resource.region);
    const row = this.#byId.get(resource.id) ?? this.#add(resource);
    const formerTags = row.tagIds;

    row.resourceType = resource.resourceType;
    row.service = this.#services.values[this.#services.id(resource.service)] ?? resource.service;
    row.accountId = this.accounts.values[account] ?? resource.accountId;
    row.region = this.regions.values[region] ?? resource.region;
    row.nativeId = resource.nativeId;
    row.name = resource.name === resource.nativeId ? resource.nativeId : resource.name;
    row.arn = resource.arn === resource.nativeId ? resource.nativeId : resource.arn;
    row.state = resource.state;
    row.asOf = this.#sharedTime(resource.asOf);
    row.tagIds = Object.entries(resource.tags).map(([key, value]) => this.tags.acquire(key, value));
    for (const id of formerTags) this.tags.release(id);

    this.type[row.slot] = type;
    this.account[row.slot] = account;
    this.region[row.slot] = region;
    this.state[row.slot] = this.states.id(resource.state ?? NO_STATE);
    return row;
  }

  remove(row: Row): void {
    row.lastTags = this.tagsOf(row);
    for (const id of row.tagIds) this.tags.release(id);
    row.tagIds = [];
    this.#byId.delete(row.id);
    this.rows[row.slot] = undefined;
    this.#free.push(row.slot);
  }

  /** Forgets everything; rows that a kept result still holds keep their last known data. */
  clear(): void {
    for (const row of this.#byId.values()) {
      row.lastTags = this.tagsOf(row);
      row.tagIds = [];
    }
    this.#byId.clear();
    this.rows.length = 0;
    this.#free.length = 0;
    this.tags.clear();
  }

  summary(row: Row): ResourceSummary {
    const { id, resourceType, service, accountId, region, nativeId, name, arn, state, asOf } = row;
    const tags = row.lastTags ?? this.tagsOf(row);
    return { id, resourceType, service, accountId, region, nativeId, name, arn, state, tags, asOf };
  }

  tagsOf(row: Row): Record<string, string> {
    const entries: [string, string][] = [];
    for (const id of row.tagIds) {
      const pair = this.tags.get(id);
      if (pair) entries.push([pair.key, pair.value]);
    }
    // fromEntries defines own properties, so that a tag named __proto__ stays a tag.
    return Object.fromEntries(entries);
  }

  #add(resource: Resource): Row {
    const slot = this.#free.pop() ?? this.rows.length;
    if (slot >= this.capacity) this.#grow();
    const { id, resourceType, service, accountId, region, nativeId, name, arn, state, asOf } = resource;
    const row: Row = {
      id,
      slot,
      resourceType,
      service,
      accountId,
      region,
      nativeId,
      name,
      arn,
      state,
      asOf,
      tagIds: [],
      lastTags: null,
    };
    this.rows[slot] = row;
    this.#byId.set(id, row);
    return row;
  }

  #grow(): void {
    const capacity = this.capacity * 2;
    this.type = grown(this.type, capacity);
    this.account = grown(this.account, capacity);
    this.region = grown(this.region, capacity);
    this.state = grown(this.state, capacity);
  }

  /** Rows of one scan cell share their time; without this each would hold its own copy of the string. */
  #sharedTime(asOf: string): string {
    const shared = this.#times.get(asOf);
    if (shared !== undefined) return shared;
    if (this.#times.size >= 1_000) this.#times.clear();
    this.#times.set(asOf, asOf);
    return asOf;
  }
}

function grown(column: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity);
  larger.set(column);
  return larger;
}
