import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { DocsApi } from './api.ts';
import { type EarlierJournal, readEarlierJournals } from './backup/earlierJournals.ts';
import type { DocKind } from './documents.ts';
import { HISTORY_TABLES, HistoryTable } from './history/historyTable.ts';
import { JournalTable } from './journalTable.ts';
import type { Keyring } from './keys/keyring.ts';
import { type Migration, migrateDatabase, outdatedVersion, refuseNewerDatabase } from './migrations.ts';
import type { ResealableRows, Resealed } from './rotation/reencryption.ts';
import { type CellToStore, SCAN_CELL_KIND } from './scanCells.ts';
import type { Sealer } from './sealing.ts';
import { asStorageError, inTransaction, isDamage } from './sqlite.ts';

/** The format of `app.db`, step by step. The journal makes its own tables. */
const MIGRATIONS: readonly Migration[] = [
  {
    to: 1,
    run: (db) =>
      db.exec(`
        CREATE TABLE IF NOT EXISTS docs (
          kind TEXT NOT NULL, token TEXT NOT NULL, revision INTEGER NOT NULL, sealed BLOB NOT NULL,
          UNIQUE (kind, token)
        ) STRICT;
      `),
  },
  // Journal entries of version 2 stand in it as well: 0.1.0 must not go on from them, and refuses the file for this.
  { to: 2, run: (db) => db.exec(HISTORY_TABLES) },
];
const DOC_SCHEMA = 1;
const COLLECTION = 'docs';
const Sealed = z.object({ key: z.string(), value: z.unknown() });
const Row = z.object({ token: z.string(), revision: z.number(), sealed: z.instanceof(Uint8Array) });
type Row = z.infer<typeof Row>;
const WholeRow = Row.extend({ rowid: z.number(), kind: z.string() });

/**
 * `app.db`: small sealed documents, the journal, and the history of the estate. In clear are the kind of a document (`settings`,
 * `account`) and times; keys (profile names, account ids) appear as HMAC tokens and sealed.
 */
export class AppDb implements DocsApi, ResealableRows {
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly #sealer: Sealer;
  readonly #keys: Keyring;
  readonly #damaged = new Set<string>();
  readonly journal: JournalTable;
  readonly history: HistoryTable;

