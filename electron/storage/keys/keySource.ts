import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { AppError, nodeErrorCode } from '../../errors.ts';
import { readTextIfPresent, writeFileDurably } from '../files.ts';
import { MASTER_KEY_BYTES } from './keyring.ts';
import { type KeySlot, parseSlot } from './slots.ts';

export type KeyLoad =
  | { state: 'ok'; key: Buffer }
  /** Message: what was found, where, and what to do. */
  | {
      state: 'absent' | 'locked' | 'unavailable' | 'wrong';
      message: string;
      /** Of `locked`: it gave no answer at all. */
      silent?: boolean;
    };

/** Where the master key (32 bytes) is kept. */
export interface KeySource {
  readonly kind: 'keychain' | 'env' | 'file';
  /** Only for `file`: its absolute path. */
  readonly filePath: string | null;
  /** False where only the user can put a key (environment). */
  readonly canStore: boolean;
  /** Never rejects for a key that cannot be had; never makes one. */
  load(installId: string): Promise<KeyLoad>;
  /** Stores a new key and reads it back. Refuses to replace one. Rejects with an AppError. */
  store(installId: string, key: Buffer): Promise<void>;
  /** The slot that stands where the key would: `load` then says `locked`, and a passphrase opens it. */
  slot(): Promise<KeySlot | null>;
}

const PREFIX = 'cloudops-key-1:';

/** `cloudops-key-1:` and base64: the form in the keychain and in key files. */
export function formatKey(key: Uint8Array): string {
  return `${PREFIX}${Buffer.from(key).toString('base64')}`;
}

/** Accepts that form, bare base64, and 64 hexadecimal digits. Null for anything that is not 32 bytes. */
export function parseKey(text: string): Buffer | null {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  const base64 = trimmed.startsWith(PREFIX) ? trimmed.slice(PREFIX.length) : trimmed;
  if (!/^[A-Za-z0-9+/]{43}=?$/.test(base64)) return null;
  const key = Buffer.from(base64, 'base64');
  return key.length === MASTER_KEY_BYTES ? key : null;
}

/** An environment variable; the user makes and keeps the key. */
export class EnvironmentKeySource implements KeySource {
  readonly kind = 'env';
  readonly filePath = null;
  readonly canStore = false;
  readonly #name: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(name: string, env: NodeJS.ProcessEnv) {
    this.#name = name;
    this.#env = env;
  }

  async load(): Promise<KeyLoad> {
    const text = this.#env[this.#name];
    if (text === undefined || text === '') {
      return {
        state: 'absent',
        message: `The environment variable ${this.#name} holds no key. Set it to 32 random bytes in base64 (for example from: openssl rand -base64 32) and start the app again.`,
      };
    }
    const key = parseKey(text);
    if (key !== null) return { state: 'ok', key };
    return {
      state: 'wrong',
      message: `The environment variable ${this.#name} does not hold a key: 32 bytes in base64 or 64 hexadecimal digits are needed.`,
    };
  }

  async store(): Promise<void> {
    throw new AppError(
      'KEY_ABSENT',
      `The app cannot keep a key in the environment variable ${this.#name}; set it yourself.`,
    );
  }

  async slot(): Promise<null> {
    return null;
  }
}

/** A file that only its owner may read: the key itself, or a `KeySlot` as JSON, which takes a passphrase. */
export class FileKeySource implements KeySource {
  readonly kind = 'file';
  readonly filePath: string;
  readonly canStore = true;

  constructor(file: string) {
    this.filePath = path.resolve(file);
  }

  async load(): Promise<KeyLoad> {
    const file = this.filePath;
    try {
      const handle = await open(file, constants.O_RDONLY);
      try {
        const stat = await handle.stat();
        if (stat.isDirectory()) return { state: 'unavailable', message: inTheWay(file) };
        if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
          return {
            state: 'unavailable',
            message: `Others can read the key file ${file}. Make it private (chmod 600 '${file}') and try again.`,
          };
        }
        const text = await handle.readFile('utf8');
        if (isSlot(text)) {
          return {
            state: 'locked',
            message: `The key of this workspace is kept in ${file} under a passphrase. Type the passphrase to open the workspace.`,
          };
        }
        const key = parseKey(text);
        if (key !== null) return { state: 'ok', key };
      } finally {
        await handle.close();
      }
    } catch (error) {
      const code = nodeErrorCode(error) ?? 'unknown';
      if (code === 'ENOENT') {
        return {
          state: 'absent',
          message: `The key file ${file} does not exist. Put it back, or set CLOUDOPS_KEY_SOURCE to where the key is.`,
        };
      }
      if (code === 'EISDIR') return { state: 'unavailable', message: inTheWay(file) };
      return {
        state: 'unavailable',
        message: `The key file ${file} could not be read (${code}). Check the disk and the file's permissions, then try again.`,
      };
    }
    return {
      state: 'wrong',
      message: `The key file ${file} does not hold a key: it is empty, cut or damaged. Put it back from a copy, or open the workspace with the recovery key. Nothing was changed.`,
    };
  }

  async store(installId: string, key: Buffer): Promise<void> {
    const before = await this.load();
    if (before.state !== 'absent') {
      throw new AppError('KEY_WRONG', `${this.filePath} is already there; it was left as it is.`);
    }
    await writeFileDurably(this.filePath, `${formatKey(key)}\n`);
    await expectStored(this, installId, key, this.filePath);
  }

  /** Rejects with STORAGE_FAILED or FORMAT_NEWER for a slot that cannot be read. */
  async slot(): Promise<KeySlot | null> {
    const text = await readTextIfPresent(this.filePath);
    if (text === null || !isSlot(text)) return null;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = null;
    }
    return parseSlot(json);
  }

  /** Puts a slot in the file's place, whatever was there: only for the same key, or before anything is encrypted. */
  async storeSlot(slot: KeySlot): Promise<void> {
    await writeFileDurably(this.filePath, `${JSON.stringify(slot, null, 2)}\n`);
  }
}

function inTheWay(file: string): string {
  return `The key file ${file} is a folder. Move it away and put the file back from a copy, or set CLOUDOPS_KEY_SOURCE to where the key is.`;
}

function isSlot(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** After a store: the key must come back as it went in, before anything is encrypted with it. */
export async function expectStored(
  source: KeySource,
  installId: string,
  key: Buffer,
  where: string,
): Promise<void> {
  const after = await source.load(installId);
  if (after.state !== 'ok' || !after.key.equals(key)) {
    throw new AppError(
      'KEY_ABSENT',
      `A key was written to ${where} but did not come back. Nothing was encrypted. Choose another place for the key (CLOUDOPS_KEY_SOURCE).`,
    );
  }
}
