import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { AppDb } from '../appDb.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Sealer } from '../sealing.ts';
import { asStorageError } from '../sqlite.ts';
import { ChainReader, SEGMENT_TABLES, SegmentWriter, segmentId } from './earlierJournals.ts';
import type { DocLine, JournalLine, Line, SegmentLine } from './lines.ts';
import type { RecordedDeletions } from './recordedDeletions.ts';
import { docAddress, openRecord } from './records.ts';
import { type MergeCounts, restoreFolder } from './restoreFile.ts';
import { statePages } from './sources.ts';
import { appDbFile } from './workspaceParts.ts';

export interface SideDbSource {
  folder: string;
  mode: 'replace' | 'merge';
  /** The keys of the data in use, and those it gets; the same unless another install is taken over. */
  current: Keyring;
  target: Keyring;
  staged: AsyncIterable<Line[]>;
  /** Of the workspace merged into; null for a replacement. */
  deletions: Pick<RecordedDeletions, 'isForgotten'> | null;
  /** The backup's: told of a journal that is put aside with it. */
  backup: { backupId: string; createdAt: string };
}

export const sideDbFile = (folder: string) => path.join(restoreFolder(folder), 'app.db');

/**
 * Builds the `app.db` that will take the place of the one in use: documents replaced or merged, the backup's
 * journal as an earlier segment, the workspace's own journal going on. Where another install is taken over the
 * own journal becomes an earlier segment as well and a new one begins. It is there in full, or not at all.
 */
export async function buildSideDb(source: SideDbSource): Promise<MergeCounts> {
  const { folder } = source;
  const taken = source.current !== source.target;
  const temporary = `${sideDbFile(folder)}.tmp`;
  for (const end of ['', '-wal', '-shm', '-journal']) await rm(`${temporary}${end}`, { force: true });
  if (taken) new AppDb(temporary, source.target, new Sealer(source.target)).close();
  else copyDatabase(appDbFile(folder), temporary);
  const db = new DatabaseSync(temporary);
  try {
    // One file without companions, so that a rename moves all of it.
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    db.exec(SEGMENT_TABLES);
    const state = new StateWriter(db, source);
    if (source.mode === 'replace' && !taken) db.exec("DELETE FROM docs WHERE kind <> 'health'");
    for await (const page of source.staged) for (const line of page) state.take(line);
    if (taken) await keepOwnJournal(state, source);
    state.finish();
    db.exec('COMMIT');
    db.close();
    await syncAndName(temporary, sideDbFile(folder));
    return state.counts;
  } catch (error) {
    if (db.isOpen) db.close();
    throw asStorageError(error);
  }
}

function copyDatabase(from: string, to: string): void {
  const db = new DatabaseSync(from, { timeout: 5_000 });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}

async function syncAndName(temporary: string, target: string): Promise<void> {
  const handle = await open(temporary, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, target);
}

/** Exchanges the database in use. Everything in it, its write-ahead log included, is in the new one already. */
export async function swapSideDb(folder: string): Promise<void> {
  if (!existsSync(sideDbFile(folder))) return;
  const file = appDbFile(folder);
  await rm(`${file}-wal`, { force: true });
  await rm(`${file}-shm`, { force: true });
  await rename(sideDbFile(folder), file);
}

/** The journal in use, in the terms of the install that is taken over. */
async function keepOwnJournal(
  state: StateWriter,
  { folder, current, target, backup }: SideDbSource,
): Promise<void> {
  const sealer = new Sealer(current);
  const chains = new Map<string | null, { chain: ChainReader; writer: SegmentWriter | null }>();
  chains.set(null, { chain: new ChainReader(current, sealer, null), writer: null });
  for await (const page of statePages(appDbFile(folder))) {
    for (const line of page) {
      if (line.t === 'segment') {
        const writer = new SegmentWriter(target, new Sealer(target), line);
        chains.set(line.segment, { chain: new ChainReader(current, sealer, line), writer });
        state.take(line);
      }
      if (line.t !== 'journal') continue;
      const entry = chains.get(line.segment);
      if (entry === undefined) continue;
      entry.writer ??= ownSegment(state, line, { current, target, backup });
      const bytes = entry.chain.take(line);
      if (bytes !== null) state.take(entry.writer.write(line.seq, bytes));
    }
  }
}

function ownSegment(
  state: StateWriter,
  first: JournalLine,
  { current, target, backup }: Pick<SideDbSource, 'current' | 'target' | 'backup'>,
): SegmentWriter {
  const line: SegmentLine = {
    t: 'segment',
    segment: segmentId(current.installId, Buffer.from(first.mac, 'base64')),
    installId: current.installId,
    about: JSON.stringify({ ...backup, createdAt: new Date().toISOString(), brokenAt: null }),
  };
  state.take(line);
  return new SegmentWriter(target, new Sealer(target), line);
}

/** Under this name a segment is filled; it is no segment id. */
const INCOMING = 'incoming';

