import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { AppError, nodeErrorCode } from '../errors.ts';
import { asStorageError, isDamage, sqliteCode, thingInTheWay } from './sqlite.ts';

const SQLITE_BUSY = 5;
const SQLITE_CANTOPEN = 14;
const Holder = z.object({ pid: z.number(), host: z.string(), since: z.string() });

/**
 * One process per workspace: an exclusive transaction on `lock.db`, held for the process's life. The operating
 * system releases it however the process ends, so there is no stale lock to clean up. Who holds it is written
 * beside it, in `lock.json`, only to be shown.
 *
 * POSIX drops a process's locks when it closes any descriptor of the file: nothing else may open `lock.db`.
 */
export class WorkspaceLock {
  readonly #db: DatabaseSync;
  readonly #holderFile: string;

  /** Throws WORKSPACE_IN_USE, naming the holder, when another process has the workspace open. */
  static acquire(folder: string): WorkspaceLock {
    const holderFile = path.join(folder, 'lock.json');
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw asStorageError(error);
    }
    const db = lock(folder, holderFile);
    try {
      writeFileSync(
        holderFile,
        JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }),
        { mode: 0o600 },
      );
    } catch (error) {
      db.close();
      throw thingInTheWay(error) === null ? asStorageError(error) : unusable(holderFile, error);
    }
    return new WorkspaceLock(db, holderFile);
  }

  private constructor(db: DatabaseSync, holderFile: string) {
    this.#db = db;
    this.#holderFile = holderFile;
  }

  release(): void {
    if (!this.#db.isOpen) return;
    rmSync(this.#holderFile, { force: true });
    this.#db.close();
  }
}

function lock(folder: string, holderFile: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    const file = path.join(folder, 'lock.db');
    makePrivate(file);
    db = new DatabaseSync(file, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    if (sqliteCode(error) === SQLITE_BUSY) throw inUse(folder, holderFile);
    throw isUnusable(error) ? unusable(path.join(folder, 'lock.db'), error) : asStorageError(error);
  }
}

/**
 * Before SQLite makes it readable by all; its journal, which comes with the first transaction, follows its mode. One
 * that is there is not opened: it may be locked by this process.
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (nodeErrorCode(error) !== 'EEXIST') throw error;
    if (statSync(file).isFile()) chmodSync(file, 0o600);
  }
}

const isUnusable = (error: unknown) =>
  isDamage(error) || sqliteCode(error) === SQLITE_CANTOPEN || thingInTheWay(error) !== null;

function unusable(file: string, cause: unknown): AppError {
  return new AppError(
    'STORAGE_FAILED',
    `${file} cannot be used: it is damaged, a folder, or not yours. It holds no data: move it away and start again.`,
    { cause, details: { path: file } },
  );
}

function inUse(folder: string, holderFile: string): AppError {
  const holder = readHolder(holderFile);
  const who =
    holder === null
      ? 'another process'
      : `process ${holder.pid} on ${holder.host}, since ${holder.since.slice(0, 16).replace('T', ' ')} UTC`;
  return new AppError(
    'WORKSPACE_IN_USE',
    `The workspace ${folder} is already open in ${who}. Use that window, or close it and start again.`,
    holder === null ? {} : { details: { pid: String(holder.pid), host: holder.host, since: holder.since } },
  );
}

function readHolder(file: string): z.infer<typeof Holder> | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // The holder is between taking the lock and writing its name.
    return null;
  }
}
