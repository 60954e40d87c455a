import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AppStatus } from '../preload/contract/models.ts';
import { Lifecycle } from './lifecycle.ts';
import { asFirstVersion } from './storage/backup/testing/earlierApp.ts';
import type { Keychain } from './storage/keys/keychainSource.ts';
import { MasterKeys } from './storage/keys/masterKeys.ts';
import { recoveryGroups } from './storage/keys/recoveryText.ts';
import { StorageConfig } from './storage/storageConfig.ts';
import { StorageClient } from './storage/workerClient.ts';

// A passphrase takes half a second of a free processor, and a worker its time to start.
vi.setConfig({ testTimeout: 60_000 });

/** Key, lock and unlock over a real workspace in its worker. */
const RECOVERY = recoveryGroups(randomBytes(32)).join(' ');
let folder: string;
let entries: Map<string, string>;
let fails: string | null;
/** What a Secret Service does that was replaced while it asked for its password. */
let silent: boolean;
let storage: StorageClient;
let lifecycle: Lifecycle;
let phases: AppStatus['phase'][];
/** What the screen that waits for an opening was told. */
let waiting: string[];
let quiet: Promise<void>;
let opened: number;

const keychain: Keychain = {
  getPassword: async (service, account) => {
    if (silent) return new Promise(() => undefined);
    if (fails !== null) throw new Error(fails);
    return entries.get(`${service}/${account}`) ?? null;
  },
  setPassword: async (service, account, text) => {
    if (fails !== null) throw new Error(fails);
    entries.set(`${service}/${account}`, text);
  },
  deletePassword: async (service, account) => entries.delete(`${service}/${account}`),
};

