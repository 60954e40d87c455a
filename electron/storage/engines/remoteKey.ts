import { AppError } from '../../errors.ts';
import { readEngineRecord } from '../engineRecord.ts';
import { installId } from '../keys/install.ts';
import { KEYCHAIN_SERVICE, type Keychain } from '../keys/keychainSource.ts';

const VARIABLE = 'CLOUDOPS_QDRANT_API_KEY';

/** Stands for "this server takes none", so that no earlier key is sent to it. */
const NO_KEY = '(none)';

/**
 * The API keys of Qdrant servers elsewhere: in the keychain, beside the workspace's own key and each under its
 * server's address, or from CLOUDOPS_QDRANT_API_KEY where there is no keychain. Used by the main side, which hands
 * the key to `open`.
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
    const given = this.#env[VARIABLE] || null;
    // A new workspace asks no keychain for what it cannot hold yet.
    if (record === null || record.place.kind !== 'remote') return given;
    try {
      const own = await this.#read(await this.#account(record.place.url));
      if (own !== null) return own === NO_KEY ? null : own;
      return given ?? (await this.#read(await this.#legacyAccount()));
    } catch (cause) {
      if (given !== null) return given;
      throw new AppError(
        'KEY_LOCKED',
        `The keychain could not be read, so the API key of the Qdrant server is missing. Unlock the keychain and try again, or set ${VARIABLE}.`,
        { cause },
      );
    }
  }

  /** Before the data goes to the server: without its key the next start could not open it. Null = no key. */
  async store(url: string, apiKey: string | null): Promise<void> {
    const account = await this.#account(url);
    const text = apiKey ?? NO_KEY;
    try {
      await this.#keychain.setPassword(KEYCHAIN_SERVICE, account, text);
      if ((await this.#read(account)) === text) return;
    } catch (cause) {
      if (this.#suffices(apiKey)) return;
      throw notKept(cause);
    }
    throw notKept(undefined);
  }

  /** After the data left the server. What cannot be removed is of no use without the address. */
  async forget(url: string): Promise<void> {
    for (const account of [await this.#account(url), await this.#legacyAccount()]) {
      await this.#keychain.deletePassword(KEYCHAIN_SERVICE, account).catch(() => false);
    }
  }

  #read(account: string): Promise<string | null> {
    return this.#keychain.getPassword(KEYCHAIN_SERVICE, account);
  }

  /** Without a keychain: what the environment says is what the next start will use. */
  #suffices(apiKey: string | null): boolean {
    return (this.#env[VARIABLE] || null) === apiKey;
  }

  async #account(url: string): Promise<string> {
    return `${await installId(this.#folder)} qdrant ${url}`;
  }

  /** Of versions that knew one server only. */
  async #legacyAccount(): Promise<string> {
    return `${await installId(this.#folder)} qdrant`;
  }
}

function notKept(cause: unknown): AppError {
  return new AppError(
    'KEY_LOCKED',
    `The keychain did not keep the API key of the Qdrant server, so the next start could not open the data. Unlock the keychain and try again, or start the app with ${VARIABLE}.`,
    { cause },
  );
}
