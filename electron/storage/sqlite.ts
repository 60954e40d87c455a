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
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new AppError('STORAGE_FAILED', `A database file of this workspace is damaged (${text}).`, {
      cause: error,
    });
  }
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

/** SQLite's primary result code of what node:sqlite threw, else undefined. */
export function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
