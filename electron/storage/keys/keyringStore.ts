import { createSecretKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { KeyInfo } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import { readTextIfPresent, writeFileDurably } from '../files.ts';
import { Serial } from '../serial.ts';
import { installId } from './install.ts';
import {
  createKeyring,
  type KeyPurpose,
  type Keyring,
  type KeyringFile,
  parseKeyring,
  unlockKeyring,
  withIndexKeysOf,
  withNewKey,
  withoutPending,
} from './keyring.ts';
import { createSlot, KeySlot, type SlotKind, type SlotSecret } from './slots.ts';

export const keyringPath = (folder: string) => path.join(folder, 'keyring.json');

/** Whether anything sealed may lie in the folder. */
export function hasCiphertext(folder: string): boolean {
  return ['app.db', 'engine.json', 'data'].some((name) => existsSync(path.join(folder, name)));
}

/** The file, or null when there is none. Rejects when it is damaged or newer than this app. */
export async function readKeyring(folder: string): Promise<KeyringFile | null> {
  const text = await readTextIfPresent(keyringPath(folder));
  return text === null ? null : parseKeyring(text);
}

/** Slots that this version can open; others stay in the file untouched. */
export function slotsOf(file: KeyringFile): KeySlot[] {
  return file.slots.flatMap((slot) => {
    const parsed = KeySlot.safeParse(slot);
    return parsed.success ? [parsed.data] : [];
  });
}

/**
 * `keyring.json` of an open workspace: the only one who writes it. Holds the master key, since slots and new data
 * keys are wrapped with it; it leaves memory with the worker. Each change is durable before it is used.
 */
export class KeyringStore {
  readonly keyring: Keyring;
  readonly #folder: string;
  readonly #masterKey: KeyObject;
  readonly #serial = new Serial();
  #file: KeyringFile;

  /**
   * Opens the keyring, or makes it for a folder without any ciphertext. `plain` is what the configuration asks
   * for (`encryption.enabled: false`); a workspace of the other kind is refused with INVALID_INPUT.
   */
  static async open(
    folder: string,
    masterKey: Uint8Array,
    options: { plain?: boolean } = {},
  ): Promise<KeyringStore> {
    const { plain = false } = options;
    const stored = await readKeyring(folder);
    if (stored !== null) {
      refuseOtherKind(stored, plain);
      return new KeyringStore(folder, stored, masterKey);
    }
    if (hasCiphertext(folder)) {
      throw new AppError(
        'KEY_ABSENT',
        `keyring.json is missing from ${folder}, and without it the data there cannot be opened. Put it back from a copy of the folder. Nothing was changed.`,
      );
    }
    const file = createKeyring(masterKey, await installId(folder), undefined, { plain });
    await write(folder, file);
    return new KeyringStore(folder, file, masterKey);
  }

  private constructor(folder: string, file: KeyringFile, masterKey: Uint8Array) {
    this.keyring = unlockKeyring(file, masterKey);
    this.#folder = folder;
    this.#file = file;
    this.#masterKey = createSecretKey(masterKey);
  }

  slots(): KeySlot[] {
    return slotsOf(this.#file);
  }

  /** A copy, for a restore that wraps another install's keys with it. The caller clears it. */
  copyMasterKey(): Buffer {
    return this.#masterKey.export();
  }

  /** The file's data keys as the screens show them. */
  dataKeys(): KeyInfo['dataKeys'] {
    return this.#file.keys
      .filter((key) => key.pending !== true)
      .map(({ id, purpose, createdAt }) => ({
        purpose,
        keyId: id,
        createdAt,
        current: this.keyring.current(purpose).id === id,
      }));
  }

  /** Wraps the master key; an earlier slot of this kind is replaced in the same write. */
  putSlot(secret: SlotSecret): Promise<KeySlot> {
    return this.#serial.run(async () => {
      const slot = await this.#withMasterKey((key) => createSlot(secret, key, this.keyring.installId));
      await this.#write({ ...this.#file, slots: [...this.#slotsBut(secret.kind), slot] });
      return slot;
    });
  }

  /** Takes a slot that wraps this master key already, e.g. that of a new key file. */
  adoptSlot(slot: KeySlot): Promise<void> {
    return this.#serial.run(() =>
      this.#write({ ...this.#file, slots: [...this.#slotsBut(slot.kind), slot] }),
    );
  }

  /** NOT_FOUND when there is none. Backups made before keep their own copy of the slot. */
  removeSlot(kind: SlotKind): Promise<void> {
    return this.#serial.run(async () => {
      if (!this.#file.slots.some((slot) => slot.kind === kind)) {
        throw new AppError(
          'NOT_FOUND',
          `This workspace has no ${kind === 'recovery' ? 'recovery key' : kind}.`,
        );
      }
      await this.#write({ ...this.#file, slots: this.#slotsBut(kind) });
    });
  }

  addKey(purpose: KeyPurpose, options: { pending?: boolean } = {}): Promise<void> {
    return this.#serial.run(async () => {
      await this.#write(
        await this.#withMasterKey(async (key) => withNewKey(this.#file, key, { purpose, ...options })),
      );
    });
  }

  /** Takes another install's index keys as earlier ones: what its ids mean is found from now on. */
  adoptIndexKeys(source: Keyring): Promise<void> {
    return this.#serial.run(() =>
      this.#withMasterKey(async (key) => {
        const file = withIndexKeysOf(this.#file, key, source);
        if (file.keys.length > this.#file.keys.length) await this.#write(file);
      }),
    );
  }

  /** The text of `keyring.json` between two changes: it holds every key that anything was made with before. */
  text(): Promise<string> {
    return this.#serial.run(async () => textOf(this.#file));
  }

  /**
   * The pending key takes over, in memory at once (for work that must not see both), on disk when this resolves.
   * A crash in between is settled at the next opening.
   */
  activatePending(purpose: KeyPurpose): Promise<void> {
    this.#use(withoutPending(this.#file, purpose, 'current'));
    // What is newest by then: a slot may be stored in between.
    return this.#serial.run(() => write(this.#folder, this.#file));
  }

  forgetPending(purpose: KeyPurpose): Promise<void> {
    return this.#serial.run(() => this.#write(withoutPending(this.#file, purpose, 'forgotten')));
  }

  #slotsBut(kind: SlotKind): KeyringFile['slots'] {
    return this.#file.slots.filter((slot) => slot.kind !== kind);
  }

  async #write(file: KeyringFile): Promise<void> {
    await write(this.#folder, file);
    this.#use(file);
  }

  #use(file: KeyringFile): void {
    const key = this.#masterKey.export();
    this.keyring.take(unlockKeyring(file, key));
    key.fill(0);
    this.#file = file;
  }

  async #withMasterKey<T>(work: (key: Buffer) => Promise<T>): Promise<T> {
    const key = this.#masterKey.export();
    try {
      return await work(key);
    } finally {
      key.fill(0);
    }
  }
}

function textOf(file: KeyringFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

function write(folder: string, file: KeyringFile): Promise<void> {
  return writeFileDurably(keyringPath(folder), textOf(file));
}

function refuseOtherKind(file: KeyringFile, plain: boolean): void {
  const isPlain = file.records === 'plain';
  if (isPlain === plain) return;
  throw new AppError(
    'INVALID_INPUT',
    isPlain
      ? 'This workspace was made with encryption.enabled: false and its records are not encrypted. They are not encrypted afterwards: start with an empty folder (--data), or put encryption.enabled: false back into config.json. Nothing was changed.'
      : 'This workspace is encrypted, and config.json asks for encryption.enabled: false. An encrypted workspace is not decrypted: remove that setting, or start with an empty folder (--data). Nothing was changed.',
  );
}
