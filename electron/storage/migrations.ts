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
 * transaction. When the copy goes is the caller's to say (`removeRollbacks`).
 *
 * Throws FORMAT_NEWER, untouched, for a file of a newer app; on any failure the file is as it was.
 */
export function migrateDatabase(db: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  refuseNewerDatabase(db, file, migrations);
  const newest = newestOf(migrations);
  const from = versionOf(db);
  if (from === newest) return;
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

/** The version of a file that was made by an earlier app; null for a new one, and one of today. */
export function outdatedVersion(db: DatabaseSync, migrations: readonly Migration[]): number | null {
  const found = versionOf(db);
  return found > 0 && found < newestOf(migrations) ? found : null;
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

/** Removes the copies of earlier formats. */
export function removeRollbacks(file: string): void {
  for (const copy of rollbacksOf(file)) rmSync(copy, { force: true });
}

/** The copies that `migrateDatabase` has made of a file; of one in memory there are none. */
export function rollbacksOf(file: string): string[] {
  const name = path.basename(file);
  const folder = path.dirname(file);
  if (!path.isAbsolute(file)) return [];
  return readdirSync(folder)
    .filter((entry) => entry.startsWith(`${name}.v`) && /\.v\d+\.rollback(\.tmp)?$/.test(entry))
    .map((entry) => path.join(folder, entry));
}

export function newer(what: string, found: number, known: number): AppError {
  return new AppError(
    'FORMAT_NEWER',
    `${what} was written by a newer version of this app (format ${found}, this version knows ${known}). Nothing was changed. Update the app to open this workspace.`,
  );
}
