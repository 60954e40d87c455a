import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { AppError } from '../../errors.ts';
import { makePrivateFolder } from '../files.ts';
import { isSilence } from './answeringKeychain.ts';
import { installId } from './install.ts';
import { type Keychain, KeychainKeySource } from './keychainSource.ts';
import { type Keyring, MASTER_KEY_BYTES, masterKeyFits } from './keyring.ts';
import { hasCiphertext, KeyringStore, readKeyring } from './keyringStore.ts';
import { EnvironmentKeySource, FileKeySource, type KeySource } from './keySource.ts';

export type MasterKeyState =
  | { state: 'ok'; key: Buffer; message: string }
  /** `choose`: a new workspace whose key source cannot keep a key; the person must say where it goes. */
  | { state: 'absent' | 'locked' | 'unavailable' | 'wrong' | 'choose'; message: string };

/** `keychain`, `env:NAME` or `file:PATH`; a relative path counts from the workspace's folder. */
export function keySourceOf(
  text: string,
  context: { folder: string; env: NodeJS.ProcessEnv; keychain: Keychain },
): KeySource {
  if (text === 'keychain') return new KeychainKeySource(context.keychain);
  if (/^env:./.test(text)) return new EnvironmentKeySource(text.slice(4), context.env);
  if (/^file:./.test(text)) return new FileKeySource(path.resolve(context.folder, text.slice(5)));
  throw new AppError(
    'INVALID_INPUT',
    `The key source "${text}" is not known. Use keychain, env:NAME or file:PATH.`,
  );
}

/**
 * The workspace's master key from its source. A key is made only for a folder without any ciphertext;
 * with ciphertext present a missing key is `absent`, never a new one. Rejects when the folder's own files
 * (`install.json`, `keyring.json`) are damaged, newer than this app or cannot be written.
 */
export async function loadMasterKey(folder: string, source: KeySource): Promise<MasterKeyState> {
  await makePrivateFolder(folder);
  const keyring = await readKeyring(folder);
  const install = keyring?.installId ?? (await installId(folder));
  const encrypted = keyring !== null || hasCiphertext(folder);
  const load = await source.load(install);
  if (load.state === 'ok') {
    if (keyring !== null && !masterKeyFits(keyring, load.key)) return wrongKey(source);
    return { state: 'ok', key: load.key, message: '' };
  }
  if (load.state === 'absent' && encrypted) {
    return {
      state: 'absent',
      message: `This workspace is encrypted and its key was not found. ${load.message} Nothing was changed.`,
    };
  }
  if (load.state === 'absent' && source.canStore) return create(install, source);
  // Nothing is encrypted yet, so no key can be missed: a keychain that cannot take one is no dead end.
  const useless = load.state === 'unavailable' || (load.state === 'locked' && load.silent === true);
  if (source.kind === 'keychain' && !encrypted && useless) return choice(load.message);
  return load;
}

function choice(message: string): MasterKeyState {
  return {
    state: 'choose',
    message: `${message} This workspace has no key yet and nothing in it is encrypted: try again once the keychain works, or keep the key in a file.`,
  };
}

async function create(install: string, source: KeySource): Promise<MasterKeyState> {
  const key = randomBytes(MASTER_KEY_BYTES);
  try {
    await source.store(install, key);
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('KEY_')) throw error;
    const locked = error.code === 'KEY_LOCKED' && !isSilence(error.cause);
    return locked ? { state: 'locked', message: error.message } : choice(error.message);
  }
  return { state: 'ok', key, message: '' };
}

function wrongKey(source: KeySource): MasterKeyState {
  const where = { keychain: 'in the keychain', env: 'in the environment', file: `in ${source.filePath}` }[
    source.kind
  ];
  return {
    state: 'wrong',
    message: `The key ${where} is not the one this workspace was encrypted with. Nothing was changed. Provide the right key, or set CLOUDOPS_KEY_SOURCE to where it is.`,
  };
}

/** Opens `keyring.json` with the master key, or makes it for a folder without any ciphertext. */
export async function openKeyring(folder: string, masterKey: Uint8Array): Promise<Keyring> {
  return (await KeyringStore.open(folder, masterKey)).keyring;
}
