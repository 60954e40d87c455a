import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { answeringKeychain } from './answeringKeychain.ts';
import { type Keychain, KeychainKeySource } from './keychainSource.ts';
import { loadMasterKey, openKeyring } from './masterKey.ts';
import { MasterKeys } from './masterKeys.ts';

const never = () => new Promise<never>(() => undefined);
const silent: Keychain = { getPassword: never, setPassword: never, deletePassword: never };

test('a keychain that never answers is a locked one with a way out, not a start without an end', async () => {
  const source = new KeychainKeySource(answeringKeychain(silent, 1));
  expect(await source.load('install')).toMatchObject({
    state: 'locked',
    message: expect.stringContaining('does not answer'),
  });
  await expect(source.store('install', Buffer.alloc(32))).rejects.toMatchObject({ code: 'KEY_LOCKED' });
});

test('answers and errors of the keychain come through as they are', async () => {
  const keychain = answeringKeychain({
    getPassword: async () => 'text',
    setPassword: () => Promise.reject(new Error('user canceled')),
    deletePassword: async () => true,
  });
  expect(await keychain.getPassword('s', 'a')).toBe('text');
  expect(await keychain.deletePassword('s', 'a')).toBe(true);
  await expect(keychain.setPassword('s', 'a', 'p')).rejects.toThrow('user canceled');
});

test('a first start whose keychain never answers is a choice, and a workspace with data stays locked', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'silent-'));
  const options = { encryption: { enabled: true, key_source: 'keychain' }, env: {} };
  try {
    const keys = new MasterKeys({ ...options, folder, keychain: answeringKeychain(silent, 1) });
    expect(await keys.load()).toMatchObject({
      state: 'choose',
      message: expect.stringMatching(/does not answer.*no key yet.*in a file/s),
    });
    await keys.useFile('a passphrase of some length');
    expect(await keys.load()).toMatchObject({ state: 'locked' });
    const { key } = await keys.unlock({ kind: 'passphrase', text: 'a passphrase of some length' });
    await openKeyring(folder, key);
    const again = new MasterKeys({ ...options, folder, keychain: answeringKeychain(silent, 1) });
    expect(await again.load()).toMatchObject({ state: 'locked' });
    await expect(again.useFile(null)).rejects.toMatchObject({ code: 'KEY_ABSENT' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a keychain that stops answering while it takes the first key is the same choice', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'silent-'));
  const half = { ...silent, getPassword: async () => null };
  const source = new KeychainKeySource(answeringKeychain(half, 1));
  expect(await loadMasterKey(folder, source)).toMatchObject({ state: 'choose' });
  rmSync(folder, { recursive: true, force: true });
});

test("the silence that the store's own process reports is the same choice", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'silent-'));
  const error = Object.assign(new Error('locked: no answer in 30 s'), { code: 'NO_ANSWER' });
  const source = new KeychainKeySource({ ...silent, getPassword: () => Promise.reject(error) });
  expect(await loadMasterKey(folder, source)).toMatchObject({ state: 'choose' });
  rmSync(folder, { recursive: true, force: true });
});
