import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.ts';
import { isSilence } from './answeringKeychain.ts';
import { expectStored, formatKey, type KeyLoad, type KeySource, parseKey } from './keySource.ts';

/** keytar's functions as far as they are used here. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

export const KEYCHAIN_SERVICE = 'CloudOps';

/** The operating system's keychain; the entry's account is the workspace's install id. */
export class KeychainKeySource implements KeySource {
  readonly kind = 'keychain';
  readonly filePath = null;
  readonly canStore = true;
  readonly #keychain: Keychain;

  constructor(keychain: Keychain) {
    this.#keychain = keychain;
  }

  async load(installId: string): Promise<KeyLoad> {
    let text: string | null;
    try {
      text = await this.#keychain.getPassword(KEYCHAIN_SERVICE, installId);
    } catch (error) {
      return keychainState(error);
    }
    if (text === null) {
      return {
        state: 'absent',
        message: `The keychain holds no key for this workspace (service ${KEYCHAIN_SERVICE}, account ${installId}).`,
      };
    }
    const key = parseKey(text);
    if (key !== null) return { state: 'ok', key };
    return {
      state: 'wrong',
      message: `The keychain entry of this workspace (service ${KEYCHAIN_SERVICE}, account ${installId}) does not hold a key.`,
    };
  }

  async store(installId: string, key: Buffer): Promise<void> {
    await this.#canary();
    const before = await this.load(installId);
    if (before.state !== 'absent') {
      throw new AppError(
        'KEY_WRONG',
        'The keychain already holds an entry for this workspace; it was left as it is.',
      );
    }
    try {
      await this.#keychain.setPassword(KEYCHAIN_SERVICE, installId, formatKey(key));
    } catch (error) {
      throw storeError(error);
    }
    await expectStored(this, installId, key, 'the keychain');
  }

  async slot(): Promise<null> {
    return null;
  }

  /** Write, read, delete: some stores accept everything and keep nothing. */
  async #canary(): Promise<void> {
    const account = `canary-${randomUUID()}`;
    const value = randomUUID();
    let kept: boolean;
    let cleaned: boolean;
    try {
      await this.#keychain.setPassword(KEYCHAIN_SERVICE, account, value);
      kept = (await this.#keychain.getPassword(KEYCHAIN_SERVICE, account)) === value;
      cleaned = await this.#keychain.deletePassword(KEYCHAIN_SERVICE, account);
    } catch (error) {
      throw storeError(error);
    }
    if (kept && cleaned) return;
    throw new AppError(
      'KEY_ABSENT',
      'The keychain did not give back what was just written to it, so no key was put there. Keep the key in a file instead, or check the keychain.',
    );
  }
}

function storeError(error: unknown): AppError {
  const { state, message } = keychainState(error);
  return new AppError(state === 'locked' ? 'KEY_LOCKED' : 'KEY_ABSENT', message, { cause: error });
}

/** The stores' errors are text only; whatever is not known to mean "locked" is a store that cannot be used. */
function keychainState(error: unknown): {
  state: 'locked' | 'unavailable';
  message: string;
  silent?: boolean;
} {
  if (isSilence(error)) {
    return {
      state: 'locked',
      silent: true,
      message:
        'The keychain does not answer. Unlock it, answer what it asks in its own window (it may lie behind others), and try again.',
    };
  }
  const text = error instanceof Error ? error.message : String(error);
  if (
    /locked|prompt was dismissed|user canceled|user interaction is not allowed|auth(entication)? failed/i.test(
      text,
    )
  ) {
    return {
      state: 'locked',
      message:
        'The keychain is locked or refused access. Unlock it, answer what it asks in its own window, allow this app to read its entry, and try again.',
    };
  }
  return {
    state: 'unavailable',
    message: `The keychain cannot be used on this machine (${text}).`,
  };
}
