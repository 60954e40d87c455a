import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../errors.ts';
import { QdrantServer } from '../../process/QdrantServer.ts';
import type { PointStore } from '../PointStore.ts';
import { QdrantPointStore } from './qdrant/QdrantPointStore.ts';
import { SqlitePointStore } from './sqlite/SqlitePointStore.ts';

export interface EngineOptions {
  engine: 'sqlite' | 'qdrant';
  /** The workspace's data folder: `points.db` or `qdrant/` lies in it. Absolute. */
  folder: string;
  qdrantBinary: string | null;
}

/**
 * The store of a workspace. It never falls back to another engine: that would show an empty estate.
 * A Qdrant that does not start comes back in its failed state: `status()` says why, each call rejects
 * with the reason, and `retry()` tries again.
 * @throws AppError ENGINE_MISSING without a Qdrant binary; FORMAT_NEWER, ENGINE_FAILED or DISK_FULL
 * when the SQLite file cannot be used.
 */
export async function createPointStore({ engine, folder, qdrantBinary }: EngineOptions): Promise<PointStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (engine === 'sqlite') return new SqlitePointStore({ path: join(folder, 'points.db') });
  if (qdrantBinary === null) {
    throw new AppError(
      'ENGINE_MISSING',
      'The data of this workspace is kept by Qdrant, but its program is not here. Run npm start to fetch it, or set CLOUDOPS_QDRANT_BIN to its path.',
    );
  }
  const server = new QdrantServer({ binary: qdrantBinary, folder: join(folder, 'qdrant') });
  const store = new QdrantPointStore({ server });
  await store.open().catch(() => undefined);
  return store;
}
