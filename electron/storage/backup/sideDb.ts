import { closeSync, existsSync, openSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../errors.ts';
import { AppDb } from '../appDb.ts';
import { damageOf } from '../databaseFile.ts';
import { kindsOf } from '../documents.ts';
import { HISTORY_TABLES } from '../history/historyTable.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Sealer } from '../sealing.ts';
import { asStorageError, inTransaction } from '../sqlite.ts';
import { ChainReader, SEGMENT_TABLES, SegmentWriter, segmentId } from './earlierJournals.ts';
import type { JournalLine, Line, SegmentLine } from './lines.ts';
import { type StateTarget, StateWriter } from './mergeState.ts';
import type { BackupPart } from './names.ts';
import { type MergeCounts, restoreFolder } from './restoreFile.ts';
import { statePages } from './sources.ts';
import { appDbFile } from './workspaceParts.ts';

export interface SideDbSource extends Pick<StateTarget, 'mode' | 'target' | 'deletions'> {
  folder: string;
  /** The keys of the data in use; those it gets are the same unless another install is taken over. */
  current: Keyring;
  staged: AsyncIterable<Line[]>;
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
    db.exec(HISTORY_TABLES);
    const state = new StateWriter(db, { ...source, taken });
    if (source.mode === 'replace' && !taken) state.clear();
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
  // Made here because SQLite would make it readable by all.
  closeSync(openSync(to, 'wx', 0o600));
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

/**
 * Before the collections are exchanged: what is known of those in use is not true of the new ones. In the database
 * in use, and in the one that takes its place where there is one. May be done again.
 */
export function forgetCollections(folder: string, parts: readonly BackupPart[]): void {
  refuseDamaged(folder);
  const kinds = kindsOf('collections', ...(parts.includes('aws_estate') ? (['contents'] as const) : []));
  for (const file of [appDbFile(folder), sideDbFile(folder)]) {
    if (!existsSync(file)) continue;
    const db = new DatabaseSync(file, { timeout: 5_000 });
    try {
      db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = 1');
      inTransaction(db, () =>
        db.prepare(`DELETE FROM docs WHERE kind IN (${kinds.map(() => '?').join()})`).run(...kinds),
      );
    } finally {
      db.close();
    }
  }
}

/** The one in use must not give way to one that cannot be read. */
function refuseDamaged(folder: string): void {
  const file = sideDbFile(folder);
  const damage = existsSync(file) ? damageOf(file) : null;
  if (damage === null) return;
  throw new AppError(
    'STORAGE_FAILED',
    `${file} ${damage}. A restore is about to put it in the place of app.db, which was left as it is. Put it back from a copy of the folder, or restore the backup into an empty one.`,
    { details: { path: file } },
  );
}

/** Exchanges the database in use. Everything in it, its write-ahead log included, is in the new one already. */
export async function swapSideDb(folder: string): Promise<void> {
  if (!existsSync(sideDbFile(folder))) return;
  refuseDamaged(folder);
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
  for await (const page of statePages(appDbFile(folder), { history: false })) {
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
