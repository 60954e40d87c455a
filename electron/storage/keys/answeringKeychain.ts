import type { Keychain } from './keychainSource.ts';

/** Long enough to type a password into the keychain's own window; after it, the way in by other keys must be shown. */
const PATIENCE_MS = 30_000;

/** No answer counts as locked. */
class NoAnswer extends Error {
  constructor(ms: number) {
    super(`locked: no answer in ${Math.round(ms / 1000)} s`);
  }
}

/** Ours, or that of the store's own process, which has the same patience and is the first to lose it. */
export const isSilence = (error: unknown) =>
  error instanceof NoAnswer || (error instanceof Error && 'code' in error && error.code === 'NO_ANSWER');

/**
 * A keychain whose every call ends. A Secret Service that is replaced while it asks for its password never answers
 * at all: without a limit the start, and then the app's end, would wait for ever. An answer that comes too late is
 * dropped.
 */
export function answeringKeychain(keychain: Keychain, patienceMs = PATIENCE_MS): Keychain {
  const within = async <T>(call: Promise<T>): Promise<T> => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new NoAnswer(patienceMs)), patienceMs);
    try {
      return await Promise.race([call, promise]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    getPassword: (service, account) => within(keychain.getPassword(service, account)),
    setPassword: (service, account, password) => within(keychain.setPassword(service, account, password)),
    deletePassword: (service, account) => within(keychain.deletePassword(service, account)),
  };
}
