import { expect, test } from 'vitest';
import type { AppStatus } from '../preload/contract/models.ts';
import { AppError } from './errors.ts';
import { Lifecycle, type LifecycleOptions } from './lifecycle.ts';
import { createLog } from './log.ts';
import type { MasterKeyState } from './storage/keys/masterKey.ts';

const KEY = 7;
const facts = {
  onboarded: true,
  offline: false,
  resources: 3,
  dataAsOf: null,
  recoveryMissing: false,
  backup: { lastGoodAt: null, overdue: false, running: false },
};

/** A lifecycle over parts that a test fails at will; `steps` is what happened, in order. */
function lifecycleWith(parts: { keys?: MasterKeyState[]; open?: (() => void)[] } = {}) {
  const steps: string[] = [];
  const phases: AppStatus['phase'][] = [];
  const keys = [...(parts.keys ?? [])];
  const opens = [...(parts.open ?? [])];
  let keyGiven: Uint8Array | undefined;
  const options: LifecycleOptions = {
    fixed: {
      bootId: 'b',
      version: '0',
      carrier: 'browser',
      workspace: { name: 'default', path: '/w', sample: false },
      meaning: 'dictionary',
      unencrypted: false,
    },
    keys: {
      source: {
        kind: 'file',
        filePath: '/w/key',
        canStore: true,
        load: async () => ({ state: 'absent', message: '' }),
        store: async () => undefined,
        slot: async () => null,
      },
      ways: async () => [],
      unlock: async () => ({ key: Buffer.alloc(32, KEY), message: '' }),
      load: async () => keys.shift() ?? { state: 'ok', key: Buffer.alloc(32, KEY), message: '' },
      useFile: async () => void steps.push('choose'),
    },
    openStorage: async (key) => {
      keyGiven = key;
      expect(key[0]).toBe(KEY);
      steps.push('open');
      opens.shift()?.();
    },
    quiesce: async () => undefined,
    storage: {
      lock: async () => undefined,
      shutdown: async () => void steps.push('shutdown'),
      retryEngine: async () => void steps.push('retry'),
    },
    onReady: async () => void steps.push('reconcile'),
    facts: async () => facts,
    emit: (_name, payload) => void phases.push((payload as AppStatus).phase),
    log: createLog('silent'),
  };
  return { lifecycle: new Lifecycle(options), steps, phases, key: () => keyGiven };
}

test('what an earlier process left is settled before anything else may be asked', async () => {
  const { lifecycle, steps, phases, key } = lifecycleWith();
  expect(() => lifecycle.requireReady()).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
  await lifecycle.start();
  expect(steps).toEqual(['open', 'reconcile']);
  expect(phases.at(-1)).toBe('ready');
  expect(lifecycle.status()).toMatchObject(facts);
  lifecycle.requireReady();
  expect([...(key() ?? [])].every((byte) => byte === 0)).toBe(true);
});

test('a locked key is a screen with words, and a retry goes on from there', async () => {
  const { lifecycle, steps } = lifecycleWith({
    keys: [{ state: 'locked', message: 'The keyring is locked.' }],
  });
  await lifecycle.start();
  expect(lifecycle.status()).toMatchObject({
    phase: 'key',
    key: { state: 'locked', message: 'The keyring is locked.' },
  });
  expect(() => lifecycle.requireReady()).toThrow('The keyring is locked.');
  expect(steps).toEqual([]);
  await lifecycle.retry();
  expect(lifecycle.status().phase).toBe('ready');
});

test('a key file is made only where no key was ever made', async () => {
  const { lifecycle, steps } = lifecycleWith({ keys: [{ state: 'absent', message: 'gone' }] });
  await lifecycle.start();
  await expect(lifecycle.useKeyFile()).rejects.toMatchObject({ code: 'KEY_ABSENT' });
  expect(steps).toEqual([]);

  const fresh = lifecycleWith({ keys: [{ state: 'choose', message: 'no keychain' }] });
  await fresh.lifecycle.start();
  await fresh.lifecycle.useKeyFile();
  expect(fresh.steps).toEqual(['choose', 'open', 'reconcile']);
});

test('a failed open is a status with its reason and a way out, not a rejection', async () => {
  const fail = () => {
    throw new AppError('DISK_FULL', 'The disk is full. Free some space, then try again.');
  };
  const { lifecycle } = lifecycleWith({ open: [fail] });
  await lifecycle.start();
  expect(lifecycle.status()).toMatchObject({
    phase: 'failed',
    failure: { code: 'DISK_FULL', canRetry: true },
  });
  await lifecycle.retry();
  expect(lifecycle.status()).toMatchObject({ phase: 'ready', failure: null });
});

test('data of a newer version offers no retry that could damage it', async () => {
  const newer = () => {
    throw new AppError('FORMAT_NEWER', 'This folder was written by a newer version.');
  };
  const { lifecycle } = lifecycleWith({ open: [newer] });
  await lifecycle.start();
  expect(lifecycle.status().failure).toMatchObject({ code: 'FORMAT_NEWER', canRetry: false });
});

test('an unexpected error shows no text of its own, which may hold a secret', async () => {
  const { lifecycle } = lifecycleWith({
    open: [
      () => {
        throw new Error('key AKIAIOSFODNN7EXAMPLE');
      },
    ],
  });
  await lifecycle.start();
  expect(JSON.stringify(lifecycle.status())).not.toContain('AKIA');
});

test('two starts at once open the storage once', async () => {
  const { lifecycle, steps } = lifecycleWith();
  await Promise.all([lifecycle.start(), lifecycle.start()]);
  expect(steps.filter((step) => step === 'open')).toHaveLength(1);
});
