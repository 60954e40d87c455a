import { stat } from 'node:fs/promises';
import { BACKUP_PARTS } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { JournalApi } from '../api.ts';
import type { AppDb } from '../appDb.ts';
import { removeRollbacks, rollbacksOf } from '../migrations.ts';
import type { Work } from '../work.ts';
import { createBackup, expectedSize, megabytes } from './createBackup.ts';
import { BEFORE_UPDATE, timeInWords } from './info.ts';
import { LocalPlace } from './localPlace.ts';
import { FORMAT_VERSION, type ManifestBody } from './manifest.ts';
import { manifestName, parseName, snapshotName } from './names.ts';
import { readManifest } from './proveBackup.ts';
import { appDbFile, type BackupGround, type BackupWorkspace, snapshotsFolder } from './workspaceParts.ts';

/** Copies of app.db stay at least this long. */
const KEPT_MS = 7 * 24 * 3_600_000;
/** What version 0.1.0 of the app wrote: its app.db, and the backups that it reads. */
const FIRST_APP_DB = 1;

interface Parts {
  workspace: BackupWorkspace;
  appDb: Pick<AppDb, 'outdated' | 'bringAlong' | 'count'>;
  journal: Pick<JournalApi, 'append' | 'verify'>;
  appVersion: string;
}

/**
 * Before the first write of a new format: everything is saved in a backup that the version of the app that wrote it
 * can read, and only then app.db is brought along. From there on that version refuses the workspace. Nobody else may
 * write meanwhile. Whatever fails before app.db is the new one, and a kill, leave everything as it was; the next
 * opening begins again. DISK_FULL says how much must be free.
 */
export async function updateFormats(
  { workspace, appDb, journal, appVersion }: Parts,
  work: Work,
): Promise<void> {
  const from = appDb.outdated;
  if (from === null) return;
  const holds = appDb.count() > 0 || (await journal.verify()).entries > 0 || (await hasPoints(workspace));
  const saved = holds ? await save(workspace, { appVersion, from }, saving(work)) : null;
  work.step('Bringing the data to this version’s formats');
  try {
    appDb.bringAlong();
  } catch (error) {
    // The next opening makes another one: they must not fill the disk one by one.
    if (saved !== null) await remove(workspace, saved);
    throw error;
  }
  work.step('Opening the data');
  if (saved !== null) await note(journal, saved);
}

/** Copies of app.db of earlier formats stay as long as a backup of then is there. */
export async function tidyRollbacks({ folder, keyring }: BackupGround, now = Date.now()): Promise<void> {
  const copies = rollbacksOf(appDbFile(folder));
  const times = await Promise.all(copies.map((copy) => stat(copy).then(({ mtimeMs }) => mtimeMs)));
  if (copies.length === 0 || times.some((time) => Math.abs(now - time) < KEPT_MS)) return;
  const place = new LocalPlace(snapshotsFolder(folder));
  const { installId } = keyring;
  // What cannot be read may be it.
  const isKept = async (backupId: string) =>
    readManifest(place, { installId, backupId }).then(
      ({ manifest }) => manifest.body.reason === BEFORE_UPDATE,
      () => true,
    );
  for (const { name } of await place.list({ installId }).catch(() => [])) {
    const found = parseName(name);
    if (found?.part === 'manifest' && (await isKept(found.backupId))) return;
  }
  removeRollbacks(appDbFile(folder));
}

async function save(
  workspace: BackupWorkspace,
  { appVersion, from }: { appVersion: string; from: number },
  work: Work,
): Promise<ManifestBody> {
  const place = new LocalPlace(snapshotsFolder(workspace.folder));
  const needed = await neededBytes(workspace);
  const refused = (why: string, free: number) =>
    new AppError(
      'DISK_FULL',
      `This version of the app keeps its data in new formats. Before the first change it saves a backup of everything in ${snapshotsFolder(workspace.folder)}. ${why} Nothing was changed. Free at least ${megabytes(Math.max(needed - free, 1))} and start again.`,
    );
  const free = await place.freeBytes();
  if (free < needed) throw refused(`That needs ${megabytes(needed)}, and ${megabytes(free)} are free.`, free);
  try {
    const version = from === FIRST_APP_DB ? 1 : FORMAT_VERSION;
    return await createBackup(
      workspace,
      place,
      { reason: BEFORE_UPDATE, appVersion, version },
      work,
      new Date(),
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'DISK_FULL') throw error;
    throw refused('The disk became full over it.', await place.freeBytes());
  }
}

/** Twice the backup, and app.db twice more: for its copy, and for what is written into it. */
async function neededBytes(workspace: BackupWorkspace): Promise<number> {
  const { size } = await stat(appDbFile(workspace.folder));
  return 2 * (await expectedSize(workspace, BACKUP_PARTS)) + 2 * size;
}

async function hasPoints({ store, collections }: BackupWorkspace): Promise<boolean> {
  const counts = await Promise.all(Object.values(collections).map(({ name }) => store.count(name)));
  return counts.some((count) => count > 0);
}

async function remove(
  { folder }: BackupWorkspace,
  { installId, backupId, objects }: ManifestBody,
): Promise<void> {
  const place = new LocalPlace(snapshotsFolder(folder));
  const parts = objects.map(({ part }) => snapshotName(installId, part, backupId));
  for (const name of [manifestName(installId, backupId), ...parts]) {
    await place.deleteObject(name).catch(() => undefined);
  }
}

/** A disk that is full must not keep the workspace from being opened. */
async function note(journal: Pick<JournalApi, 'append'>, { createdAt }: ManifestBody): Promise<void> {
  const title = `Data brought to new formats; how it was before is in the backup of ${timeInWords(createdAt)}`;
  await journal
    .append({ kind: 'maintenance', title, accountId: null, by: 'update' })
    .catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
}

const saving = (work: Work): Work => ({
  signal: work.signal,
  step: (words, total, unit) =>
    work.step(
      `Saving a backup before the update: ${words.charAt(0).toLowerCase()}${words.slice(1)}`,
      total,
      unit,
    ),
  progress: (done, total) => work.progress(done, total),
});
