import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { ResealableRows, Resealed } from '../rotation/reencryption.ts';
import type { Sealer } from '../sealing.ts';
import { inTransaction } from '../sqlite.ts';
import {
  type HistoryPlace,
  historyAddress,
  historyContent,
  historyRecord,
  type NewHistoryEntry,
  placeOf,
} from './entries.ts';

/**
 * By resource and time, and by time: of the second every filter in clear is answered before a row is read. Ids are
 * never used twice, so that pages hold over a removal.
 */
export const HISTORY_TABLES = `
  CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL, account TEXT NOT NULL, type TEXT NOT NULL,
    at INTEGER NOT NULL, kind TEXT NOT NULL, sealed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS history_of ON history (resource, at);
  CREATE INDEX IF NOT EXISTS history_at ON history (at, account, type, kind);
`;

const COLUMNS = 'id, resource, account, type, at, kind, sealed';
const Row = z.object({
  id: z.number(),
  resource: z.string(),
  account: z.string(),
  type: z.string(),
  at: z.number(),
  kind: z.string(),
  sealed: z.instanceof(Uint8Array),
});
export type HistoryRow = z.infer<typeof Row>;

/** A place between two entries, newest first. */
export interface HistoryCursor {
  at: number;
  id: number;
}

/** What can be asked for in clear; absent = any. */
export interface HistoryRange {
  /** In ms; `from` is in it, `to` is not. */
  from: number;
  to: number;
  accounts?: string[] | undefined;
  types?: string[] | undefined;
  kinds?: string[] | undefined;
}

/** The rows of the history. All methods are synchronous; what was written is on the disk when they return. */
export class HistoryTable implements ResealableRows {
  readonly #db: DatabaseSync;
  readonly #sealer: Sealer;

  constructor(db: DatabaseSync, sealer: Sealer) {
    this.#db = db;
    this.#sealer = sealer;
  }

