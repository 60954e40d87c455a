import { setImmediate } from 'node:timers/promises';
import type { HistoryApi, HistoryFilter, HistoryPage } from '../api.ts';
import { accountToken } from '../estateRecords.ts';
import type { Sealer } from '../sealing.ts';
import { asStorageError } from '../sqlite.ts';
import type { Work } from '../work.ts';
import { type HistoryEntry, historyEntry, type NewHistoryEntry } from './entries.ts';
import type { HistoryCursor, HistoryRange, HistoryRow, HistoryTable } from './historyTable.ts';

/** Rows that are read or removed in one go: other work of the thread gets its turn in between. */
const SLICE = 500;

interface Options {
  table: HistoryTable;
  sealer: Sealer;
  /** The id of today of a resource that a message or plan names by an earlier one. */
  currentId(id: string): Promise<string>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** What changed in the estate, on the table `history` of `app.db`. */
export class History implements HistoryApi {
  readonly #table: HistoryTable;
  readonly #sealer: Sealer;
  readonly #currentId: Options['currentId'];
  readonly #now: () => number;
  readonly #damaged = new Set<number>();
  /** While ids and tokens change: until then a look by one of them would miss what is there. */
  #moving: Promise<void> = Promise.resolve();

  constructor({ table, sealer, currentId, now = Date.now }: Options) {
    this.#table = table;
    this.#sealer = sealer;
    this.#currentId = currentId;
    this.#now = now;
  }

  /** How many entries had to be left out because they are damaged. */
  get damaged(): number {
    return this.#damaged.size;
  }

  async append(entries: NewHistoryEntry[]): Promise<{ added: number }> {
    await this.#moving;
    return { added: this.#table.append(entries) };
  }

  async of(
    resourceId: string,
    { before = null, limit }: { before?: HistoryCursor | null; limit: number },
  ): Promise<HistoryPage> {
    await this.#moving;
    const rows = this.#read(
      (table, id: string) => table.of(id, before, limit),
      await this.#currentId(resourceId),
    );
    return { entries: rows.flatMap((row) => this.#entry(row) ?? []), next: nextOf(rows, limit) };
  }

  async since(
    from: number,
    to: number,
    filter: HistoryFilter,
    { before = null, limit }: { before?: HistoryCursor | null; limit: number },
  ): Promise<HistoryPage> {
    await this.#moving;
    const range = this.#range(from, to, filter);
    const who = filter.who && new Set(filter.who);
    const size = who === undefined ? limit : Math.max(limit, SLICE);
    const entries: HistoryEntry[] = [];
    for (let cursor = before; ; ) {
      const rows = this.#read((table, at: HistoryCursor | null) => table.between(range, at, size), cursor);
      for (const row of rows) {
        cursor = { at: row.at, id: row.id };
        const entry = this.#entry(row);
        if (entry === null || (who !== undefined && !who.has(entry.details.who?.id ?? ''))) continue;
        entries.push(entry);
        if (entries.length === limit) return { entries, next: cursor };
      }
      if (rows.length < size) return { entries, next: null };
      await setImmediate();
    }
  }

  async expire(months: number): Promise<{ removed: number; more: boolean }> {
    await this.#moving;
    const newest = this.#table.newest();
    if (newest === null) return { removed: 0, more: false };
    // Age counts from the newest entry at most: a clock that runs years ahead must not empty the history.
    const oldest = new Date(Math.min(newest, this.#now()));
    oldest.setUTCMonth(oldest.getUTCMonth() - months);
    const removed = this.#table.expire(oldest.getTime(), SLICE);
    return { removed, more: removed === SLICE };
  }

  accountIds(): string[] {
    return this.#table.accountIds();
  }

  /** All of an account, in slices. `progress` gets the number removed so far. */
  async removeAccount(accountId: string, progress: (removed: number) => void): Promise<void> {
    const token = accountToken(this.#sealer, accountId);
    let removed = 0;
    let slice: number;
    do {
      slice = this.#table.removeAccount(token, SLICE);
      removed += slice;
      progress(removed);
      await setImmediate();
    } while (slice === SLICE);
  }

  removeAll(): void {
    this.#table.removeAll();
  }

  /**
   * `change` makes another index key the current one. From then on until all entries have the new ids and tokens
   * nobody reads or appends. May be called again with nothing to change, for what a killed process left.
   */
  moved(change: () => Promise<void>, work: Work): Promise<void> {
    const moving = this.#move(change(), work);
    this.#moving = moving.catch(() => undefined);
    return moving;
  }

  async #move(changed: Promise<void>, work: Work): Promise<void> {
    await changed;
    if (this.#table.isMoved()) return;
    work.step('Giving the history its new ids', this.#table.count(), 'records');
    let done = 0;
    for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
      before = this.#table.move(before, SLICE);
      done += SLICE;
      work.progress(done);
      await setImmediate();
    }
  }

  #range(from: number, to: number, { accountIds, resourceTypes, kinds }: HistoryFilter): HistoryRange {
    const accounts = accountIds?.map((id) => accountToken(this.#sealer, id));
    return { from, to, accounts, types: resourceTypes, kinds };
  }

  #read<T>(read: (table: HistoryTable, at: T) => HistoryRow[], at: T): HistoryRow[] {
    try {
      return read(this.#table, at);
    } catch (error) {
      throw asStorageError(error);
    }
  }

  #entry(row: HistoryRow): HistoryEntry | null {
    const bytes = this.#table.open(row);
    const entry = bytes && historyEntry(row, bytes);
    // One damaged entry must not take the others away; `health` reports it.
    if (entry === null) this.#damaged.add(row.id);
    return entry;
  }
}

function nextOf(rows: HistoryRow[], limit: number): HistoryCursor | null {
  const last = rows.at(-1);
  return last === undefined || rows.length < limit ? null : { at: last.at, id: last.id };
}
