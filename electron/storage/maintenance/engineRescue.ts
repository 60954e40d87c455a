import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { type EnginePlace, readEngineRecord, writeEngineRecord } from '../engineRecord.ts';

/**
 * The way out of an engine whose data cannot be read: the workspace goes on with an empty engine, to be filled
 * from a backup or by a scan. The data is kept beside it, under another name. Only while the storage is closed.
 * Killed in between, the workspace has the new engine and the old data still lies where it was.
 * Returns where the old data lies, or null when there was none in the folder.
 */
export async function putEngineAside(
  folder: string,
  to: 'sqlite' | 'qdrant',
  now = new Date(),
): Promise<string | null> {
  const before = (await readEngineRecord(folder))?.place ?? null;
  await writeEngineRecord(folder, { place: { kind: to }, filled: false, leftover: null });
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  let kept: string | null = null;
  // The new engine must begin empty: what may still lie in its place goes aside as well.
  for (const place of [before, { kind: to } as EnginePlace]) {
    kept = (await setAside(path.join(folder, 'data'), place, stamp)) ?? kept;
  }
  return kept;
}

async function setAside(data: string, place: EnginePlace | null, stamp: string): Promise<string | null> {
  if (place === null || place.kind === 'remote') return null;
  const names = place.kind === 'qdrant' ? ['qdrant'] : ['points.db-wal', 'points.db-shm', 'points.db'];
  let kept: string | null = null;
  for (const name of names) {
    const from = path.join(data, name);
    if (!existsSync(from)) continue;
    kept = path.join(data, `${name.replace('points.db', `points-aside-${stamp}.db`)}`);
    if (name === 'qdrant') kept = path.join(data, `qdrant-aside-${stamp}`);
    await rename(from, kept);
  }
  return kept;
}
