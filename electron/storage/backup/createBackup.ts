import { stat } from 'node:fs/promises';
import { BACKUP_PARTS } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import { isDeletion } from '../chatDeletions.ts';
import { type Keyring, parseKeyring, unlockKeyring } from '../keys/keyring.ts';
import { sealedWith } from '../sealing.ts';
import type { Work } from '../work.ts';
import { sealObject } from './cipher.ts';
import { PART_WORDS } from './info.ts';
import { encodeLines, type Line, pointLine } from './lines.ts';
import {
  encodeManifest,
  FORMAT_VERSION,
  type FormatVersion,
  type ManifestBody,
  type ManifestObject,
} from './manifest.ts';
import { type BackupPart, backupIdAt, manifestName, parseName, snapshotName } from './names.ts';
import type { BackupPlace } from './place.ts';
import { type Checked, type Found, readPart } from './readPart.ts';
import { chatPages, collectionPages, statePages } from './sources.ts';
import { appDbFile, type BackupWorkspace } from './workspaceParts.ts';

export interface BackupRequest {
  reason: string;
  appVersion: string;
  /** All three when absent. */
  parts?: readonly BackupPart[] | undefined;
  /** Of the format, for data that lies in an earlier one; the newest when absent. */
  version?: FormatVersion;
}

/**
 * The journal after the conversations, since it holds the plans they name; the scan cells before the resources,
 * so that all that a completed cell saw is in the backup.
 */
const IN_ORDER: readonly BackupPart[] = ['chat_history', 'state', 'aws_estate'];
const SAMPLE = 200;

/**
 * Writes a backup of the open workspace to a place. The objects are written and read back whole, every record
 * opened, before the manifest makes them a backup; on an error or an abort they are removed again. Writers go
 * on meanwhile: of conversations the state at the beginning is kept, of each resource the one it had when it
 * was read, of `app.db` that of one moment. Keys may change meanwhile too: the manifest takes the keyring after
 * the last record was read, and what is read back is opened with those keys alone.
 */
export async function createBackup(
  workspace: BackupWorkspace,
  place: BackupPlace,
  request: BackupRequest,
  work: Work,
  now: Date,
): Promise<ManifestBody> {
  const { installId } = workspace.keyring;
  const parts = request.parts ?? BACKUP_PARTS;
  await requireSpace(workspace, place, parts);
  const taken = await place.list({ installId }).catch(missingIsEmpty);
  await removeIncomplete(place, taken);
  const time = freeTime(now, new Set(taken.map(({ name }) => parseName(name)?.backupId)));
  const backupId = backupIdAt(time);
  const body: ManifestBody = {
    format: 'cloudops-backup',
    version: request.version ?? FORMAT_VERSION,
    appVersion: request.appVersion,
    installId,
    backupId,
    createdAt: time.toISOString(),
    reason: request.reason,
    objects: [],
    journal: null,
    keyring: '',
  };
  try {
    const written = new Map<BackupPart, ManifestObject>();
    for (const part of IN_ORDER.filter((one) => parts.includes(one))) {
      written.set(part, await writePart(workspace, place, body, part, work));
    }
    body.objects = parts.flatMap((part) => written.get(part) ?? []);
    body.keyring = await workspace.keyringText();
    const masterKey = workspace.copyMasterKey();
    const keys = unlockKeyring(parseKeyring(body.keyring), masterKey);
    masterKey.fill(0);
    for (const object of body.objects) {
      const found = await readBack(workspace, keys, place, body, object, work);
      object.unreadable = found.unreadable;
      body.journal ??= found.journal;
    }
    await place.putManifest(manifestName(installId, backupId), encodeManifest(workspace.keyring, body), work);
    return body;
  } catch (error) {
    for (const part of parts) {
      await place.deleteObject(snapshotName(installId, part, backupId)).catch(() => undefined);
    }
    throw error;
  }
}

async function writePart(
  workspace: BackupWorkspace,
  place: BackupPlace,
  { installId, backupId, version }: ManifestBody,
  part: BackupPart,
  work: Work,
): Promise<ManifestObject> {
  const total = part === 'state' ? null : await workspace.store.count(workspace.collections[part].name);
  work.step(`Copying ${PART_WORDS[part]}`, total, 'records');
  const tally = { records: 0, deletions: 0, conversations: 0 };
  const counted = reporting(pagesOf(workspace, part, version), tally, work);
  const sealed = sealObject(
    workspace.keyring,
    { installId, backupId, part },
    encodeLines(part, counted, tally, version),
  );
  const name = snapshotName(installId, part, backupId);
  const written = await place.writeObject(name, sealed, { signal: work.signal });
  const { records, deletions, conversations } = tally;
  return {
    part,
    name,
    ...written,
    records,
    unreadable: 0,
    ...(deletions > 0 && { deletions }),
    ...(part === 'chat_history' && { conversations }),
  };
}