  /** A file of an older format is left in it: documents and journal are read and written as they lie. */
  constructor(file: string, keys: Keyring, sealer: Sealer) {
    this.#file = file;
    this.#db = openDatabase(file);
    this.#sealer = sealer;
    this.#keys = keys;
    this.journal = new JournalTable(this.#db, keys, sealer);
    this.history = new HistoryTable(this.#db, sealer);
  }

  /** The older format that the file has, until `bringAlong`; null when it is of today's. */
  get outdated(): number | null {
    return outdatedVersion(this.#db, MIGRATIONS);
  }

  /** Before it a backup is made: `updateFormats`. A copy of the file stays beside it. */
  bringAlong(): void {
    migrateDatabase(this.#db, this.#file, MIGRATIONS);
  }

  /** Journals that came with a restored backup; a record that does not open is left out. */
  earlierJournals(): EarlierJournal[] {
    return readEarlierJournals(this.#db, this.#keys, this.#sealer);
  }

  /** How many documents `list` has had to leave out because they are damaged. */
  get damaged(): number {
    return this.#damaged.size;
  }

  async get(kind: DocKind, key: string): Promise<unknown> {
    const row = this.#row(kind, this.#token(kind, key));
    return row === null ? null : this.#open(kind, row).value;
  }

  async list(kind: DocKind): Promise<{ key: string; value: unknown }[]> {
    const rows = this.#rows('SELECT token, revision, sealed FROM docs WHERE kind = ? ORDER BY rowid', kind);
    return rows.flatMap((row) => {
      try {
        return [this.#open(kind, row)];
      } catch (error) {
        // One damaged document must not take the others away; `health` reports it.
        if (error instanceof AppError && error.code !== 'STORAGE_FAILED') throw error;
        this.#damaged.add(`${kind}/${row.token}`);
        return [];
      }
    });
  }

  async put(kind: DocKind, key: string, value: unknown): Promise<void> {
    inTransaction(this.#db, () => this.#write(kind, key, value));
  }

  async delete(kind: DocKind, key: string): Promise<void> {
    inTransaction(this.#db, () =>
      this.#db.prepare('DELETE FROM docs WHERE kind = ? AND token = ?').run(kind, this.#token(kind, key)),
    );
  }

  async putCells(cells: CellToStore[]): Promise<void> {
    inTransaction(this.#db, () => {
      for (const cell of cells) {
        this.#write(SCAN_CELL_KIND, `${cell.accountId}|${cell.region}|${cell.service}`, cell);
      }
    });
  }

  count(): number {
    return z.object({ n: z.number() }).parse(this.#db.prepare('SELECT count(*) AS n FROM docs').get()).n;
  }

  /** Documents that an earlier data key has sealed. */
  countOld(): number {
    return this.#all().filter(({ sealed }) => !this.#sealer.isCurrent(sealed)).length;
  }

  reseal(after: number, limit: number): Resealed & { looked: number; next: number | null } {
    const rows = this.#all(after, limit);
    let [resealed, damaged] = [0, 0];
    inTransaction(this.#db, () => {
      for (const { rowid, kind, token, revision, sealed } of rows) {
        if (this.#sealer.isCurrent(sealed)) continue;
        const fresh = orDamaged(() => this.#sealer.reseal(address(kind, token, revision), sealed));
        if (fresh === null) damaged += 1;
        else this.#db.prepare('UPDATE docs SET sealed = ? WHERE rowid = ?').run(fresh, rowid);
        if (fresh !== null) resealed += 1;
      }
    });
    const last = rows.at(-1);
    return { resealed, damaged, looked: rows.length, next: rows.length < limit || !last ? null : last.rowid };
  }

  /** Whether the documents are stored under this sealer's tokens; null when none can be read. */
  hasTokensOf(sealer: Sealer): boolean | null {
    for (const row of this.#all()) {
      const opened = orDamaged(() => this.#open(row.kind, row));
      if (opened !== null) return sealer.token(`docs:${row.kind}`, opened.key) === row.token;
    }
    return null;
  }

  /** Moves all documents to another sealer's tokens, in one transaction. Damaged ones stay where they are. */
  retoken(sealer: Sealer): number {
    return inTransaction(this.#db, () => {
      let moved = 0;
      for (const row of this.#all()) {
        const opened = orDamaged(() => this.#open(row.kind, row));
        if (opened === null) continue;
        const token = sealer.token(`docs:${row.kind}`, opened.key);
        if (token === row.token) continue;
        const sealed = this.#sealer.seal(address(row.kind, token, row.revision), opened);
        this.#db
          .prepare('UPDATE docs SET token = ?, sealed = ? WHERE rowid = ?')
          .run(token, sealed, row.rowid);
        moved += 1;
      }
      return moved;
    });
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #write(kind: string, key: string, value: unknown): void {
    const token = this.#token(kind, key);
    const revision = (this.#row(kind, token)?.revision ?? 0) + 1;
    const sealed = this.#sealer.seal(address(kind, token, revision), { key, value });
    this.#db
      .prepare(
        `INSERT INTO docs (kind, token, revision, sealed) VALUES (?, ?, ?, ?)
         ON CONFLICT (kind, token) DO UPDATE SET revision = excluded.revision, sealed = excluded.sealed`,
      )
      .run(kind, token, revision, sealed);
  }

  #row(kind: string, token: string): Row | null {
    const sql = 'SELECT token, revision, sealed FROM docs WHERE kind = ? AND token = ?';
    return this.#rows(sql, kind, token)[0] ?? null;
  }

  #rows(sql: string, ...values: string[]): Row[] {
    try {
      return z.array(Row).parse(this.#db.prepare(sql).all(...values));
    } catch (error) {
      throw asStorageError(error);
    }
  }

  #all(after = 0, limit = -1): z.infer<typeof WholeRow>[] {
    const sql =
      'SELECT rowid, kind, token, revision, sealed FROM docs WHERE rowid > ? ORDER BY rowid LIMIT ?';
    return z.array(WholeRow).parse(this.#db.prepare(sql).all(after, limit));
  }

  #open(kind: string, row: Row): { key: string; value: unknown } {
    const { key, value } = Sealed.parse(
      this.#sealer.open(address(kind, row.token, row.revision), row.sealed),
    );
    return { key, value };
  }

  #token(kind: string, key: string): string {
    return this.#sealer.token(`docs:${kind}`, key);
  }
}

function address(kind: string, token: string, revision: number) {
  return { schema: DOC_SCHEMA, collection: COLLECTION, id: `${kind}/${token}`, revision };
}

/** Null for what is damaged; anything else that is thrown goes on. */
function orDamaged<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError && error.code !== 'STORAGE_FAILED') throw error;
    return null;
  }
}

/** `how`: what is wrong, in words that follow the file's name. */
export function damagedAppDb(file: string, how: string): AppError {
  return new AppError(
    'STORAGE_FAILED',
    `${file} ${how}. It holds the accounts, the settings and the journal of this workspace. Put it back from a copy of the folder, or open an empty folder (--data) and restore the last backup there. Nothing was changed.`,
    { details: { path: file } },
  );
}

function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // Created here because SQLite would make it readable by all; its -wal and -shm files follow its mode.
    closeSync(openSync(file, 'a', 0o600));
    db = new DatabaseSync(file, { timeout: 5_000 });
    // A newer file is not even switched to another journal mode.
    refuseNewerDatabase(db, file, MIGRATIONS);
    // fullfsync: on macOS a plain fsync leaves data in the drive's cache; elsewhere it does nothing.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1;');
    if (outdatedVersion(db, MIGRATIONS) === null) migrateDatabase(db, file, MIGRATIONS);
    return db;
  } catch (error) {
    db?.close();
    throw isDamage(error) ? damagedAppDb(file, 'is damaged') : asStorageError(error);
  }
}
