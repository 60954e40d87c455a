import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { damageOf } from './databaseFile.ts';
import {
  type EnginePlace,
  type EngineRecord,
  placeName,
  readEngineRecord,
  writeEngineRecord,
} from './engineRecord.ts';
import { checkRemoteUrl, remotePrefix } from './engines/remoteUrl.ts';
import { SqlitePointStore } from './engines/sqlite/SqlitePointStore.ts';
import { makePrivateFolder } from './files.ts';
import { installId } from './keys/install.ts';
import type { PointStore } from './PointStore.ts';
import type { StorageConfig } from './storageConfig.ts';

export type EngineKind = PointStore['kind'];

/** What an engine needs beside its place. */
export interface EngineMeans {
  /** The workspace's folder. */
  folder: string;
  qdrantBinary: string | null;
  /** Of a server elsewhere; null = it takes none. */
  qdrantApiKey: string | null;
}

export interface OpenedEngine {
  store: PointStore;
  place: EnginePlace;
  /** Once its collections are there: from then on their loss is noticed. */
  settle(): Promise<void>;
}

/**
 * Opens the engine of a workspace. The choice is made once, for a folder without one, and recorded; later the
 * record decides. What is recorded but not there is ENGINE_MISSING with a way out, never a new empty store.
 * @param collections that an engine must still have which had them before.
 */
export async function openEngine(
  wanted: StorageConfig['qdrant'],
  means: EngineMeans,
  collections: readonly string[],
): Promise<OpenedEngine> {
  const { folder, qdrantBinary } = means;
  const recorded = await readEngineRecord(folder);
  if (recorded !== null) refuseOther(recorded, wanted, folder);
  const place = recorded?.place ?? (await placeWanted(wanted, means));
  const mark = dataMark(place, folder);
  if (recorded?.filled && mark !== null) refuseDamaged(place, mark);
  if (place.kind === 'qdrant' && qdrantBinary === null) throw binaryMissing(recorded !== null);
  const record: EngineRecord = recorded ?? { place, filled: false, leftover: null };
  if (recorded === null) await writeEngineRecord(folder, record);
  const store = await openPlace(place, means);
  if (record.filled && store.status().state === 'ready') await refuseLost(store, collections, place);
  return { store, place, settle: () => settle(record, means) };
}

/** An engine that starts without what was in it has lost it: never begin anew in its place. */
async function refuseLost(
  store: PointStore,
  collections: readonly string[],
  place: EnginePlace,
): Promise<void> {
  for (const name of collections) {
    try {
      await store.count(name);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') continue;
      await store.close();
      throw new AppError(
        'ENGINE_FAILED',
        `${placeName(place)} has lost the collection ${name} of this workspace: its data is damaged or was removed. Nothing was changed. Rebuild from the last backup; if config.json names another collection than before, take that back.`,
      );
    }
  }
}

/** Opens an engine without asking the record. A Qdrant that does not start comes back failed, with the reason. */
export async function openPlace(place: EnginePlace, means: EngineMeans): Promise<PointStore> {
  const data = path.join(means.folder, 'data');
  await makePrivateFolder(data);
  if (place.kind === 'sqlite') return new SqlitePointStore({ path: path.join(data, 'points.db') });
  // Loaded only where it is used: Qdrant's client takes as long to load as the rest of the storage.
  if (place.kind === 'remote') {
    const { openRemote } = await import('./engines/remote.ts');
    return openRemote(place, means.qdrantApiKey);
  }
  const { createPointStore } = await import('./engines/index.ts');
  return createPointStore({ engine: 'qdrant', folder: data, qdrantBinary: means.qdrantBinary });
}

/** Removes the closed data of an engine that is not used any more. That of a server elsewhere is its own matter. */
export async function removeData(place: EnginePlace, folder: string): Promise<void> {
  const data = path.join(folder, 'data');
  if (place.kind === 'qdrant') await rm(path.join(data, 'qdrant'), { recursive: true, force: true });
  if (place.kind !== 'sqlite') return;
  for (const suffix of ['', '-wal', '-shm']) {
    await rm(path.join(data, `points.db${suffix}`), { force: true });
  }
}

