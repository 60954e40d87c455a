import type { DatabaseSync } from 'node:sqlite';
import { AppError, nodeErrorCode } from '../errors.ts';

const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Runs `work` in one transaction: all of it is durable when this returns, or none of it happened. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  try {
    db.exec('BEGIN IMMEDIATE');
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors, a full disk among them.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw asStorageError(error);
  }
}

/** Any failure of SQLite or the file system in the contract's terms. */
export function asStorageError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = sqliteCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code === SQLITE_FULL || nodeErrorCode(error) === 'ENOSPC' || nodeErrorCode(error) === 'EDQUOT') {
    return new AppError(
      'DISK_FULL',
      'The disk is full, so the change was not saved. What was saved before is intact. Free some space and try again.',
      { cause: error },
    );
  }
  if (isDamage(error)) {
    return new AppError(
      'STORAGE_FAILED',
      `A database file of this workspace is damaged (${text}). Put it back from a copy of the folder, or restore the last backup into an empty one.`,
      { cause: error },
    );
  }
  const inTheWay = thingInTheWay(error);
  if (inTheWay !== null) return new AppError('STORAGE_FAILED', inTheWay, { cause: error });
  const denied = ['EACCES', 'EPERM', 'EROFS'].includes(nodeErrorCode(error) ?? '');
  if (code === SQLITE_READONLY || code === SQLITE_IOERR || denied) {
    return new AppError(
      'STORAGE_FAILED',
      `The workspace's folder could not be written or read (${text}). Check the disk and the folder's permissions.`,
      { cause: error },
    );
  }
  return new AppError('STORAGE_FAILED', `The local storage failed: ${text}.`, { cause: error });
}

/** SQLite says that the file itself cannot be read as a database. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** A folder where a file should be, or the reverse; null for other errors. */
export function thingInTheWay(error: unknown): string | null {
  const code = nodeErrorCode(error);
  if (code !== 'EISDIR' && code !== 'ENOTDIR' && code !== 'EEXIST') return null;
  const path = typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : '';
  const what = code === 'EISDIR' ? 'a folder where a file should be' : 'in the way: a folder should be there';
  return `${path} is ${what}. Move it away, put back what was there from a copy of the workspace's folder, and start again.`;
}

/** SQLite's primary result code of what node:sqlite threw, else undefined. */
export function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
