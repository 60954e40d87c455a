import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { encodeFields } from './encoding.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Sealer } from './sealing.ts';
import { inTransaction } from './sqlite.ts';

export interface JournalRecord {
  seq: number;
  /** Null when the stored record is damaged or was tampered with; `verify` names the first such place. */
  bytes: Uint8Array | null;
}

export interface JournalVerdict {
  entries: number;
  /** The last MAC of the chain, hexadecimal: what a backup manifest anchors elsewhere. */
  head: string;
  /** The first sequence number that does not fit, or null. */
  brokenAt: number | null;
}

const COLLECTION = 'journal';
const SCHEMA = 1;

/**
 * The journal on disk: append-only, sealed, chained by MACs from its first record.
 *
 * `mac[n] = HMAC-SHA256(journal key, seq | mac[n-1] | sealed)`; `mac[0]` covers the install id. A row that
 * holds the last sequence number and its MAC is written in the same transaction, so that cut-off records
 * show as well. Someone who puts back a whole older file is only found out by an anchor kept elsewhere.
 *
 * All methods are synchronous; `append` returns after the record is on the disk.
 */
export class JournalTable {
  readonly #db: DatabaseSync;
  readonly #keys: Keyring;
  readonly #sealer: Sealer;
  #lastSeq: number;
  #lastMac: Uint8Array;

  constructor(db: DatabaseSync, keys: Keyring, sealer: Sealer) {
    this.#db = db;
    this.#keys = keys;
    this.#sealer = sealer;
    db.exec(TABLES);
    const last = db.prepare('SELECT seq, mac FROM journal ORDER BY seq DESC LIMIT 1').get();
    const head = this.#head();
    const lastSeq = last === undefined ? 0 : integer(last.seq);
    // What was cut off must stay visible after later appends: go on after the head where it is further, and
    // leave a gap where the head is missing or forged.
    if (head !== null && head.seq > lastSeq) {
      this.#lastSeq = head.seq;
      this.#lastMac = head.mac;
    } else {
      this.#lastSeq = last !== undefined && head === null ? lastSeq + 1 : lastSeq;
      this.#lastMac = last === undefined ? this.#genesis() : blob(last.mac);
    }
  }

  /** The sequence number of the newest record; 0 when there is none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Seals and appends; returns the record's sequence number (1, 2, 3 …) once it is durable. */
  append(bytes: Uint8Array): number {
    const seq = this.#lastSeq + 1;
    const key = this.#keys.current('journal');
    const sealed = this.#sealer.sealBytes(journalAddress(seq), bytes);
    const mac = chainMac(key.key, seq, this.#lastMac, sealed);
    inTransaction(this.#db, () => {
      this.#db
        .prepare('INSERT INTO journal (seq, key_id, sealed, mac) VALUES (?, ?, ?, ?)')
        .run(seq, key.id, sealed, mac);
      this.#db
        .prepare('INSERT OR REPLACE INTO journal_head (one, seq, key_id, mac, tag) VALUES (1, ?, ?, ?, ?)')
        .run(seq, key.id, mac, headTag(key.key, seq, mac));
    });
    this.#lastSeq = seq;
    this.#lastMac = mac;
    return seq;
  }

  /** Up to `limit` records from sequence number `from` on, oldest first. */
  read(from: number, limit: number): JournalRecord[] {
    const rows = this.#db
      .prepare('SELECT seq, sealed FROM journal WHERE seq >= ? ORDER BY seq LIMIT ?')
      .all(from, limit);
    return rows.map((row) => {
      const seq = integer(row.seq);
      return { seq, bytes: this.#open(seq, blob(row.sealed)) };
    });
  }

  /** Walks the whole chain. */
  verify(): JournalVerdict {
    let previous = this.#genesis();
    let expected = 1;
    let brokenAt: number | null = null;
    let entries = 0;
    for (const row of this.#db
      .prepare('SELECT seq, key_id, sealed, mac FROM journal ORDER BY seq')
      .iterate()) {
      const mac = blob(row.mac);
      const key = this.#keys.find(integer(row.key_id), 'journal');
      const fits =
        key !== undefined &&
        integer(row.seq) === expected &&
        sameBytes(mac, chainMac(key.key, expected, previous, blob(row.sealed)));
      if (!fits && brokenAt === null) brokenAt = expected;
      previous = mac;
      expected = integer(row.seq) + 1;
      entries += 1;
    }
    const head = this.#head();
    const headFits =
      entries === 0 ? head === null : head?.seq === expected - 1 && sameBytes(head.mac, previous);
    if (!headFits && brokenAt === null) brokenAt = expected;
    return { entries, head: Buffer.from(previous).toString('hex'), brokenAt };
  }

  #open(seq: number, sealed: Uint8Array): Uint8Array | null {
    try {
      return this.#sealer.openBytes(journalAddress(seq), sealed);
    } catch (error) {
      if (error instanceof AppError && error.code === 'FORMAT_NEWER') throw error;
      return null;
    }
  }

  #genesis(): Uint8Array {
    return journalGenesis(this.#keys);
  }

  /** The stored end of the chain, or null when there is none or its tag does not fit. */
  #head(): { seq: number; mac: Uint8Array } | null {
    const row = this.#db.prepare('SELECT seq, key_id, mac, tag FROM journal_head').get();
    if (row === undefined) return null;
    const key = this.#keys.find(integer(row.key_id), 'journal');
    const [seq, mac] = [integer(row.seq), blob(row.mac)];
    if (key === undefined || !sameBytes(blob(row.tag), headTag(key.key, seq, mac))) return null;
    return { seq, mac };
  }
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY, key_id INTEGER NOT NULL, sealed BLOB NOT NULL, mac BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS journal_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL, key_id INTEGER NOT NULL, mac BLOB NOT NULL, tag BLOB NOT NULL
  ) STRICT;
  CREATE TRIGGER IF NOT EXISTS journal_no_update BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  CREATE TRIGGER IF NOT EXISTS journal_no_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
`;

/** What the first record is chained to. */
export function journalGenesis(keys: Keyring): Uint8Array {
  return createHmac('sha256', keys.first('journal').key)
    .update(encodeFields(['cloudops journal', SCHEMA, keys.installId]))
    .digest();
}

export function journalAddress(seq: number) {
  return { schema: SCHEMA, collection: COLLECTION, id: String(seq), revision: 0 };
}

/** The MAC of one record after the one before it: what a reader of a backup computes again. */
export function chainMac(key: KeyObject, seq: number, previous: Uint8Array, sealed: Uint8Array): Uint8Array {
  return createHmac('sha256', key)
    .update(encodeFields([seq, previous, sealed]))
    .digest();
}

function headTag(key: KeyObject, seq: number, mac: Uint8Array): Uint8Array {
  return createHmac('sha256', key)
    .update(encodeFields(['cloudops journal head', seq, mac]))
    .digest();
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function integer(value: unknown): number {
  if (typeof value !== 'number') throw damaged();
  return value;
}

function blob(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw damaged();
  return value;
}

function damaged(): AppError {
  return new AppError(
    'STORAGE_FAILED',
    'The journal table in app.db is damaged: a column has an impossible type.',
  );
}
