import { readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { BackupSettings, type StorageHealth } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { DocsApi } from './api.ts';
import type { IndexLoad } from './indexLoad.ts';
import { setAside } from './maintenance/engineRescue.ts';
import type { OpenWorkspace } from './openWorkspace.ts';
import type { PointStore } from './PointStore.ts';

/** What is looked at. */
type Looked = Pick<OpenWorkspace, 'records' | 'store' | 'chat' | 'estate' | 'history' | 'maintenance'>;

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
    setAside: await setAside(folder),
    warnings,
  };
}

/** The health of an open workspace: its engine, its disk, and what is wrong with what is stored. */
export class WorkspaceHealth {
  readonly #parts: { opened: Looked; load: IndexLoad; size: SizeAlert };
  /** Where the journal's chain was broken when this run first looked: walking it all takes a while. */
  #brokenAt: Promise<number | null> | null = null;

  constructor(parts: { opened: Looked; load: IndexLoad; size: SizeAlert }) {
    this.#parts = parts;
  }

  async read(): Promise<StorageHealth> {
    const { records, store } = this.#parts.opened;
    const { chat_history, aws_estate } = records.collections;
    return measure({
      folder: records.options.folder,
      store,
      collections: [chat_history.name, aws_estate.name],
      s3Configured: await this.#hasS3(),
      warnings: await this.#warnings(),
    });
  }

  async #hasS3(): Promise<boolean> {
    const { appDb } = this.#parts.opened.records;
    const settings = BackupSettings.pick({ s3: true }).safeParse(await appDb.get('backup', 'settings'));
    return settings.success && settings.data.s3 !== null;
  }

  async #warnings(): Promise<string[]> {
    const { opened, load, size } = this.#parts;
    const { records, chat, estate, history, maintenance } = opened;
    const warnings: string[] = [];
    this.#brokenAt ??= records.journal.verify().then((verdict) => verdict.brokenAt);
    const brokenAt = await this.#brokenAt;
    if (brokenAt !== null) {
      warnings.push(
        `The journal does not fit together from entry ${brokenAt} on: entries were changed or removed outside the app. Restore settings and the journal from a backup made before that, and find out who has access to this machine.`,
      );
    }
    const damaged = chat.damaged + estate.damaged + history.damaged + records.appDb.damaged;
    if (damaged > 0) {
      warnings.push(`${damaged} stored records are damaged and left out. A full scan writes resources anew.`);
    }
    warnings.push(...maintenance.warnings);
    if (load.failure !== null) {
      warnings.push(
        `The list of resources is incomplete: ${load.failure} It is read again when the engine is restarted.`,
      );
    }
    return [...warnings, ...size.warnings(load.resources)];
  }
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
/** Only while the app is closed, and only if it was closed in order. */
const LEFT = 'left';
/** Below this an estate may well double within a day. */
const SMALL = 500;

/**
 * Says when the estate is not as the app left it: more than doubled, a sign of duplicates or of an account that
 * was added; or more than half gone at opening, when nothing but damage can have taken it.
 */
export class SizeAlert {
  readonly #docs: DocsApi;
  readonly #before: number;
  readonly #lost: { left: number; found: number } | null;

  /** @param resources as counted at opening. */
  static async open(docs: DocsApi, resources: number): Promise<SizeAlert> {
    const before = z.number().safeParse(await docs.get(KIND, KEY)).data ?? resources;
    const left = z.number().safeParse(await docs.get(KIND, LEFT)).data ?? 0;
    // From here on it is not known what should be there: a deletion and then a kill must raise no alarm.
    await docs.delete(KIND, LEFT).catch(() => undefined);
    return new SizeAlert(docs, before, left > resources * 2 ? { left, found: resources } : null);
  }

  private constructor(docs: DocsApi, before: number, lost: { left: number; found: number } | null) {
    this.#docs = docs;
    this.#before = before;
    this.#lost = lost;
  }

  /** @param resources as they are now; null while they are being read. */
  warnings(resources: number | null): string[] {
    const lost = this.#lost;
    if (lost !== null && (resources === null || resources * 2 < lost.left)) {
      return [
        `The estate held ${lost.left} resources when the app was last closed, and ${lost.found} when it was opened. Scan all accounts anew, or restore the last backup.`,
      ];
    }
    if (resources === null || this.#before < SMALL || resources <= this.#before * 2) return [];
    return [
      `The estate has grown from ${this.#before} to ${resources} resources since the app was last closed. If no account was added, look in the Explorer for what is new.`,
    ];
  }

  /** At closing. */
  async remember(resources: number): Promise<void> {
    await this.#docs.put(KIND, KEY, resources);
    await this.#docs.put(KIND, LEFT, resources);
  }
}
