import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StorageConfig } from '../storageConfig.ts';
import type { Keychain } from './keychainSource.ts';
import { KeyringStore } from './keyringStore.ts';
import { formatKey } from './keySource.ts';
import { MasterKeys } from './masterKeys.ts';
import { recoveryGroups } from './recoveryText.ts';

// A passphrase takes half a second of a free processor, and a worker its time to start.
vi.setConfig({ testTimeout: 60_000 });

const RECOVERY = recoveryGroups(randomBytes(32)).join(' ');
const PASSPHRASE = 'four unrelated words here';
let folder: string;
let entries: Map<string, string>;
let fails: string | null;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'master-keys-'));
  entries = new Map();
  fails = null;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A keychain in memory; the faults of the real ones: keychain.integration.ts. */
const keychain: Keychain = {
  getPassword: async (service, account) => answer(() => entries.get(`${service}/${account}`) ?? null),
  setPassword: async (service, account, text) =>
    answer(() => {
      entries.set(`${service}/${account}`, text);
    }),
  deletePassword: async (service, account) => answer(() => entries.delete(`${service}/${account}`)),
};
function answer<T>(work: () => T): T {
  if (fails !== null) throw new Error(fails);
  return work();
}
const NO_DBUS = 'DBus error: no session bus';

function masterKeys(source = 'keychain', enabled = true): MasterKeys {
  const { encryption } = StorageConfig.parse({ encryption: { key_source: source, enabled } });
  return new MasterKeys({ folder, encryption, env: {}, keychain });
}
/** As after a first start with both slots. */
async function encrypted(keys = masterKeys()): Promise<Buffer> {
  const state = await keys.load();
  if (state.state !== 'ok') throw new Error(state.message);
  const store = await KeyringStore.open(folder, state.key);
  await store.putSlot({ kind: 'recovery', text: RECOVERY });
  await store.putSlot({ kind: 'passphrase', text: PASSPHRASE });
  return state.key;
}

test('a key that the keychain has lost comes back with the recovery key, and stands there again', async () => {
  const key = await encrypted();
  const before = [...entries];
  entries.clear();
  const keys = masterKeys();
  expect(await keys.load()).toMatchObject({ state: 'absent' });
  expect(await keys.unlock({ kind: 'recovery', text: RECOVERY.toLowerCase() })).toEqual({ key, message: '' });
  expect([...entries]).toEqual(before);
  expect(await masterKeys().load()).toMatchObject({ state: 'ok', key });
});

test('a keychain that cannot be used is not written to; the passphrase opens all the same', async () => {
  const key = await encrypted();
  fails = NO_DBUS;
  const keys = masterKeys();
  expect(await keys.load()).toMatchObject({ state: 'unavailable' });
  expect(await keys.unlock({ kind: 'passphrase', text: PASSPHRASE })).toEqual({ key, message: '' });
  await expect(keys.unlock({ kind: 'own' })).rejects.toMatchObject({ code: 'KEY_LOCKED' });
  fails = null;
  expect(await keys.unlock({ kind: 'own' })).toEqual({ key, message: '' });
});

test('another key in the source is never replaced, and the person is told', async () => {
  const key = await encrypted();
  for (const name of entries.keys()) entries.set(name, formatKey(randomBytes(32)));
  const other = [...entries];
  const keys = masterKeys();
  expect(await keys.load()).toMatchObject({ state: 'wrong' });
  const unlocked = await keys.unlock({ kind: 'recovery', text: RECOVERY });
  expect(unlocked.key).toEqual(key);
  expect(unlocked.message).toContain('holds another key');
  expect([...entries]).toEqual(other);
});

test('wrong, mistyped and missing secrets are told apart, and none of them makes or changes a key', async () => {
  await encrypted();
  const stored = readFileSync(path.join(folder, 'keyring.json'), 'utf8');
  entries.clear();
  const keys = masterKeys();
  await keys.load();
  const refused = (secret: Parameters<MasterKeys['unlock']>[0]) =>
    keys.unlock(secret).then(
      () => 'opened',
      (error: { code: string }) => error.code,
    );
  expect(await refused({ kind: 'recovery', text: recoveryGroups(randomBytes(32)).join('') })).toBe(
    'KEY_WRONG',
  );
  expect(await refused({ kind: 'recovery', text: `${RECOVERY.slice(0, -1)}!` })).toBe('INVALID_INPUT');
  expect(await refused({ kind: 'passphrase', text: 'not this one at all' })).toBe('KEY_WRONG');
  expect(await refused({ kind: 'own' })).toBe('KEY_ABSENT');
  const store = JSON.parse(stored) as { slots: unknown[] };
  writeFileSync(path.join(folder, 'keyring.json'), JSON.stringify({ ...store, slots: [] }));
  expect(await refused({ kind: 'recovery', text: RECOVERY })).toBe('KEY_ABSENT');
  expect(entries.size).toBe(0);
});

