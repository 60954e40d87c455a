import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '../../errors.ts';
import { type Keyring, type KeyringFile, rewrapKeyring, withIndexKeysOf } from '../keys/keyring.ts';
import { createSlot, type SlotSecret } from '../keys/slots.ts';
import type { Takeover } from './restoreFile.ts';

const NONCE = 12;
const TAG = 16;
const INFO = 'cloudops/restore/master-key/1';

/**
 * A workspace that becomes the install of the backup: its data keys, install id and key slots, under the master
 * key that is to be kept from then on. The workspace's journal stays as an earlier one, and so must the index keys
 * (`ownKeys`) that made the ids in it.
 */
export async function takeoverOf(
  backup: { keyring: KeyringFile; masterKey: Uint8Array },
  keys: { ownKeys: Keyring; own: Uint8Array; next: Uint8Array; secret: SlotSecret | null },
): Promise<Takeover> {
  const { masterKey } = backup;
  const { ownKeys, own, next, secret } = keys;
  const keyring = withIndexKeysOf(backup.keyring, masterKey, ownKeys);
  return {
    installId: keyring.installId,
    keyring: text(await under(keyring, masterKey, next, secret)),
    underOwnKey: text(await under(keyring, masterKey, own, null)),
    masterKey: Buffer.from(own).equals(next) ? null : sealMasterKey(own, next, keyring.installId),
  };
}

/** Slots wrap the master key itself: under another one they end, and the secret at hand gets a new one. */
async function under(
  keyring: KeyringFile,
  from: Uint8Array,
  to: Uint8Array,
  secret: SlotSecret | null,
): Promise<KeyringFile> {
  if (Buffer.from(from).equals(to)) return keyring;
  const rewrapped = rewrapKeyring(keyring, from, to);
  const slots = secret === null ? [] : [await createSlot(secret, to, keyring.installId)];
  return { ...rewrapped, slots };
}

const text = (file: KeyringFile) => `${JSON.stringify(file, null, 2)}\n`;

function sealMasterKey(own: Uint8Array, next: Uint8Array, installId: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', wrapping(own, installId), nonce, { authTagLength: TAG });
  return Buffer.concat([nonce, cipher.update(next), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** The master key to go on with. */
export function nextMasterKey({ masterKey, installId }: Takeover, own: Uint8Array): Buffer {
  if (masterKey === null) return Buffer.from(own);
  const sealed = Buffer.from(masterKey, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', wrapping(own, installId), sealed.subarray(0, NONCE), {
    authTagLength: TAG,
  });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
  } catch (cause) {
    throw new AppError('STORAGE_FAILED', 'restore/restore.json is damaged: the key in it does not open.', {
      cause,
    });
  }
}

function wrapping(masterKey: Uint8Array, installId: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, installId, INFO, 32));
}
