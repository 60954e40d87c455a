import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeEngineRecord } from '../engineRecord.ts';
import { RemoteKeys } from './remoteKey.ts';

let folder: string;
let entries: Map<string, string>;
let locked: boolean;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'remote-key-'));
  entries = new Map();
  locked = false;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function keys(env: NodeJS.ProcessEnv = {}): RemoteKeys {
  const unlocked = () => {
    if (locked) throw new Error('locked');
  };
  const keychain = {
    getPassword: async (_service: string, account: string) => {
      unlocked();
      return entries.get(account) ?? null;
    },
    setPassword: async (_service: string, account: string, password: string) => {
      unlocked();
      entries.set(account, password);
    },
    deletePassword: async (_service: string, account: string) => entries.delete(account),
  };
  return new RemoteKeys({ folder, keychain, env });
}
const onServer = (kind: 'remote' | 'sqlite') => {
  const place = kind === 'sqlite' ? { kind } : { kind, url: 'https://q.example:6333', prefix: 'cloudops_1_' };
  return writeEngineRecord(folder, { place, filled: true, leftover: null });
};

test('the key comes back for a workspace on a server, and only for such a one', async () => {
  await keys().store('secret');
  await onServer('sqlite');
  expect(await keys().load()).toBeNull();
  await onServer('remote');
  expect(await keys().load()).toBe('secret');
  expect([...entries.keys()][0]).toMatch(/ qdrant$/);
  await keys().forget();
  expect(await keys().load()).toBeNull();
});

test('a locked keychain is said, instead of a server that refuses an empty key', async () => {
  await onServer('remote');
  locked = true;
  await expect(keys().load()).rejects.toMatchObject({ code: 'KEY_LOCKED' });
  await expect(keys().store('secret')).rejects.toMatchObject({ code: 'KEY_LOCKED' });
  expect(await keys({ CLOUDOPS_QDRANT_API_KEY: 'given' }).load()).toBe('given');
});