function boot(): void {
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
  storage = new StorageClient({
    workerPath: fileURLToPath(new URL('./storage/dataWorker.ts', import.meta.url)),
    onEvent: (_, payload) => 'kind' in payload && lifecycle.showEngine(payload),
  });
  phases = [];
  waiting = [];
  opened = 0;
  quiet = Promise.resolve();
  lifecycle = new Lifecycle({
    fixed: {
      bootId: 'boot',
      version: '1',
      carrier: 'browser',
      workspace: { name: 'default', path: folder, sample: false },
      meaning: 'dictionary',
      unencrypted: false,
    },
    keys: new MasterKeys({ folder, encryption: config.encryption, env: {}, keychain }),
    openStorage: async (masterKey) => {
      opened += 1;
      await storage.open({ config, folder, masterKey, qdrantBinary: null }, lifecycle.opening());
    },
    storage,
    onReady: async () => undefined,
    quiesce: () => quiet,
    facts: async () => ({
      onboarded: true,
      offline: false,
      resources: await storage.estate.count(),
      dataAsOf: null,
      recoveryMissing: false,
      backup: { lastGoodAt: null, overdue: false, running: false },
    }),
    emit: (_, payload) => {
      if (typeof payload !== 'object' || !('phase' in payload)) return;
      phases.push(payload.phase);
      if (payload.phase === 'starting') waiting.push(payload.engine.message);
    },
    log: pino({ level: 'silent' }),
  });
}
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lifecycle-'));
  entries = new Map();
  fails = null;
  silent = false;
  boot();
});
afterEach(async () => {
  await lifecycle.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ready(): Promise<void> {
  await lifecycle.start();
  await storage.docs.put('settings', 'app', { theme: 'dark' });
  await storage.keys.putSlot({ kind: 'recovery', text: RECOVERY });
}

test('a keychain that lost its entry is a screen; the recovery key opens what was there', async () => {
  await ready();
  await lifecycle.stop();
  entries.clear();
  boot();
  await lifecycle.start();
  expect(lifecycle.status()).toMatchObject({ phase: 'key', key: { state: 'absent' } });
  const typo = lifecycle.unlock({ kind: 'recovery', text: RECOVERY.slice(1) });
  await expect(typo).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(lifecycle.status().phase).toBe('key');
  expect(() => lifecycle.requireReady()).toThrow(/encrypted and its key was not found/);
  expect(await lifecycle.unlock({ kind: 'recovery', text: RECOVERY })).toMatchObject({
    phase: 'ready',
    key: { state: 'ok' },
  });
  expect(await storage.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
  expect(entries.size).toBe(1);
});

test('data of an earlier version is saved before it is opened, and the screen that waits says so', async () => {
  await ready();
  await lifecycle.stop();
  asFirstVersion(folder);
  boot();
  await lifecycle.start();
  expect(lifecycle.status()).toMatchObject({ phase: 'ready', engine: { state: 'ready', message: '' } });
  expect(waiting).toContain('Saving a backup before the update: copying conversations');
  expect(waiting).toContain(
    'Saving a backup before the update: reading back settings and the journal, 100 %',
  );
  await lifecycle.stop();
  boot();
  await lifecycle.start();
  expect(waiting.join()).not.toContain('backup');
});

test('a lock refuses everything at once, takes the keys out of memory, and the keychain brings them back', async () => {
  await ready();
  expect(lifecycle.lock().phase).toBe('locked');
  expect(() => lifecycle.requireReady()).toThrow(/locked/);
  // The keychain is gone: locked stays locked, and nothing is made anew.
  fails = 'DBus error: connection closed';
  await expect(lifecycle.unlock({ kind: 'own' })).rejects.toMatchObject({ code: 'KEY_LOCKED' });
  expect(lifecycle.status().phase).toBe('locked');
  await expect(storage.docs.get('settings', 'app')).rejects.toMatchObject({ code: 'NOT_READY' });
  expect((await lifecycle.retry()).phase).toBe('locked');
  fails = null;
  expect(await lifecycle.unlock({ kind: 'own' })).toMatchObject({ phase: 'ready' });
  expect(opened).toBe(2);
  expect(await storage.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
});

test('what runs is recorded to its end before the keys go', async () => {
  await ready();
  const { promise, resolve } = Promise.withResolvers<void>();
  quiet = promise;
  lifecycle.lock();
  await storage.docs.put('settings', 'app', { theme: 'light' });
  resolve();
  await lifecycle.unlock({ kind: 'recovery', text: RECOVERY });
  expect(await storage.docs.get('settings', 'app')).toEqual({ theme: 'light' });
});

test('an unlock before the keys went needs the secret, and keeps the storage open', async () => {
  await ready();
  quiet = new Promise(() => undefined);
  lifecycle.lock();
  const wrong = lifecycle.unlock({ kind: 'recovery', text: recoveryGroups(randomBytes(32)).join('') });
  await expect(wrong).rejects.toMatchObject({ code: 'KEY_WRONG' });
  expect(() => lifecycle.requireReady()).toThrow(/locked/);
  await lifecycle.unlock({ kind: 'recovery', text: RECOVERY });
  expect(opened).toBe(1);
  lifecycle.requireReady();
});

test('two unlocks at once open the workspace once', async () => {
  await ready();
  lifecycle.lock();
  await Promise.all([
    lifecycle.unlock({ kind: 'own' }),
    lifecycle.unlock({ kind: 'recovery', text: RECOVERY }),
    lifecycle.unlock({ kind: 'own' }),
  ]);
  expect(lifecycle.status().phase).toBe('ready');
  expect(await storage.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
});

test('a first start without a keychain is a choice: a file under a passphrase, asked for at each start', async () => {
  fails = 'DBus error: no session bus';
  await lifecycle.start();
  expect(lifecycle.status()).toMatchObject({ phase: 'key', key: { state: 'choose' } });
  await expect(lifecycle.useKeyFile('short')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(lifecycle.status().key.state).toBe('choose');
  expect(await lifecycle.useKeyFile('a passphrase of some length')).toMatchObject({
    phase: 'ready',
    key: { source: 'file', state: 'ok' },
  });
  lifecycle.lock();
  await expect(lifecycle.unlock({ kind: 'own' })).rejects.toMatchObject({ code: 'KEY_LOCKED' });
  await lifecycle.unlock({ kind: 'passphrase', text: 'a passphrase of some length' });
  expect(lifecycle.status().phase).toBe('ready');
});

test('stopping the app in the middle of a lock leaves nothing open', async () => {
  await ready();
  quiet = new Promise(() => undefined);
  lifecycle.lock();
  await lifecycle.stop();
  boot();
  await lifecycle.start();
  expect(lifecycle.status().phase).toBe('ready');
  expect(phases).not.toContain('failed');
});

test('a keychain that never answers does not keep the app from ending', async () => {
  await ready();
  await lifecycle.stop();
  silent = true;
  boot();
  const starting = lifecycle.start();
  await lifecycle.stop();
  await starting;
  expect(lifecycle.status().phase).toBe('starting');
  expect(opened).toBe(0);
});
