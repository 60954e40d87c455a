import { AppError } from '../../errors.ts';
import { readEngineRecord } from '../engineRecord.ts';
import { installId } from '../keys/install.ts';
import { KEYCHAIN_SERVICE, type Keychain } from '../keys/keychainSource.ts';

const VARIABLE = 'CLOUDOPS_QDRANT_API_KEY';

/**
 * The API key of a Qdrant server elsewhere: in the keychain, beside the workspace's own key, or from
 * CLOUDOPS_QDRANT_API_KEY where there is no keychain. Used by the main side, which hands it to `open`.
 */
export class RemoteKeys {
  readonly #folder: string;
  readonly #keychain: Keychain;
  readonly #env: NodeJS.ProcessEnv;

  constructor(options: { folder: string; keychain: Keychain; env: NodeJS.ProcessEnv }) {
    this.#folder = options.folder;
    this.#keychain = options.keychain;
    this.#env = options.env;
  }

  /** Null when the workspace is not on such a server, or the server takes no key. Throws KEY_LOCKED. */
  async load(): Promise<string | null> {
    const record = await readEngineRecord(this.#folder);
    if (record !== null && record.place.kind !== 'remote') return null;
    const given = this.#env[VARIABLE];
    if (given !== undefined && given !== '') return given;
    // A new workspace asks no keychain for what it cannot hold yet.
    if (record === null) return null;
    try {
      return await this.#keychain.getPassword(KEYCHAIN_SERVICE, await this.#account());
    } catch (cause) {
      throw new AppError(
        'KEY_LOCKED',
        `The keychain could not be read, so the API key of the Qdrant server is missing. Unlock the keychain and try again, or set ${VARIABLE}.`,
        { cause },
      );
    }
  }

  /** Before the data goes to the server: without its key the next start could not open it. Null = no key. */
  async store(apiKey: string | null): Promise<void> {
    if (apiKey === null) return this.forget();
    if (this.#env[VARIABLE] === apiKey) return;
    const account = await this.#account();
    try {
      await this.#keychain.setPassword(KEYCHAIN_SERVICE, account, apiKey);
      if ((await this.#keychain.getPassword(KEYCHAIN_SERVICE, account)) === apiKey) return;
    } catch (cause) {
      throw notKept(cause);
    }
    throw notKept(undefined);
  }

  /** After the data left the server. What cannot be removed is of no use without the address. */
  async forget(): Promise<void> {
    await this.#keychain.deletePassword(KEYCHAIN_SERVICE, await this.#account()).catch(() => false);
  }

  async #account(): Promise<string> {
    return `${await installId(this.#folder)} qdrant`;
  }
}

function notKept(cause: unknown): AppError {
  return new AppError(
    'KEY_LOCKED',
    `The keychain did not keep the API key of the Qdrant server, so nothing was moved. Unlock the keychain, or start the app with ${VARIABLE}.`,
    { cause },
  );
}
