import type { Secret } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import {
  type Keyring,
  type KeyringFile,
  masterKeyFits,
  parseKeyring,
  unlockKeyring,
} from '../keys/keyring.ts';
import { openSlot, parseSlot } from '../keys/slots.ts';
import { damagedObject } from './errors.ts';
import { type Manifest, proveManifest } from './manifest.ts';
import { manifestName } from './names.ts';

const KINDS: readonly unknown[] = ['recovery', 'passphrase'];

/** What a backup is opened with. */
export interface BackupSecret {
  secret: Secret;
  /** The workspace's own master key, where the caller has it: for `own`, when the backup is of an older keyring. */
  masterKey?: Uint8Array | undefined;
}

export interface OpenedKeys {
  keys: Keyring;
  keyring: KeyringFile;
  /** Null when this workspace's own keys, already in memory, open it. */
  masterKey: Buffer | null;
}

/**
 * The keys of a backup; its manifest is proved with them. KEY_WRONG and INVALID_INPUT (a typing slip) are about
 * the secret, BACKUP_DAMAGED is about the backup.
 */
export async function openBackupKeys(
  manifest: Manifest,
  own: Keyring | null,
  { secret, masterKey }: BackupSecret,
): Promise<OpenedKeys> {
  const { installId, backupId } = manifest.body;
  const keyring = readKeyring(manifest);
  if (secret.kind === 'own') {
    const opened = openWithOwn(manifest, keyring, own, masterKey);
    proveManifest(manifest, opened.keys);
    return opened;
  }
  const stored = keyring.slots.find((slot) => slot.kind === secret.kind);
  if (stored === undefined) {
    if (keyring.slots.every(({ kind }) => KINDS.includes(kind))) throw noSlot(secret.kind);
    throw damagedObject(manifestName(installId, backupId), 'it holds a key slot of an unknown kind');
  }
  let key: Buffer;
  try {
    key = await openSlot(parseSlot(stored), secret, installId);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STORAGE_FAILED') throw error;
    throw damagedObject(manifestName(installId, backupId), 'its key slot was changed');
  }
  const keys = unlock(manifest, keyring, key);
  proveManifest(manifest, keys);
  return { keys, keyring, masterKey: key };
}

function openWithOwn(
  manifest: Manifest,
  keyring: KeyringFile,
  own: Keyring | null,
  masterKey: Uint8Array | undefined,
): OpenedKeys {
  // By the ids of its keys: after a rotation this workspace still holds those of its older backups.
  const holdsAll = keyring.keys.every(({ id, purpose }) => own?.find(id, purpose) !== undefined);
  if (own !== null && own.installId === manifest.body.installId && holdsAll) {
    return { keys: own, keyring, masterKey: null };
  }
  if (masterKey !== undefined && masterKeyFits(keyring, masterKey)) {
    return { keys: unlock(manifest, keyring, masterKey), keyring, masterKey: Buffer.from(masterKey) };
  }
  throw new AppError(
    'KEY_WRONG',
    'This backup was made under another key than the one of this workspace. Open it with its recovery key or passphrase.',
  );
}

function readKeyring({ body }: Manifest): KeyringFile {
  let keyring: KeyringFile;
  try {
    keyring = parseKeyring(body.keyring);
  } catch (error) {
    if (error instanceof AppError && error.code === 'FORMAT_NEWER') throw error;
    throw damagedObject(manifestName(body.installId, body.backupId), 'the keyring in it cannot be read');
  }
  if (keyring.installId === body.installId) return keyring;
  throw damagedObject(manifestName(body.installId, body.backupId), 'the keyring in it is of another install');
}

function unlock({ body }: Manifest, keyring: KeyringFile, masterKey: Uint8Array): Keyring {
  try {
    return unlockKeyring(keyring, masterKey);
  } catch (error) {
    if (error instanceof AppError && error.code === 'KEY_WRONG') throw error;
    throw damagedObject(manifestName(body.installId, body.backupId), 'a key in it does not open');
  }
}

function noSlot(kind: 'recovery' | 'passphrase'): AppError {
  return new AppError(
    'KEY_WRONG',
    kind === 'recovery'
      ? 'No recovery key had been made when this backup was written. Open it with the passphrase, if there was one, or on the machine that made it.'
      : 'No passphrase had been set when this backup was written. Open it with the recovery key, or on the machine that made it.',
  );
}
