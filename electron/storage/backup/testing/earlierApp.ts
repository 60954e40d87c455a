import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readManifest, type Which } from '../proveBackup.ts';
import { LocalPlace } from '../localPlace.ts';
import { parseName } from '../names.ts';
import type { Machine } from './machine.ts';

/** `app.db` of a closed workspace as the first version of the app would have left it. */
export function asFirstVersion(folder: string): void {
  const db = new DatabaseSync(path.join(folder, 'app.db'));
  db.exec("DROP TABLE history; DELETE FROM docs WHERE kind = 'format'; PRAGMA user_version = 1; VACUUM");
  db.close();
}

export function appDbVersion(folder: string): number {
  const db = new DatabaseSync(path.join(folder, 'app.db'));
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  db.close();
  return version;
}

export const rollbacks = (folder: string) =>
  readdirSync(folder).filter((name) => name.startsWith('app.db.v'));

/** The complete backups in the workspace's own folder, oldest first. */
export async function localBackups({
  folder,
}: Machine): Promise<(Which & { version: number; reason: string })[]> {
  const place = new LocalPlace(path.join(folder, 'snapshots'));
  const found = (await place.list().catch(() => [])).flatMap(({ name }) => {
    const parsed = parseName(name);
    return parsed?.part === 'manifest' ? [parsed] : [];
  });
  const read = found.map(async ({ installId, backupId }) => {
    const { body } = (await readManifest(place, { installId, backupId })).manifest;
    return { installId, backupId, version: body.version, reason: body.reason };
  });
  return (await Promise.all(read)).sort((a, b) => a.backupId.localeCompare(b.backupId));
}