const OF_ACCOUNTS = new Set(['accounts', 'scan_cell']);
const OfAccount = z.object({ value: z.object({ accountId: z.string() }) });
const DocRow = z.object({ revision: z.number(), sealed: z.instanceof(Uint8Array) });
const First = z.object({ mac: z.instanceof(Uint8Array) });

/** Takes the lines of a state into a database, inside the caller's transaction. */
class StateWriter {
  readonly #db: DatabaseSync;
  readonly #mode: 'replace' | 'merge';
  readonly #sealer: Sealer;
  readonly #deletions: SideDbSource['deletions'];
  /** The segment that the database's own journal would be; it is not kept twice. */
  readonly #own: string | null;
  #pending: { line: SegmentLine; records: number } | null = null;
  readonly counts: MergeCounts = { added: 0, updated: 0, kept: 0, skipped: 0 };

  constructor(db: DatabaseSync, { mode, target, deletions }: SideDbSource) {
    this.#deletions = deletions;
    this.#db = db;
    this.#mode = mode;
    this.#sealer = new Sealer(target);
    const first = db.prepare('SELECT mac FROM journal ORDER BY seq LIMIT 1').get();
    this.#own = first === undefined ? null : segmentId(target.installId, First.parse(first).mac);
  }

  take(line: Line): void {
    if (line.t === 'doc') this.#doc(line);
    if (line.t === 'segment') {
      this.finish();
      this.#pending = { line, records: 0 };
    }
    if (line.t === 'journal') this.#journal(line);
  }

  /** Keeps the segment that was being read, unless it is there already, at least as long. */
  finish(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null || pending.records === 0) return;
    const { segment, installId, about } = pending.line;
    if (this.#known(segment) >= pending.records) {
      this.#db.prepare('DELETE FROM journal_earlier WHERE segment = ?').run(INCOMING);
      this.counts.kept += pending.records;
      return;
    }
    this.#db.prepare('DELETE FROM journal_earlier WHERE segment = ?').run(segment);
    this.#db.prepare('UPDATE journal_earlier SET segment = ? WHERE segment = ?').run(segment, INCOMING);
    this.#db
      .prepare('INSERT OR REPLACE INTO journal_segment VALUES (?, ?, ?)')
      .run(segment, installId, about);
    this.counts.added += pending.records;
  }

  #journal({ seq, keyId, sealed, mac }: JournalLine): void {
    if (this.#pending === null) return;
    this.#pending.records += 1;
    this.#db
      .prepare('INSERT INTO journal_earlier VALUES (?, ?, ?, ?, ?)')
      .run(INCOMING, seq, keyId, Buffer.from(sealed, 'base64'), Buffer.from(mac, 'base64'));
  }

  #known(segment: string): number {
    const table = segment === this.#own ? 'journal' : 'journal_earlier WHERE segment = ?';
    const statement = this.#db.prepare(`SELECT count(*) AS n FROM ${table}`);
    return Number((segment === this.#own ? statement.get() : statement.get(segment))?.n);
  }

  #doc(line: DocLine): void {
    const { kind, token, revision, sealed } = line;
    const row = this.#db
      .prepare('SELECT revision, sealed FROM docs WHERE kind = ? AND token = ?')
      .get(kind, token);
    if (row !== undefined && !this.#wins(line, DocRow.parse(row))) {
      this.counts.kept += 1;
      return;
    }
    if (row === undefined && this.#isForgotten(line)) {
      this.counts.skipped += 1;
      return;
    }
    this.#db
      .prepare('INSERT OR REPLACE INTO docs (kind, token, revision, sealed) VALUES (?, ?, ?, ?)')
      .run(kind, token, revision, Buffer.from(sealed, 'base64'));
    this.counts[row === undefined ? 'added' : 'updated'] += 1;
  }

  /** Account and scan cells of an account that was forgotten here. */
  #isForgotten(line: DocLine): boolean {
    if (this.#deletions === null || !OF_ACCOUNTS.has(line.kind)) return false;
    const content = openRecord(this.#sealer, docAddress(line), line.sealed);
    const accountId = content === null ? null : OfAccount.safeParse(JSON.parse(content.toString('utf8')));
    return accountId?.success === true && this.#deletions.isForgotten(accountId.data.value.accountId);
  }

  /** Newer revision, then later `asOf` (scan cells have one). */
  #wins(line: DocLine, present: z.infer<typeof DocRow>): boolean {
    if (this.#mode === 'replace') return true;
    if (line.revision !== present.revision) return line.revision > present.revision;
    const [theirs, ours] = [line.sealed, Buffer.from(present.sealed).toString('base64')].map((sealed) =>
      asOf(openRecord(this.#sealer, docAddress(line), sealed)),
    );
    return (theirs ?? '') > (ours ?? '');
  }
}

function asOf(content: Buffer | null): string {
  if (content === null) return '';
  const { value } = JSON.parse(content.toString('utf8')) as { value?: { asOf?: unknown } | null };
  return typeof value?.asOf === 'string' ? value.asOf : '';
}
