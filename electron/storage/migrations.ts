import { closeSync, existsSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { asStorageError, inTransaction } from './sqlite.ts';

/** One step of a database file's format; runs inside a transaction. */
export interface Migration {
  /** The version it leads to; the first one makes the tables of a new file. */
  to: number;
  run(db: DatabaseSync): void;
}

/**
 * Brings a database file to its newest format, which is that of the last migration. A file with content is first
 * copied beside itself (`NAME.v1.rollback`, openable by the version that wrote it); then all steps happen in one
 * transaction. The copy goes when a later start finds the new format in order.
 *
 * Throws FORMAT_NEWER, untouched, for a file of a newer app; on any failure the file is as it was.
 */
export function migrateDatabase(db: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  refuseNewerDatabase(db, file, migrations);
  const newest = newestOf(migrations);
  const from = versionOf(db);
  if (from === newest) {
    removeRollbacks(file);
    return;
  }
  try {
    if (from > 0) keepRollback(db, file, from);
    inTransaction(db, () => {
      for (const { to, run } of migrations) if (to > from) run(db);
      db.exec(`PRAGMA user_version = ${newest}`);
    });
  } catch (cause) {
    const error = asStorageError(cause);
    if (from === 0) throw error;
    throw new AppError(
      error.code,
      `${path.basename(file)} could not be brought to this version's format and is as it was. ${error.message}`,
      { cause, details: { path: file } },
    );
  }
}

/** Throws FORMAT_NEWER. Reads only. */
export function refuseNewerDatabase(db: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const found = versionOf(db);
  if (found > newestOf(migrations)) throw newer(path.basename(file), found, newestOf(migrations));
}

function newestOf(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.to ?? 0;
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version);
}

function keepRollback(db: DatabaseSync, file: string, version: number): void {
  const copy = `${file}.v${version}.rollback`;
  // Complete, from an earlier try that failed later.
  if (existsSync(copy)) return;
  const temporary = `${copy}.tmp`;
  rmSync(temporary, { force: true });
  // Made here because SQLite would make it readable by all.
  closeSync(openSync(temporary, 'wx', 0o600));
  db.prepare('VACUUM INTO ?').run(temporary);
  renameSync(temporary, copy);
}

function removeRollbacks(file: string): void {
  const name = path.basename(file);
  const folder = path.dirname(file);
  if (!path.isAbsolute(file)) return;
  for (const entry of readdirSync(folder)) {
    const own = entry.startsWith(`${name}.v`) && /\.v\d+\.rollback(\.tmp)?$/.test(entry);
    if (own) rmSync(path.join(folder, entry), { force: true });
  }
}

export function newer(what: string, found: number, known: number): AppError {
  return new AppError(
    'FORMAT_NEWER',
    `${what} was written by a newer version of this app (format ${found}, this version knows ${known}). Nothing was changed. Update the app to open this workspace.`,
  );
}
