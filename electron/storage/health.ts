import { readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { StorageHealth } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { DocsApi } from './api.ts';
import type { PointStore } from './PointStore.ts';

const MB = 1_048_576;
const LOW_DISK_MB = 500;

/** Looks at the engine and the disk. `warnings` are those the caller already has. Each fault comes with its way out. */
export async function measure(what: {
  folder: string;
  store: PointStore;
  collections: string[];
  s3Configured: boolean;
  warnings: string[];
}): Promise<StorageHealth> {
  const { folder, store, collections, s3Configured } = what;
  const { state, message } = store.status();
  const free = await statfs(folder);
  const diskSpaceMb = Math.floor((free.bavail * free.bsize) / MB);
  const warnings = [...what.warnings];
  if (diskSpaceMb < LOW_DISK_MB) {
    warnings.push(
      `Only ${diskSpaceMb} MB are free on the disk of ${folder}. Free some space before the next scan.`,
    );
  }
  if (state !== 'ready') warnings.push(engineWarning(state, message));
  const counts = await Promise.all(collections.map((name) => countOrReason(store, name)));
  const reason = counts.find((count) => typeof count === 'string');
  // An engine that is up but does not answer: a server elsewhere behind a network that is down.
  if (state === 'ready' && reason !== undefined)
    warnings.push(engineWarning('not answering', String(reason)));
  const connected = state === 'ready' && reason === undefined;
  return {
    engine: store.kind,
    connected,
    s3Configured,
    diskSpaceMb,
    diskUsedMb: Math.ceil((await folderBytes(folder)) / MB),
    collections: collections.map((name, at) => {
      const count = counts[at];
      const pointsCount = typeof count === 'number' ? count : 0;
      return { name, pointsCount, status: state === 'ready' && !connected ? 'failed' : state };
    }),
    warnings,
  };
}

async function countOrReason(store: PointStore, name: string): Promise<number | string> {
  if (store.status().state !== 'ready') return 0;
  try {
    return await store.count(name);
  } catch (error) {
    return error instanceof AppError ? error.message : 'It failed unexpectedly.';
  }
}

function engineWarning(state: string, message: string): string {
  const known = /restart|restore|free some space|try again/i.test(message);
  const way = known ? '' : ' Restart the engine; if that does not help, restore the last backup.';
  return `The storage engine is ${state}: ${message || 'no reason was given.'}${way}`;
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    // Engines remove files of theirs at any time.
    const size = await stat(path.join(entry.parentPath, entry.name)).then(
      (found) => found.size,
      () => 0,
    );
    bytes += size;
  }
  return bytes;
}

const KIND = 'health';
const KEY = 'resources';
/** Below this an estate may well double within a day. */
const SMALL = 500;

/**
 * Says when the estate has more than doubled since the app was last closed: a sign of duplicates, or of an
 * account that was added.
 */
export class GrowthAlert {
  readonly #docs: DocsApi;
  readonly #before: number;

  static async open(docs: DocsApi, resources: number): Promise<GrowthAlert> {
    const remembered = z.number().safeParse(await docs.get(KIND, KEY));
    return new GrowthAlert(docs, remembered.success ? remembered.data : resources);
  }

  private constructor(docs: DocsApi, before: number) {
    this.#docs = docs;
    this.#before = before;
  }

  warning(resources: number): string | null {
    if (this.#before < SMALL || resources <= this.#before * 2) return null;
    return `The estate has grown from ${this.#before} to ${resources} resources since the app was last closed. If no account was added, look in the Explorer for what is new.`;
  }

  /** At closing. */
  remember(resources: number): Promise<void> {
    return this.#docs.put(KIND, KEY, resources);
  }
}
