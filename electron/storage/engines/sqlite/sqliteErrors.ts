import { AppError, nodeErrorCode } from '../../../errors.ts';

/** Primary result codes of sqlite3.h; extended codes hold them in their low byte. */
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

export interface SqliteFailure {
  error: AppError;
  /** The file itself cannot be used any more: the engine has failed, not one call. */
  fatal: boolean;
}

/** What an error of node:sqlite means for the database file at `path`. */
export function sqliteFailure(cause: unknown, path: string): SqliteFailure {
  if (cause instanceof AppError) return { error: cause, fatal: false };
  const details = { path };
  const failure = (code: 'DISK_FULL' | 'ENGINE_FAILED', fatal: boolean, message: string) => ({
    fatal,
    error: new AppError(code, message, { cause, details }),
  });
  switch (primaryCode(cause)) {
    case FULL:
      return failure(
        'DISK_FULL',
        false,
        'The disk is full: the change was not saved. Free some space and try again.',
      );
    case BUSY:
      return failure('ENGINE_FAILED', false, 'Another program holds the data file. Close it and try again.');
    case READONLY:
    case CANTOPEN:
      return failure(
        'ENGINE_FAILED',
        true,
        `The data file cannot be opened for writing: ${path}. Check its permissions, or put it back from a copy of the folder.`,
      );
    case CORRUPT:
    case NOTADB:
      return failure('ENGINE_FAILED', true, `The data file is damaged: ${path}. Restore it from a backup.`);
    case IOERR:
      return failure(
        'ENGINE_FAILED',
        true,
        `The disk answered with an error while using ${path}. Check the disk; put the file back from a copy of the folder, or rebuild from the last backup.`,
      );
    default:
      return failure(
        'ENGINE_FAILED',
        false,
        `The data file could not be used: ${path}. Restart the engine; if that does not help, rebuild from the last backup.`,
      );
  }
}

function primaryCode(cause: unknown): number | undefined {
  if (nodeErrorCode(cause) === 'ENOSPC') return FULL;
  if (typeof cause !== 'object' || cause === null || !('errcode' in cause)) return undefined;
  return typeof cause.errcode === 'number' ? cause.errcode & 0xff : undefined;
}
