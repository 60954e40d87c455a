import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { ErrorCode } from '../../../preload/contract/errors.ts';
import { SLOT_KINDS, type Secret } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import { readTextIfPresent, writeFileDurably } from '../files.ts';
import type { StorageConfig } from '../storageConfig.ts';
import { Attempts } from './attempts.ts';
import { installId } from './install.ts';
import type { Keychain } from './keychainSource.ts';
import { MASTER_KEY_BYTES, masterKeyFits } from './keyring.ts';
import { hasCiphertext, readKeyring, slotsOf } from './keyringStore.ts';
import { FileKeySource, type KeySource } from './keySource.ts';
import { keySourceOf, loadMasterKey, type MasterKeyState } from './masterKey.ts';
import { requireStrong } from './passphrase.ts';
import { createSlot, type KeySlot, openSlot, type SlotSecret } from './slots.ts';

export interface Unlocked {
  key: Buffer;
  /** What the person should know, e.g. that the next start asks again; empty when all is as before. */
  message: string;
}

interface Options {
  folder: string;
  encryption: StorageConfig['encryption'];
  env: NodeJS.ProcessEnv;
  keychain: Keychain;
  /** Shared with whatever else tries secrets. */
  attempts?: Attempts;
}

const KEY_FILE = 'file:master.key';

/** Where the master key of a workspace comes from, and the ways back to it when it does not. */
export class MasterKeys {
  readonly #options: Options;
  readonly #attempts: Attempts;
  #source: KeySource;
  /** What the source last said. */
  #state: MasterKeyState['state'] | null = null;

  constructor(options: Options) {
    const { enabled, key_source: text } = options.encryption;
    this.#options = options;
    this.#attempts = options.attempts ?? new Attempts();
    // Records in clear need no keychain: the key only makes tokens, chains the journal and encrypts backups.
    this.#source = this.#sourceOf(!enabled && text === 'keychain' ? KEY_FILE : text);
  }

  get source(): KeySource {
    return this.#source;
  }

