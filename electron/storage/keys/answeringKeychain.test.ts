import { expect, test } from 'vitest';
import { answeringKeychain } from './answeringKeychain.ts';
import { type Keychain, KeychainKeySource } from './keychainSource.ts';

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
