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

const A = 'https://q.example:6333';
const B = 'https://other.example:6333';

test('the key comes back for a workspace on a server, and only for such a one', async () => {
  await keys().store(A, 'secret');
  await onServer('sqlite');
  expect(await keys().load()).toBeNull();
  await onServer('remote');
  expect(await keys().load()).toBe('secret');
  expect([...entries.keys()][0]).toContain(' qdrant ');
  await keys().forget(A);
  expect(await keys().load()).toBeNull();
});

test('a move to another server that fails, or is killed, leaves the key of the one in use', async () => {
  await onServer('remote');
  await keys().store(A, 'of a');
  await keys().store(B, 'of b');
  expect(await keys().load()).toBe('of a');
  await keys().forget(B);
  expect(await keys().load()).toBe('of a');
});

test('a server that takes no key is never sent the one of an earlier server', async () => {
  await onServer('remote');
  await keys().store(A, 'of a');
  const [account = ''] = [...entries.keys()];
  entries.set(account.replace(` ${A}`, ''), 'of an earlier server');
  expect(await keys().load()).toBe('of a');
  await keys().store(A, null);
  expect(await keys().load()).toBeNull();
  expect(await keys({ CLOUDOPS_QDRANT_API_KEY: 'of the environment' }).load()).toBeNull();
});

test('a key that an earlier version kept still opens its server', async () => {
  await onServer('remote');
  await keys().store(A, 'secret');
  const [[account = '', key = ''] = []] = [...entries];
  entries.clear();
  entries.set(account.replace(` ${A}`, ''), key);
  expect(await keys().load()).toBe('secret');
});

test('a locked keychain is said, instead of a server that refuses an empty key', async () => {
  await onServer('remote');
  locked = true;
  await expect(keys().load()).rejects.toMatchObject({ code: 'KEY_LOCKED' });
  await expect(keys().store(A, 'secret')).rejects.toMatchObject({ code: 'KEY_LOCKED' });
  const given = { CLOUDOPS_QDRANT_API_KEY: 'given' };
  expect(await keys(given).load()).toBe('given');
  await keys(given).store(A, 'given');
});