test('slots of another workspace do not open this one', async () => {
  await encrypted();
  const file = path.join(folder, 'keyring.json');
  const mine = JSON.parse(readFileSync(file, 'utf8')) as { installId: string; slots: unknown[] };
  const other = mkdtempSync(path.join(tmpdir(), 'master-keys-other-'));
  writeFileSync(path.join(other, 'install.json'), readFileSync(path.join(folder, 'install.json')));
  const store = await KeyringStore.open(other, randomBytes(32));
  await store.putSlot({ kind: 'recovery', text: RECOVERY });
  writeFileSync(file, JSON.stringify({ ...mine, slots: store.slots() }));
  rmSync(other, { recursive: true });
  await expect(masterKeys().unlock({ kind: 'recovery', text: RECOVERY })).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
});

test('no keychain at first: the key stands in a file under a passphrase, which each start asks for', async () => {
  fails = NO_DBUS;
  const keys = masterKeys();
  expect(await keys.load()).toMatchObject({ state: 'choose' });
  await expect(keys.useFile('too short')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(existsSync(path.join(folder, 'master.key'))).toBe(false);
  await keys.useFile(PASSPHRASE);
  const { key } = await keys.unlock({ kind: 'passphrase', text: PASSPHRASE });
  const file = path.join(folder, 'master.key');
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(readFileSync(file, 'utf8')).not.toContain(key.toString('base64').slice(0, 20));
  const store = await KeyringStore.open(folder, key);

  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as object;
  const { encryption } = StorageConfig.parse(config);
  const next = new MasterKeys({ folder, encryption, env: {}, keychain });
  expect(await next.load()).toMatchObject({ state: 'locked' });
  await expect(next.unlock({ kind: 'own' })).rejects.toMatchObject({ code: 'KEY_LOCKED' });
  await expect(next.unlock({ kind: 'passphrase', text: 'another one here' })).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
  expect(await next.unlock({ kind: 'passphrase', text: PASSPHRASE })).toEqual({ key, message: '' });

  // Changed: the file follows; the old one opens nothing any more.
  await next.passphraseChanged(await store.putSlot({ kind: 'passphrase', text: 'a quite different one' }));
  await expect(next.unlock({ kind: 'passphrase', text: PASSPHRASE })).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
  expect((await next.unlock({ kind: 'passphrase', text: 'a quite different one' })).key).toEqual(key);
  await expect(next.useFile(null)).rejects.toMatchObject({ code: 'KEY_ABSENT' });
});

test('a lost key file that stood under a passphrase does not come back in clear', async () => {
  const keys = masterKeys('file:master.key');
  const key = await encrypted(keys);
  rmSync(path.join(folder, 'master.key'));
  expect(await keys.load()).toMatchObject({ state: 'absent' });
  expect((await keys.unlock({ kind: 'recovery', text: RECOVERY })).key).toEqual(key);
  expect(await masterKeys('file:master.key').load()).toMatchObject({ state: 'locked' });
});

test('a damaged key file does not stand in the way of the recovery key or of the slot in keyring.json', async () => {
  const key = await encrypted(masterKeys('file:master.key'));
  writeFileSync(path.join(folder, 'master.key'), '{"schema": 1');
  const keys = masterKeys('file:master.key');
  expect((await keys.unlock({ kind: 'recovery', text: RECOVERY })).key).toEqual(key);
  expect((await keys.unlock({ kind: 'passphrase', text: PASSPHRASE })).key).toEqual(key);
});

test('records in clear ask no keychain for a key', async () => {
  fails = NO_DBUS;
  const state = await masterKeys('keychain', false).load();
  if (state.state !== 'ok') throw new Error(state.message);
  await KeyringStore.open(folder, state.key, { plain: true });
  expect(await masterKeys('keychain', false).load()).toMatchObject({ state: 'ok' });
  // Neither kind of workspace becomes the other by a line in config.json.
  await expect(KeyringStore.open(folder, state.key)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('an encrypted workspace is not opened as one in clear', async () => {
  const key = await encrypted();
  await expect(KeyringStore.open(folder, key, { plain: true })).rejects.toThrow(/is encrypted/);
});
