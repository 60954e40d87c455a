import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { removeData } from '../engine.ts';
import { type EnginePlace, type EngineRecord, readEngineRecord, writeEngineRecord } from '../engineRecord.ts';

export type LocalEngine = 'sqlite' | 'qdrant';

export interface EngineAside {
  /** Where the old data lies now; null when there was none in the folder, as of a server elsewhere. */
  kept: string | null;
  /** Takes it back, as long as nothing relies on the new engine. Only while the storage is closed. */
  undo(): Promise<void>;
}

/**
 * The way out of an engine whose data cannot be read: the workspace goes on with an empty engine, to be filled
 * from a backup or by a scan. The data is kept beside it, under another name. Only while the storage is closed.
 * Killed in between, the workspace has the new engine and the old data still lies where it was.
 */
export async function putEngineAside(
  folder: string,
  to: LocalEngine,
  now = new Date(),
): Promise<EngineAside> {
  const before = await readEngineRecord(folder);
  await writeEngineRecord(folder, { place: { kind: to }, filled: false, leftover: null });
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const moved: Move[] = [];
  // The new engine must begin empty: what may still lie in its place goes aside as well.
  const kinds = new Set<EnginePlace['kind']>([to, ...(before === null ? [] : [before.place.kind])]);
  for (const kind of kinds) moved.push(...(await moveAside(path.join(folder, 'data'), kind, stamp)));
  return { kept: moved.at(-1)?.to ?? null, undo: () => takeBack(folder, before, to, moved) };
}

/** What lies aside in a workspace, oldest first; absolute paths. */
export async function setAside(folder: string): Promise<string[]> {
  const data = path.join(folder, 'data');
  const names = await readdir(data).catch(() => []);
  const aside = names.filter((name) => /^(qdrant-aside-[\dT-]+|points-aside-[\dT-]+\.db)$/.test(name));
  return aside.sort().map((name) => path.join(data, name));
}

interface Move {
  from: string;
  to: string;
}

async function moveAside(data: string, kind: EnginePlace['kind'], stamp: string): Promise<Move[]> {
  if (kind === 'remote') return [];
  // The file itself last: until it is moved, its log must not be taken from it for good.
  const names = kind === 'qdrant' ? ['qdrant'] : ['points.db-wal', 'points.db-shm', 'points.db'];
  const moved: Move[] = [];
  for (const name of names) {
    const from = path.join(data, name);
    if (!existsSync(from)) continue;
    const aside =
      kind === 'qdrant' ? `qdrant-aside-${stamp}` : name.replace('points.db', `points-aside-${stamp}.db`);
    const to = path.join(data, aside);
    await rename(from, to);
    moved.push({ from, to });
  }
  return moved;
}

async function takeBack(
  folder: string,
  before: EngineRecord | null,
  to: LocalEngine,
  moved: Move[],
): Promise<void> {
  await removeData({ kind: to }, folder);
  for (const { from, to: aside } of moved.toReversed()) await rename(aside, from);
  if (before === null) await rm(path.join(folder, 'engine.json'), { force: true });
  else await writeEngineRecord(folder, before);
}
