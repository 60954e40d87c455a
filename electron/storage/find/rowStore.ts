import type { Resource, ResourceSummary } from '../../../preload/contract/models.ts';
import { pastTime } from '../../../preload/contract/times.ts';
import type { Freshness } from '../freshness.ts';
import { Arns } from './arns.ts';
import { ByteColumn, Column, NumberColumn } from './columns.ts';
import { Counts, type Kind } from './counts.ts';
import { Ids } from './ids.ts';
import { Interner } from './interner.ts';
import { TagTable } from './tagTable.ts';

/** A resource of the index, the describe answer left out: what it says is read out of the store's columns. */
export class Row {
  readonly slot: number;
  readonly #store: RowStore;
  /** Set when the row left the estate: what a kept result still shows. Nothing else may be asked of it then. */
  last: ResourceSummary | null = null;

  constructor(store: RowStore, slot: number) {
    this.#store = store;
    this.slot = slot;
  }

  get id(): string {
    return this.#store.ids.text(this.slot);
  }

  get resourceType(): ResourceSummary['resourceType'] {
    return this.#store.types.values[this.#store.type.data[this.slot] as number] as string;
  }

  get service(): string {
    return this.#store.services.values[this.#store.service.data[this.slot] as number] as string;
  }

  get accountId(): string {
    return this.#store.accounts.values[this.#store.account.data[this.slot] as number] as string;
  }

  get region(): string {
    return this.#store.regions.values[this.#store.region.data[this.slot] as number] as string;
  }

  get nativeId(): string {
    return this.#store.nativeIds[this.slot] as string;
  }

  get name(): string {
    return this.#store.names[this.slot] as string;
  }

  get arn(): string {
    return this.#store.arns.text(this.slot, this);
  }

  get state(): string | null {
    return this.#store.stateOf(this.slot);
  }

  /** When it was last seen by itself, in ms. */
  get seenAt(): number {
    return this.#store.seenAt.data[this.slot] as number;
  }

  set seenAt(at: number) {
    this.#store.seenAt.set(this.slot, at);
  }
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
  readonly ids = new Ids();
  readonly names: string[] = [];
  /** The same text as the name where they are equal. */
  readonly nativeIds: string[] = [];
  readonly arns = new Arns();
  readonly tags = new TagTable();
  readonly types = new Interner();
  readonly accounts = new Interner();
  readonly regions = new Interner();
  readonly states = new Interner();
  readonly services = new Interner();
  /** 1 where a row lives. */
  readonly live = new Column();
  readonly type = new Column();
  readonly account = new Column();
  readonly region = new Column();
  readonly state = new Column();
  readonly service = new Column();
  readonly seenAt = new NumberColumn();
  readonly counts = new Counts();
  /** What was last found to be in the row, as two halves of a fingerprint; 0 while that is not known. */
  readonly printHigh = new Column();
  readonly printLow = new Column();

  readonly #freshness: Freshness;
  readonly #free: number[] = [];
  /** 1 where there is no state; AWS may also say that it is `none`. */
  readonly #stateless = new ByteColumn();

  constructor(freshness: Freshness) {
    this.#freshness = freshness;
  }

  get size(): number {
    return this.ids.size;
  }

  /** One above the highest slot in use. */
  get slots(): number {
    return this.rows.length;
  }

  byId(id: string): Row | undefined {
    return this.rows[this.ids.find(id)];
  }

  isLive(row: Row): boolean {
    return this.rows[row.slot] === row;
  }

  /** Adds the row, or overwrites it in its slot. */
  put(resource: Resource): Row {
    const row = this.byId(resource.id) ?? this.#add(resource.id);
    const { slot } = row;
    const { nativeId, name, state } = resource;
    if (this.live.data[slot] === 1) this.counts.remove(this.#kind(slot));
    this.printHigh.set(slot, 0);
    this.printLow.set(slot, 0);
    this.live.set(slot, 1);
    this.type.set(slot, this.types.id(resource.resourceType));
    this.account.set(slot, this.accounts.id(resource.accountId));
    this.region.set(slot, this.regions.id(resource.region));
    this.service.set(slot, this.services.id(resource.service));
    this.state.set(slot, this.states.id(state ?? NO_STATE));
    this.#stateless.set(slot, state === null ? 1 : 0);
    this.seenAt.set(slot, Date.parse(resource.asOf));
    this.nativeIds[slot] = nativeId;
    this.names[slot] = name === nativeId ? nativeId : name;
    this.arns.set(slot, resource.arn, resource);
    this.counts.add(this.#kind(slot));
    this.tags.set(slot, Object.entries(resource.tags));
    return row;
  }

  remove(row: Row): void {
    const { slot } = row;
    row.last = this.summary(row);
    this.counts.remove(this.#kind(slot));
    this.tags.clearSlot(slot);
    this.live.set(slot, 0);
    this.ids.remove(slot);
    this.arns.remove(slot);
    this.names[slot] = '';
    this.nativeIds[slot] = '';
    this.rows[slot] = undefined;
    this.#free.push(slot);
  }

  /** Forgets everything; the rows of `kept` keep their last known data. */
  clear(kept: Iterable<Row>): void {
    for (const row of kept) row.last ??= this.summary(row);
    this.ids.clear();
    this.arns.clear();
    this.rows.length = 0;
    this.names.length = 0;
    this.nativeIds.length = 0;
    this.#free.length = 0;
    this.live.data.fill(0);
    this.counts.clear();
    this.tags.clear();
  }

  summary(row: Row): ResourceSummary {
    if (row.last) return row.last;
    const { id, resourceType, service, accountId, region, nativeId, name, arn, state } = row;
    const tags = this.tagsOf(row);
    const asOf = new Date(this.asOf(row)).toISOString();
    return { id, resourceType, service, accountId, region, nativeId, name, arn, state, tags, asOf };
  }

  stateOf(slot: number): string | null {
    if (this.#stateless.data[slot] === 1) return null;
    return this.states.values[this.state.data[slot] as number] as string;
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

  #add(id: string): Row {
    const slot = this.#free.pop() ?? this.rows.length;
    const row = new Row(this, slot);
    this.rows[slot] = row;
    this.ids.set(slot, id);
    return row;
  }
}