function pagesOf(
  { store, collections, folder, seen }: BackupWorkspace,
  part: BackupPart,
  version: FormatVersion,
): AsyncGenerator<Line[]> {
  if (part === 'state') return statePages(appDbFile(folder), { history: version > 1 });
  if (part === 'chat_history') return chatPages(store, collections.chat_history.name);
  return collectionPages(store, collections.aws_estate.name, seen);
}

async function* reporting(
  pages: AsyncIterable<Line[]>,
  tally: { records: number; deletions: number; conversations: number },
  work: Work,
): AsyncGenerator<Line[]> {
  for await (const page of pages) {
    work.signal.throwIfAborted();
    for (const line of page) {
      if (line.t !== 'point') continue;
      if (isDeletion(line.payload)) tally.deletions += 1;
      else if (line.payload.kind === 'conversation') tally.conversations += 1;
    }
    yield page;
    work.progress(tally.records);
  }
}

async function readBack(
  workspace: BackupWorkspace,
  keys: Keyring,
  place: BackupPlace,
  body: ManifestBody,
  object: ManifestObject,
  work: Work,
): Promise<Found> {
  work.step(`Reading back ${PART_WORDS[object.part]}`, object.size, 'bytes');
  let found: Found | null = null;
  const pages = readPart({ place, body, keys }, object, {
    signal: work.signal,
    onBytes: (bytes) => work.progress(bytes),
    found: (seen) => {
      found = seen;
    },
  });
  for await (const page of pages) {
    for (const checked of page) requireKnownKey(checked, keys, workspace.keyring);
  }
  if (found === null) throw new AppError('INTERNAL', 'A backup object was not read to its end.');
  return found;
}

/** A record that this workspace can open and the backup cannot would be lost with this machine. */
function requireKnownKey({ line, content }: Checked, keys: Keyring, own: Keyring): void {
  if (content !== null || line.t === 'segment' || line.t === 'gone' || line.t === 'other') return;
  const sealed = Buffer.from(String(line.t === 'point' ? line.payload.sealed : line.sealed), 'base64');
  const id = sealedWith(sealed);
  if (id === null || own.find(id, 'records') === undefined || keys.find(id, 'records') !== undefined) return;
  throw new AppError(
    'INTERNAL',
    'A data key was changed while the backup was being made, and the backup does not hold it. Nothing was kept of it. Make the backup again.',
  );
}

/** A killed run leaves objects without a manifest; nothing else of this install makes any at the same time. */
async function removeIncomplete(place: BackupPlace, objects: { name: string }[]): Promise<void> {
  const names = objects.flatMap(({ name }) => {
    const parsed = parseName(name);
    return parsed === null ? [] : [{ name, ...parsed }];
  });
  const complete = new Set(names.filter(({ part }) => part === 'manifest').map(({ backupId }) => backupId));
  for (const { name, backupId } of names) {
    if (!complete.has(backupId)) await place.deleteObject(name);
  }
}

/** Names go by the second: two backups within one get the next that is free. */
function freeTime(now: Date, taken: Set<string | undefined>): Date {
  let time = now;
  while (taken.has(backupIdAt(time))) time = new Date(time.getTime() + 1_000);
  return time;
}

function missingIsEmpty(error: unknown): never[] {
  if (error instanceof AppError && error.code === 'BACKUP_PLACE') return [];
  throw error;
}

/** Twice what the backup is expected to need must be free, so that making it never fills the disk. */
async function requireSpace(
  workspace: BackupWorkspace,
  place: BackupPlace,
  parts: readonly BackupPart[],
): Promise<void> {
  const free = await place.freeBytes();
  if (free === null) return;
  const expected = await expectedSize(workspace, parts);
  if (free >= 2 * expected) return;
  throw new AppError(
    'DISK_FULL',
    `A backup of about ${megabytes(expected)} needs ${megabytes(2 * expected)} free in ${place.label}; ${megabytes(free)} are. Free some space and try again.`,
  );
}

/** In bytes. */
export async function expectedSize(
  workspace: BackupWorkspace,
  parts: readonly BackupPart[],
): Promise<number> {
  let expected = 0;
  for (const part of parts) expected += await expectedBytes(workspace, part);
  return expected;
}

/** By the size of its first records: sealed data does not shrink, so that lines and object are near each other. */
async function expectedBytes(
  { store, collections, folder }: BackupWorkspace,
  part: BackupPart,
): Promise<number> {
  if (part === 'state') {
    return stat(appDbFile(folder)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  const { name } = collections[part];
  const { points } = await store.scroll(name, { limit: SAMPLE, withVector: true });
  if (points.length === 0) return 0;
  const bytes = points.reduce((sum, point) => sum + JSON.stringify(pointLine(point)).length, 0);
  return Math.ceil((bytes / points.length) * (await store.count(name)));
}

export const megabytes = (bytes: number) => `${Math.ceil(bytes / 1_000_000)} MB`;
