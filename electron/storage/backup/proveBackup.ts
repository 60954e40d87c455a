import type { Keyring } from '../keys/keyring.ts';
import type { Work } from '../work.ts';
import { type BackupSecret, type OpenedKeys, openBackupKeys } from './backupKeys.ts';
import { damagedObject } from './errors.ts';
import { PART_WORDS } from './info.ts';
import { MANIFEST_LIMIT, type Manifest, parseManifest } from './manifest.ts';
import { manifestName } from './names.ts';
import type { BackupReader } from './place.ts';
import { type OpenBackup, readPart } from './readPart.ts';

export interface Which {
  installId: string;
  backupId: string;
}

/** The manifest as it lies there, not proved. Rejects with BACKUP_NOT_FOUND, BACKUP_DAMAGED or FORMAT_NEWER. */
export async function readManifest(
  place: BackupReader,
  which: Which,
): Promise<{ manifest: Manifest; bytes: Buffer }> {
  const name = manifestName(which.installId, which.backupId);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of place.openObject(name)) {
    size += piece.length;
    if (size > MANIFEST_LIMIT) throw damagedObject(name, 'it is far too long');
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  return { manifest: parseManifest(bytes, name), bytes };
}

/** Opens a backup with a secret; its manifest is proved, its objects are not read. */
export async function openBackup(
  place: BackupReader,
  which: Which,
  own: Keyring | null,
  secret: BackupSecret,
): Promise<OpenBackup & { opened: OpenedKeys }> {
  const { manifest } = await readManifest(place, which);
  const opened = await openBackupKeys(manifest, own, secret);
  return { place, body: manifest.body, keys: opened.keys, opened };
}

/** Decrypts and verifies every record of every object; touches nothing. */
export async function proveBackup(backup: OpenBackup, work: Work): Promise<void> {
  for (const object of backup.body.objects) {
    work.step(`Checking ${PART_WORDS[object.part]}`, object.size, 'bytes');
    const pages = readPart(backup, object, {
      signal: work.signal,
      onBytes: (bytes) => work.progress(bytes),
    });
    for await (const _ of pages);
  }
}