/** Once the engine is open: it counts as filled, and what a move left behind goes. */
async function settle({ place, filled, leftover }: EngineRecord, { folder }: EngineMeans): Promise<void> {
  if (filled && leftover === null) return;
  if (leftover !== null && leftover.kind !== place.kind) await removeData(leftover, folder);
  await writeEngineRecord(folder, { place, filled: true, leftover: null });
}

async function placeWanted(wanted: StorageConfig['qdrant'], means: EngineMeans): Promise<EnginePlace> {
  if (wanted.mode === 'auto') return { kind: means.qdrantBinary === null ? 'sqlite' : 'qdrant' };
  if (wanted.mode !== 'remote') return { kind: wanted.mode };
  if (wanted.url === null) {
    throw new AppError(
      'ENGINE_MISSING',
      'The configuration asks for a Qdrant server elsewhere without its address. Set qdrant.url.',
    );
  }
  return remotePlace(wanted.url, means.folder);
}

/** A server elsewhere, for this workspace. Throws INVALID_INPUT. */
export async function remotePlace(url: string, folder: string): Promise<EnginePlace> {
  return { kind: 'remote', url: checkRemoteUrl(url), prefix: remotePrefix(await installId(folder)) };
}

/** What an engine that was ever opened has left in the folder; null when its data is elsewhere. */
function dataMark(place: EnginePlace, folder: string): string | null {
  if (place.kind === 'remote') return null;
  return path.join(folder, 'data', place.kind === 'sqlite' ? 'points.db' : 'qdrant');
}

function refuseOther({ place }: EngineRecord, wanted: StorageConfig['qdrant'], folder: string): void {
  if (wanted.mode === 'auto') return;
  const url = wanted.url === null ? null : checkRemoteUrl(wanted.url);
  if (place.kind === wanted.mode && (place.kind !== 'remote' || url === null || url === place.url)) return;
  const other =
    wanted.mode === 'remote' ? `the Qdrant server ${url ?? 'elsewhere'}` : placeName({ kind: wanted.mode });
  throw new AppError(
    'ENGINE_MISSING',
    `The data in ${folder} is kept by ${placeName(place)}, and the configuration asks for ${other}. Remove that setting (qdrant.mode, CLOUDOPS_ENGINE); to move the data, use Settings → Storage and keys.`,
  );
}

function binaryMissing(recorded: boolean): AppError {
  return new AppError(
    'ENGINE_MISSING',
    recorded
      ? 'This workspace is kept by Qdrant, whose program was not found. Start the app with a network once so that it can be fetched, or name it in CLOUDOPS_QDRANT_BIN. Nothing was changed.'
      : 'The configuration asks for Qdrant, whose program was not found. Name it in CLOUDOPS_QDRANT_BIN, or set qdrant.mode to auto.',
  );
}

/** What is there but empty or cut is damage, not a new beginning. */
function refuseDamaged(place: EnginePlace, mark: string): void {
  if (!existsSync(mark)) {
    throw new AppError(
      'ENGINE_MISSING',
      `This workspace's data is kept by ${placeName(place)} in ${mark}, and it is not there any more. Put it back from a copy of the folder, restore a backup, or open another folder. Nothing was changed.`,
      { details: { path: mark } },
    );
  }
  const damage = place.kind === 'sqlite' ? damageOf(mark) : noFolder(mark);
  if (damage === null) return;
  throw new AppError(
    'ENGINE_FAILED',
    `${mark} ${damage}. It holds the conversations and resources of this workspace. Put it back from a copy of the folder, or rebuild from the last backup. Nothing was changed.`,
    { details: { path: mark } },
  );
}

function noFolder(mark: string): string | null {
  if (!statSync(mark).isDirectory()) return 'is a file where a folder should be';
  return readdirSync(mark).length === 0 ? 'is empty' : null;
}
