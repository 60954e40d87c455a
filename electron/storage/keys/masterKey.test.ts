import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KEYCHAIN_SERVICE, KeychainKeySource } from './keychainSource.ts';
import { EnvironmentKeySource, FileKeySource, formatKey, parseKey } from './keySource.ts';
import { keySourceOf, loadMasterKey, openKeyring } from './masterKey.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A keychain in memory whose faults are those seen in the real ones (the real one: keychain.integration.ts). */
class Keychain {
  readonly entries = new Map<string, string>();
  fails: string | null = null;
  forgets = false;
  async getPassword(service: string, account: string) {
    this.#check();
    return this.entries.get(`${service}/${account}`) ?? null;
  }
  async setPassword(service: string, account: string, password: string) {
    this.#check();
    if (!this.forgets) this.entries.set(`${service}/${account}`, password);
  }
  async deletePassword(service: string, account: string) {
    this.#check();
    return this.entries.delete(`${service}/${account}`);
  }
  #check() {
    if (this.fails !== null) throw new Error(this.fails);
  }
}

const LOCKED = "Couldn't access platform storage: Secret Service: unlock prompt was dismissed";
const NO_DBUS = 'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled';

async function encrypted(keychain: Keychain): Promise<Buffer> {
  const state = await loadMasterKey(folder, new KeychainKeySource(keychain));
  if (state.state !== 'ok') throw new Error(state.message);
  await openKeyring(folder, state.key);
  return state.key;
}

test('a first start makes one key and every later start finds the same', async () => {
  const keychain = new Keychain();
  const key = await encrypted(keychain);
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({ state: 'ok', key });
  expect([...keychain.entries.keys()]).toEqual([
    `${KEYCHAIN_SERVICE}/${JSON.parse(readFileSync(path.join(folder, 'install.json'), 'utf8')).installId}`,
  ]);
});

test('a start that died between keychain and keyring takes the key that is already there', async () => {
  const keychain = new Keychain();
  const first = await loadMasterKey(folder, new KeychainKeySource(keychain));
  const second = await loadMasterKey(folder, new KeychainKeySource(keychain));
  expect(second).toEqual(first);
});

test('a missing key over ciphertext is absent and stays absent: no new key is ever made', async () => {
  const keychain = new Keychain();
  await encrypted(keychain);
  keychain.entries.clear();
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({ state: 'absent' });
  expect(keychain.entries.size).toBe(0);
});

test('a lost keyring.json beside data is an error, not a new keyring', async () => {
  const keychain = new Keychain();
  const key = await encrypted(keychain);
  writeFileSync(path.join(folder, 'app.db'), 'data');
  rmSync(path.join(folder, 'keyring.json'));
  await expect(openKeyring(folder, key)).rejects.toMatchObject({ code: 'KEY_ABSENT' });
  expect(existsSync(path.join(folder, 'keyring.json'))).toBe(false);
  keychain.entries.clear();
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({ state: 'absent' });
});

test('a lost install.json does not change the install id', async () => {
  const keychain = new Keychain();
  const key = await encrypted(keychain);
  rmSync(path.join(folder, 'install.json'));
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({ state: 'ok', key });
});

test('a locked keychain is locked; it makes and breaks nothing', async () => {
  const keychain = new Keychain();
  keychain.fails = LOCKED;
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({ state: 'locked' });
  keychain.fails = null;
  await encrypted(keychain);
  keychain.fails = LOCKED;
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({ state: 'locked' });
});

test('without a keychain a new workspace asks, and an encrypted one says so', async () => {
  const keychain = new Keychain();
  keychain.fails = NO_DBUS;
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({ state: 'choose' });
  keychain.fails = null;
  await encrypted(keychain);
  keychain.fails = NO_DBUS;
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({
    state: 'unavailable',
  });
});

test('a keychain that forgets what it is given gets no key', async () => {
  const keychain = new Keychain();
  keychain.forgets = true;
  expect(await loadMasterKey(folder, new KeychainKeySource(keychain))).toMatchObject({ state: 'choose' });
});

test("another workspace's key is wrong, and nothing is overwritten", async () => {
  await encrypted(new Keychain());
  const before = readFileSync(path.join(folder, 'keyring.json'));
  const env = { KEY: randomBytes(32).toString('hex') };
  expect(await loadMasterKey(folder, new EnvironmentKeySource('KEY', env))).toMatchObject({ state: 'wrong' });
  await expect(openKeyring(folder, randomBytes(32))).rejects.toMatchObject({ code: 'KEY_WRONG' });
  expect(readFileSync(path.join(folder, 'keyring.json'))).toEqual(before);
});

test('a key file is made private, found again, and refused when others can read it', async () => {
  const source = new FileKeySource(path.join(folder, 'master.key'));
  const made = await loadMasterKey(folder, source);
  expect(made.state).toBe('ok');
  expect(await loadMasterKey(folder, source)).toEqual(made);
  if (process.platform === 'win32') return;
  expect(statSync(source.filePath).mode & 0o777).toBe(0o600);
  chmodSync(source.filePath, 0o640);
  expect(await loadMasterKey(folder, source)).toMatchObject({
    state: 'unavailable',
    message: expect.stringContaining('chmod 600'),
  });
});

test('a key file with other content is wrong and is left alone', async () => {
  const source = new FileKeySource(path.join(folder, 'notes.txt'));
  writeFileSync(source.filePath, 'my notes', { mode: 0o600 });
  expect(await loadMasterKey(folder, source)).toMatchObject({ state: 'wrong' });
  await expect(source.store('i', randomBytes(32))).rejects.toMatchObject({ code: 'KEY_WRONG' });
  expect(readFileSync(source.filePath, 'utf8')).toBe('my notes');
});

test('an environment variable gives the key, and is never invented', async () => {
  const key = randomBytes(32);
  expect(await loadMasterKey(folder, new EnvironmentKeySource('K', { K: formatKey(key) }))).toMatchObject({
    key,
  });
  expect(await loadMasterKey(folder, new EnvironmentKeySource('K', {}))).toMatchObject({ state: 'absent' });
  expect(await loadMasterKey(folder, new EnvironmentKeySource('K', { K: 'short' }))).toMatchObject({
    state: 'wrong',
  });
});

test('keys are read in all three forms and in no other', () => {
  const key = randomBytes(32);
  for (const text of [
    formatKey(key),
    key.toString('base64'),
    key.toString('hex'),
    ` ${key.toString('hex')}\n`,
  ]) {
    expect(parseKey(text)).toEqual(key);
  }
  for (const text of ['', 'a', key.toString('hex').slice(1), randomBytes(33).toString('base64')]) {
    expect(parseKey(text)).toBeNull();
  }
});

test('a key source is named exactly', () => {
  const context = { folder, env: {}, keychain: new Keychain() };
  expect(keySourceOf('keychain', context).kind).toBe('keychain');
  expect(keySourceOf('env:X', context).kind).toBe('env');
  expect(keySourceOf('file:master.key', context).filePath).toBe(path.join(folder, 'master.key'));
  expect(() => keySourceOf('vault:x', context)).toThrow('not known');
});

test('no temporary file is left behind', async () => {
  await encrypted(new Keychain());
  expect(readdirSync(folder).sort()).toEqual(['install.json', 'keyring.json']);
});