  async load(): Promise<MasterKeyState> {
    const loaded = await loadMasterKey(this.#options.folder, this.#source);
    this.#state = loaded.state;
    return loaded.state === 'ok' ? loaded : { ...loaded, message: `${loaded.message}${this.#hint()}` };
  }

  /**
   * The key by what the person has: `own` asks the source again, e.g. after the keychain was unlocked. A key that
   * was lost from its source is put back there. Never makes one. KEY_WRONG, KEY_LOCKED, KEY_ABSENT;
   * THROTTLED while too many are tried; INVALID_INPUT for a typing slip in a recovery key; STORAGE_FAILED for a damaged slot.
   */
  async unlock(secret: Secret): Promise<Unlocked> {
    if (secret.kind === 'own') return this.#fromSource();
    const key = await this.#attempts.run(() => this.#fromSlots({ kind: secret.kind, text: secret.text }));
    return { key, message: await this.#putBack(key) };
  }

  /** Of recovery key and passphrase those that were made: no other is asked for. */
  async ways(): Promise<KeySlot['kind'][]> {
    const keyring = await readKeyring(this.#options.folder);
    const slots = [
      ...(keyring ? slotsOf(keyring) : []),
      ...[await this.#source.slot()].flatMap((one) => one ?? []),
    ];
    return SLOT_KINDS.filter((kind) => slots.some((slot) => slot.kind === kind));
  }

  /**
   * First start without a keychain: the key goes into a file in the workspace, in clear (0600) or under a
   * passphrase. The choice stands in `config.json`. Rejects with KEY_ABSENT once the folder holds ciphertext.
   */
  async useFile(passphrase: string | null): Promise<void> {
    const { folder } = this.#options;
    if (hasCiphertext(folder) || (await readKeyring(folder)) !== null) {
      throw new AppError(
        'KEY_ABSENT',
        'This workspace already has a key elsewhere; a new one would not open its data.',
      );
    }
    const file = new FileKeySource(path.resolve(folder, KEY_FILE.slice('file:'.length)));
    if (passphrase !== null) {
      requireStrong(passphrase);
      const key = randomBytes(MASTER_KEY_BYTES);
      const slot = await createSlot({ kind: 'passphrase', text: passphrase }, key, await installId(folder));
      key.fill(0);
      // Before the choice: a start that died in between must not make a key in clear.
      await file.storeSlot(slot);
    } else if ((await file.slot()) !== null) {
      // Of a choice that was not finished: nothing was encrypted with it.
      await rm(file.filePath);
    }
    await rememberKeyFile(folder);
    this.#source = file;
  }

  /** The passphrase was changed: a key file that stands under it follows. */
  async passphraseChanged(slot: KeySlot): Promise<void> {
    if (this.#source instanceof FileKeySource && (await this.#source.slot()) !== null) {
      await this.#source.storeSlot(slot);
    }
  }

  /** A key file that the settings do not name (any more) may be the one that is looked for. */
  #hint(): string {
    const { folder } = this.#options;
    const file = path.resolve(folder, KEY_FILE.slice('file:'.length));
    if (this.#source.kind === 'file' || !existsSync(file)) return '';
    return ` A key file lies in ${file}: if config.json named it, put it back from a copy of the folder, or start with CLOUDOPS_KEY_SOURCE=${KEY_FILE}.`;
  }

  async #fromSource(): Promise<Unlocked> {
    const loaded = await this.load();
    if (loaded.state === 'ok') return { key: loaded.key, message: '' };
    throw new AppError(CODES[loaded.state], loaded.message);
  }

  async #fromSlots(secret: SlotSecret): Promise<Buffer> {
    const keyring = await readKeyring(this.#options.folder);
    const install = keyring?.installId ?? (await installId(this.#options.folder));
    let failure = noSlot(secret.kind);
    // A damaged key file must not stand before what keyring.json still opens.
    const fromFile = await this.#source.slot().catch((error: unknown) => {
      failure = error instanceof AppError ? error : failure;
      return null;
    });
    const slots = [fromFile, ...(keyring === null ? [] : slotsOf(keyring))];
    for (const slot of slots) {
      if (slot?.kind !== secret.kind) continue;
      try {
        const key = await openSlot(slot, secret, install);
        if (keyring === null || masterKeyFits(keyring, key)) return key;
        failure = foreignSlot(secret.kind);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** Only a source that said "absent" takes it: a locked or unusable one may hold the key already. */
  async #putBack(key: Buffer): Promise<string> {
    const source = this.#source;
    const { folder } = this.#options;
    const again = 'The next start asks again.';
    if (this.#state === 'wrong')
      return `${NAMES[source.kind]} holds another key and was left as it is. ${again}`;
    if (this.#state !== 'absent' || !source.canStore) return '';
    const keyring = await readKeyring(folder);
    const passphrase =
      keyring === null ? undefined : slotsOf(keyring).find((slot) => slot.kind === 'passphrase');
    try {
      // A key file that may have stood under the passphrase never comes back in clear.
      if (source instanceof FileKeySource && passphrase !== undefined) await source.storeSlot(passphrase);
      else await source.store(keyring?.installId ?? (await installId(folder)), key);
      return '';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return `The key could not be put back: ${error.message} ${again}`;
    }
  }

  #sourceOf(text: string): KeySource {
    const { folder, env, keychain } = this.#options;
    return keySourceOf(text, { folder, env, keychain });
  }
}

const NAMES = { keychain: 'The keychain', env: 'The environment', file: 'The key file' };
const CODES: Record<Exclude<MasterKeyState['state'], 'ok'>, ErrorCode> = {
  locked: 'KEY_LOCKED',
  unavailable: 'KEY_LOCKED',
  absent: 'KEY_ABSENT',
  choose: 'KEY_ABSENT',
  wrong: 'KEY_WRONG',
};

function noSlot(kind: SlotSecret['kind']): AppError {
  return new AppError(
    'KEY_ABSENT',
    kind === 'recovery'
      ? 'No recovery key was made for this workspace, or it was revoked, so none opens it. Use the passphrase, unlock the keychain, or restore a backup.'
      : 'No passphrase was set for this workspace. Use the recovery key, unlock the keychain, or restore a backup.',
  );
}

function foreignSlot(kind: SlotSecret['kind']): AppError {
  return new AppError(
    'KEY_WRONG',
    `The ${kind === 'recovery' ? 'recovery key' : 'passphrase'} opens a key, but not the one this workspace was encrypted with: keyring.json or the key file comes from elsewhere. Nothing was changed.`,
  );
}

/** In the workspace's config.json, so that the next start looks in the same place. */
async function rememberKeyFile(folder: string): Promise<void> {
  const file = path.join(folder, 'config.json');
  const text = await readTextIfPresent(file);
  const config = z.record(z.string(), z.unknown()).parse(text === null ? {} : JSON.parse(text));
  const encryption = z.record(z.string(), z.unknown()).catch({}).parse(config.encryption);
  const next = { ...config, encryption: { ...encryption, key_source: KEY_FILE } };
  await writeFileDurably(file, `${JSON.stringify(next, null, 2)}\n`);
}