  /** All of them or none; what is there already is not written again. Returns how many are new. */
  append(entries: readonly NewHistoryEntry[]): number {
    const records = entries.map((entry) => historyRecord(this.#sealer, entry));
    return inTransaction(this.#db, () => {
      const added = records.filter(({ place, bytes }) => {
        const sealed = this.#sealer.sealBytes(historyAddress(place), bytes);
        return this.add({ ...place, sealed }, bytes);
      });
      return added.length;
    });
  }

  /**
   * Inside the caller's transaction. False = the same is there: of the same resource, time and kind, with equal
   * content. `bytes` null = it cannot be opened.
   */
  add(row: HistoryPlace & { sealed: Uint8Array }, bytes: Buffer | null): boolean {
    const { resource, account, type, at, kind, sealed } = row;
    const present = this.#rows('WHERE resource = ? AND at = ? AND kind = ?', resource, at, kind);
    if (present.some((one) => this.#isSame(one, sealed, bytes))) return false;
    this.#db
      .prepare('INSERT INTO history (resource, account, type, at, kind, sealed) VALUES (?, ?, ?, ?, ?, ?)')
      .run(resource, account, type, at, kind, sealed);
    return true;
  }

  /** Of one resource, newest first. */
  of(resource: string, before: HistoryCursor | null, limit: number): HistoryRow[] {
    const { at, id } = before ?? END;
    const order = 'ORDER BY at DESC, id DESC LIMIT ?';
    return this.#rows(`WHERE resource = ? AND (at, id) < (?, ?) ${order}`, resource, at, id, limit);
  }

  /** Of all, newest first. */
  between(range: HistoryRange, before: HistoryCursor | null, limit: number): HistoryRow[] {
    const { at, id } = before ?? END;
    // One upper bound alone: of two the index may take the other, and read everything newer again for each page.
    const where = ['at BETWEEN ? AND ?', 'NOT (at = ? AND id >= ?)'];
    const values: (string | number)[] = [range.from, Math.min(range.to - 1, at), at, id];
    for (const [column, wanted] of [
      ['account', range.accounts],
      ['type', range.types],
      ['kind', range.kinds],
    ] as const) {
      if (wanted === undefined) continue;
      where.push(`${column} IN (${wanted.map(() => '?').join()})`);
      values.push(...wanted);
    }
    return this.#rows(
      `INDEXED BY history_at WHERE ${where.join(' AND ')} ORDER BY at DESC, id DESC LIMIT ?`,
      ...values,
      limit,
    );
  }

  /** Null for a damaged one. */
  open(row: HistoryRow): Buffer | null {
    try {
      return this.#sealer.openBytes(historyAddress(row), row.sealed);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'STORAGE_FAILED') throw error;
      return null;
    }
  }

  /** When the newest was observed, in ms; null when there is none. */
  newest(): number | null {
    const at = this.#db.prepare('SELECT max(at) AS at FROM history').get()?.at;
    return typeof at === 'number' ? at : null;
  }

  /** Removes up to `limit` that are older; returns how many. */
  expire(before: number, limit: number): number {
    return this.#delete('at < ? ORDER BY at LIMIT ?', before, limit);
  }

  /** Removes up to `limit` of an account; returns how many. */
  removeAccount(account: string, limit: number): number {
    return this.#delete('account = ? ORDER BY at LIMIT ?', account, limit);
  }

  removeAll(): void {
    inTransaction(this.#db, () => this.#db.exec('DELETE FROM history'));
  }

  /** One readable entry of each account. */
  accountIds(): string[] {
    const tokens = this.#db.prepare('SELECT DISTINCT account FROM history').all();
    return tokens.flatMap(({ account }) => this.#accountId(String(account)) ?? []);
  }

  count(): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM history').get()?.n);
  }

  countOld(): number {
    let old = 0;
    for (const row of this.#db.prepare('SELECT substr(sealed, 1, 5) AS header FROM history').iterate()) {
      const header = row.header instanceof Uint8Array ? row.header : new Uint8Array();
      if (!this.#sealer.isCurrent(header)) old += 1;
    }
    return old;
  }

  reseal(after: number, limit: number): Resealed & { looked: number; next: number | null } {
    const rows = this.#rows('WHERE id > ? ORDER BY id LIMIT ?', after, limit);
    let [resealed, damaged] = [0, 0];
    inTransaction(this.#db, () => {
      for (const row of rows) {
        if (this.#sealer.isCurrent(row.sealed)) continue;
        const bytes = this.open(row);
        if (bytes === null) damaged += 1;
        else this.#put(row.id, row, bytes);
        if (bytes !== null) resealed += 1;
      }
    });
    const last = rows.at(-1);
    return { resealed, damaged, looked: rows.length, next: rows.length < limit || !last ? null : last.id };
  }

  /** Whether ids and tokens are those of the current index key, by the oldest that can be read. */
  isMoved(): boolean {
    for (const row of this.#db.prepare(`SELECT ${COLUMNS} FROM history ORDER BY id`).iterate()) {
      const place = this.#placeNow(Row.parse(row));
      if (place !== null) return place.resource === row.resource;
    }
    return true;
  }

  /**
   * Gives up to `limit` entries before `before` the ids and tokens of the current index key. From the newest to the
   * oldest: as long as it is not done the oldest says so, whatever is appended meanwhile. Returns where to go on, null
   * at the end. Damaged ones stay where they are.
   */
  move(before: number, limit: number): number | null {
    const rows = this.#rows('WHERE id < ? ORDER BY id DESC LIMIT ?', before, limit);
    inTransaction(this.#db, () => {
      for (const row of rows) {
        const place = this.#placeNow(row);
        const bytes = place === null || place.resource === row.resource ? null : this.open(row);
        if (place !== null && bytes !== null) this.#put(row.id, place, bytes);
      }
    });
    return rows.length < limit ? null : (rows.at(-1)?.id ?? null);
  }

  #placeNow(row: HistoryRow): HistoryPlace | null {
    const bytes = this.open(row);
    const content = bytes && historyContent(bytes);
    return content && placeOf(this.#sealer, { ...row, address: content.address });
  }

  #put(id: number, place: HistoryPlace, bytes: Buffer): void {
    const sealed = this.#sealer.sealBytes(historyAddress(place), bytes);
    this.#db
      .prepare('UPDATE history SET resource = ?, account = ?, sealed = ? WHERE id = ?')
      .run(place.resource, place.account, sealed, id);
  }

  #accountId(token: string): string | null {
    for (const row of this.#db.prepare(`SELECT ${COLUMNS} FROM history WHERE account = ?`).iterate(token)) {
      const bytes = this.open(Row.parse(row));
      const content = bytes && historyContent(bytes);
      if (content !== null) return content.address.accountId;
    }
    return null;
  }

  #isSame(row: HistoryRow, sealed: Uint8Array, bytes: Buffer | null): boolean {
    if (Buffer.compare(row.sealed, sealed) === 0) return true;
    const present = bytes === null ? null : this.open(row);
    if (present === null || bytes === null) return false;
    return present.equals(bytes) || isDeepStrictEqual(jsonOf(present), jsonOf(bytes));
  }

  #delete(where: string, ...values: (string | number)[]): number {
    return inTransaction(this.#db, () => {
      const sql = `DELETE FROM history WHERE id IN (SELECT id FROM history WHERE ${where})`;
      return Number(this.#db.prepare(sql).run(...values).changes);
    });
  }

  #rows(where: string, ...values: (string | number)[]): HistoryRow[] {
    return z.array(Row).parse(this.#db.prepare(`SELECT ${COLUMNS} FROM history ${where}`).all(...values));
  }
}

/** After the newest there can be. */
const END: HistoryCursor = { at: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return bytes;
  }
}
