import type { Resource, ResourceSummary } from '../../../preload/contract/models.ts';
import { pastTime } from '../../../preload/contract/times.ts';
import type { Freshness } from '../freshness.ts';
import { Column } from './columns.ts';
import { Counts, type Kind } from './counts.ts';
import { Interner } from './interner.ts';
import { TagTable } from './tagTable.ts';

/** A resource as the index keeps it: strings that rows share are shared, the describe answer is not kept. */
export interface Row {
  readonly id: string;
  readonly slot: number;
  resourceType: ResourceSummary['resourceType'];
  service: string;
  accountId: string;
  region: string;
  nativeId: string;
  name: string;
  arn: string;
  state: string | null;
  /** When it was last seen by itself, in ms. */
  seenAt: number;
  /** Set when the row left the estate: what a kept result still shows. */
  lastTags: Record<string, string> | null;
}

/** A fingerprint of 64 bits as two unsigned numbers of 32, never both 0. */
export interface Print {
  high: number;
  low: number;
}

/** What filters call a resource without a state. */
export const NO_STATE = 'none';

/**
 * The rows and, beside them, the columns that filters, facets and sorts read: one small integer per slot.
 * A row keeps its slot for life; the slots of removed rows are used again.
 */
export class RowStore {
  readonly rows: (Row | undefined)[] = [];
  readonly tags = new TagTable();
  readonly types = new Interner();
  readonly accounts = new Interner();
  readonly regions = new Interner();
  readonly states = new Interner();
  /** 1 where a row lives. */
  readonly live = new Column();
  readonly type = new Column();
  readonly account = new Column();
  readonly region = new Column();
  readonly state = new Column();
  readonly counts = new Counts();
  /** What was last found to be in the row, as two halves of a fingerprint; 0 while that is not known. */
  readonly printHigh = new Column();
  readonly printLow = new Column();

  readonly #freshness: Freshness;
  readonly #byId = new Map<string, Row>();
  readonly #free: number[] = [];
  readonly #services = new Interner();

  constructor(freshness: Freshness) {
    this.#freshness = freshness;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** One above the highest slot in use. */
  get slots(): number {
    return this.rows.length;
  }

  byId(id: string): Row | undefined {
    return this.#byId.get(id);
  }

  isLive(row: Row): boolean {
    return this.rows[row.slot] === row;
  }

  /** Adds the row, or overwrites it in its slot. */
  put(resource: Resource): Row {
    const row = this.#byId.get(resource.id) ?? this.#add(resource);
    const type = this.types.id(resource.resourceType);
    const account = this.accounts.id(resource.accountId);
    const region = this.regions.id(resource.region);
    row.resourceType = resource.resourceType;
    row.service = this.#services.shared(resource.service);
    row.accountId = this.accounts.values[account] ?? resource.accountId;
    row.region = this.regions.values[region] ?? resource.region;
    row.nativeId = resource.nativeId;
    row.name = resource.name === resource.nativeId ? resource.nativeId : resource.name;
    row.arn = resource.arn === resource.nativeId ? resource.nativeId : resource.arn;
    row.state = resource.state === null ? null : this.states.shared(resource.state);
    row.seenAt = Date.parse(resource.asOf);

    if (this.live.data[row.slot] === 1) this.counts.remove(this.#kind(row.slot));
    this.printHigh.set(row.slot, 0);
    this.printLow.set(row.slot, 0);
    this.live.set(row.slot, 1);
    this.type.set(row.slot, type);
    this.account.set(row.slot, account);
    this.region.set(row.slot, region);
    this.state.set(row.slot, this.states.id(resource.state ?? NO_STATE));
    this.counts.add(this.#kind(row.slot));
    this.tags.set(row.slot, Object.entries(resource.tags));
    return row;
  }

  remove(row: Row): void {
    row.lastTags = this.tagsOf(row);
    this.counts.remove(this.#kind(row.slot));
    this.tags.clearSlot(row.slot);
    this.live.set(row.slot, 0);
    this.#byId.delete(row.id);
    this.rows[row.slot] = undefined;
    this.#free.push(row.slot);
  }

  /** Forgets everything; rows that a kept result still holds keep their last known data. */
  clear(): void {
    for (const row of this.#byId.values()) row.lastTags = this.tagsOf(row);
    this.#byId.clear();
    this.rows.length = 0;
    this.#free.length = 0;
    this.live.data.fill(0);
    this.counts.clear();
    this.tags.clear();
  }

  summary(row: Row): ResourceSummary {
    const { id, resourceType, service, accountId, region, nativeId, name, arn, state } = row;
    const tags = row.lastTags ?? this.tagsOf(row);
    const asOf = new Date(this.asOf(row)).toISOString();
    return { id, resourceType, service, accountId, region, nativeId, name, arn, state, tags, asOf };
  }

  hasPrint({ slot }: Row, { high, low }: Print): boolean {
    const [a, b] = [this.printHigh.data[slot], this.printLow.data[slot]];
    return a === high && b === low && (a | b) !== 0;
  }

  setPrint({ slot }: Row, { high, low }: Print): void {
    this.printHigh.set(slot, high);
    this.printLow.set(slot, low);
  }

  /** In ms: the later of its own time and of that of its listing. A time in the future is only that of the row. */
  asOf(row: Row): number {
    const { accountId: account, region, resourceType } = row;
    const listed = this.#freshness.at({ account, region, resourceType });
    return listed > pastTime(row.seenAt) ? listed : row.seenAt;
  }

  tagsOf(row: Row): Record<string, string> {
    // fromEntries defines own properties, so that a tag named __proto__ stays a tag.
    return Object.fromEntries(this.tagPairsOf(row));
  }

  tagPairsOf(row: Row): [key: string, value: string][] {
    const entries: [string, string][] = [];
    for (const id of this.tags.of(row.slot)) {
      const pair = this.tags.pairs.get(id);
      if (pair) entries.push([pair.key, pair.value]);
    }
    return entries;
  }

  #kind(slot: number): Kind {
    return {
      account: this.account.data[slot] as number,
      type: this.type.data[slot] as number,
      state: this.state.data[slot] as number,
    };
  }

  #add(resource: Resource): Row {
    const slot = this.#free.pop() ?? this.rows.length;
    const { id, resourceType, service, accountId, region, nativeId, name, arn, state } = resource;
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
      seenAt: Date.parse(resource.asOf),
      lastTags: null,
    };
    this.rows[slot] = row;
    this.#byId.set(id, row);
    return row;
  }
}
