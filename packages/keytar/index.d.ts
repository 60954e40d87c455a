/**
 * keytar's interface over the operating system's credential store: macOS Keychain, Windows Credential
 * Manager, or, on Linux, a Secret Service and nothing else.
 *
 * `null` and `false` mean that the store was read and holds no such entry. A store that is locked, denied or
 * not there rejects; it is never `null`. One that does not answer rejects after 30 seconds, with the `code`
 * NO_ANSWER, and never blocks the caller's thread: the store is asked by a process of its own.
 */
export function getPassword(service: string, account: string): Promise<string | null>;
export function setPassword(service: string, account: string, password: string): Promise<void>;
/** Whether there was one to delete. */
export function deletePassword(service: string, account: string): Promise<boolean>;
/** The password of any one account of the service. */
export function findPassword(service: string): Promise<string | null>;
export function findCredentials(service: string): Promise<{ account: string; password: string }[]>;

/** All five, for `import keytar from 'keytar'`. */
declare const keytar: {
  getPassword: typeof getPassword;
  setPassword: typeof setPassword;
  deletePassword: typeof deletePassword;
  findPassword: typeof findPassword;
  findCredentials: typeof findCredentials;
};
export default keytar;
