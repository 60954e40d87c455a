import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { parseKeyring, unlockKeyring } from '../keys/keyring.ts';
import type { Work } from '../work.ts';
import type { OpenedKeys } from './backupKeys.ts';
import { openObject, sealObject } from './cipher.ts';
import { PART_WORDS } from './info.ts';
import { decodeLines, encodeLines, type Line } from './lines.ts';
import { LocalPlace } from './localPlace.ts';
import type { ManifestObject } from './manifest.ts';
import { type BackupPart, snapshotName } from './names.ts';
import { type OpenBackup, readPart } from './readPart.ts';
import { fitsAsItIs, Rekeyer } from './rekey.ts';
import {
  type RestoreFile,
  removeRestore,
  restoreFolder,
  type Staged,
  type Takeover,
  writeRestoreFile,
} from './restoreFile.ts';
import type { BackupGround } from './workspaceParts.ts';

export type RestoreMode = RestoreFile['mode'];
export interface StageRequest {
  mode: RestoreMode;
  parts: readonly PartToRestore[];
  /** Given when the workspace is to become the install of the backup. */
  takeover: Takeover | null;
  /** Called once everything is verified and staged, before it is confirmed; a rejection gives the restore up. */
  beforeConfirm: () => Promise<void>;
}

export type OpenedBackup = OpenBackup & { opened: OpenedKeys };
export interface PartToRestore {
  from: OpenedBackup;
  object: ManifestObject;
}

const stagedPlace = (folder: string) => new LocalPlace(path.join(restoreFolder(folder), 'objects'));

/**
 * Reads the wanted parts of a backup whole, verifying everything, and writes their records aside in the terms of
 * this workspace (or of the install it becomes). The data in use is not touched. On an error or an abort
 * nothing remains.
 */
export async function stageRestore(
  workspace: BackupGround,
  backup: OpenedBackup,
  request: StageRequest,
  work: Work,
): Promise<void> {
  const { folder } = workspace;
  const { installId, backupId, createdAt } = backup.body;
  await removeRestore(folder);
  await requireSpace(
    stagedPlace(folder),
    request.parts.map(({ object }) => object),
  );
  const target = targetKeys(workspace, request);
  const restore: RestoreFile = {
    schema: 1,
    phase: 'staging',
    mode: request.mode,
    backup: { installId, backupId, createdAt },
    installId: target.installId,
    staged: [],
    takeover: request.takeover,
    counts: {},
  };
  await mkdir(restoreFolder(folder), { recursive: true, mode: 0o700 });
  try {
    await writeRestoreFile(folder, restore);
    for (const part of request.parts)
      restore.staged.push(await stagePart(workspace, part, { target, backupId }, work));
    await request.beforeConfirm();
    work.signal.throwIfAborted();
    // Before the exchange: no message comes here whose ids nobody can tell. One too many does no harm.
    if (request.takeover === null) await workspace.adoptIndexKeys(backup.keys);
    await writeRestoreFile(folder, { ...restore, phase: 'confirmed' });
  } catch (error) {
    await removeRestore(folder);
    throw error;
  }
}

/** Rejects with BACKUP_NOT_FOUND when the backup does not hold the part. */
export function wantedPart(from: OpenedBackup, part: BackupPart): PartToRestore {
  const object = from.body.objects.find((one) => one.part === part);
  if (object !== undefined) return { from, object };
  throw new AppError(
    'BACKUP_NOT_FOUND',
    `The backup of ${from.body.createdAt} does not hold ${PART_WORDS[part]}. Choose what it holds, or another backup.`,
  );
}

function targetKeys(workspace: BackupGround, { takeover }: StageRequest): Keyring {
  if (takeover === null) return workspace.keyring;
  return unlockKeyring(parseKeyring(takeover.underOwnKey), workspace.copyMasterKey());
}

/** @param as the restore it is staged for: parts of other backups lie under the same name. */
async function stagePart(
  workspace: BackupGround,
  { from, object }: PartToRestore,
  as: { target: Keyring; backupId: string },
  work: Work,
): Promise<Staged> {
  const { body, keys } = from;
  const { target, backupId } = as;
  const { part } = object;
  const rekeyer = new Rekeyer({
    part,
    object: object.name,
    body,
    source: keys,
    target,
    asItIs: fitsAsItIs(keys, from.opened.keyring, target),
    vectorSize: part === 'aws_estate' ? workspace.collections.aws_estate.vectorSize : 0,
  });
  work.step(`Checking ${PART_WORDS[part]}`, object.size, 'bytes');
  const context = { installId: target.installId, backupId, part };
  const lines = encodeLines(part, rekeyed(from, object, rekeyer, work), { records: 0 });
  const name = snapshotName(target.installId, part, backupId);
  await stagedPlace(workspace.folder).writeObject(name, sealObject(target, context, lines), {
    signal: work.signal,
  });
  const other = body.backupId === backupId ? {} : { createdAt: body.createdAt };
  return { part, ...other, object: name, gone: rekeyer.gone, skipped: rekeyer.skipped };
}

async function* rekeyed(
  backup: OpenBackup,
  object: ManifestObject,
  rekeyer: Rekeyer,
  work: Work,
): AsyncGenerator<Line[]> {
  const options = { signal: work.signal, onBytes: (bytes: number) => work.progress(bytes) };
  for await (const page of readPart(backup, object, options)) {
    yield page.flatMap((checked) => rekeyer.lines(checked));
  }
}

/** The staged lines of a part; those of conversations that are gone are left out. */
export async function* stagedLines(
  folder: string,
  restore: RestoreFile,
  { part, object, gone }: Staged,
  keys: Keyring,
): AsyncGenerator<Line[]> {
  const without = new Set(gone);
  const context = { installId: restore.installId, backupId: restore.backup.backupId, part };
  const sealed = stagedPlace(folder).openObject(object);
  for await (const page of decodeLines(part, object, openObject(keys, context, object, sealed), {
    records: 0,
  })) {
    yield without.size === 0 ? page : page.filter((line) => !isOf(line, without));
  }
}

function isOf(line: Line, conversations: Set<string>): boolean {
  if (line.t !== 'point') return false;
  return conversations.has(line.id) || conversations.has(String(line.payload.context_id));
}

/** The staged copy and what it becomes must both fit beside the data in use. */
async function requireSpace(place: LocalPlace, objects: ManifestObject[]): Promise<void> {
  const size = objects.reduce((sum, object) => sum + object.size, 0);
  const free = await place.freeBytes();
  const needed = 3 * size;
  if (free >= needed) return;
  throw new AppError(
    'DISK_FULL',
    `Restoring ${megabytes(size)} needs ${megabytes(needed)} free on the disk of this workspace; ${megabytes(free)} are. Nothing was changed. Free some space and try again.`,
  );
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1_000_000)} MB`;
