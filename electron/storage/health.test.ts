import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import type { DocsApi } from './api.ts';
import { measure, SizeAlert } from './health.ts';
import type { EngineState, PointStore } from './PointStore.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'health-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function store(state: EngineState, message: string, count: () => Promise<number>): PointStore {
  // Only these are looked at.
  const seen: Pick<PointStore, 'kind' | 'status' | 'count'> = {
    kind: 'qdrant',
    status: () => ({ state, message }),
    count,
  };
  return seen as PointStore;
}
const look = (seen: PointStore) =>
  measure({ folder, store: seen, collections: ['chat_history'], s3Configured: true, warnings: [] });

test('a server that does not answer is a fault with its way out, not a health page that fails', async () => {
  const gone = new AppError('ENGINE_FAILED', 'The Qdrant server cannot be reached.');
  const health = await look(store('ready', '', () => Promise.reject(gone)));
  expect(health).toMatchObject({ connected: false, collections: [{ pointsCount: 0, status: 'failed' }] });
  expect(health.warnings.join()).toMatch(/cannot be reached\. Restart the engine/);
});

test('an engine that failed is not asked, and its own ways out are not doubled', async () => {
  const asked = () => Promise.reject(new Error('asked'));
  const health = await look(store('failed', 'It cannot read its data. Ways out: restart the engine.', asked));
  expect(health.connected).toBe(false);
  expect(health.warnings.filter((words) => words.includes('engine is failed'))).toEqual([
    'The storage engine is failed: It cannot read its data. Ways out: restart the engine.',
  ]);
});

test('an engine in order is counted', async () => {
  const health = await look(store('ready', '', async () => 42));
  expect(health).toMatchObject({ connected: true, s3Configured: true, collections: [{ pointsCount: 42 }] });
});

/** A run of the app that finds `found` resources and is closed with `left`; null = killed. */
function runs() {
  const kept = new Map<string, unknown>();
  const docs: Pick<DocsApi, 'get' | 'put' | 'delete'> = {
    get: async (_kind, key) => kept.get(key) ?? null,
    put: async (_kind, key, value) => void kept.set(key, value),
    delete: async (_kind, key) => void kept.delete(key),
  };
  return async (found: number, left: number | null) => {
    const alert = await SizeAlert.open(docs as DocsApi, found);
    const warnings = alert.warnings(left ?? found).join();
    if (left !== null) await alert.remember(left);
    return warnings;
  };
}

test('an estate that doubles since the app was closed is told, also when the run in between was killed', async () => {
  const run = runs();
  expect(await run(0, 600)).toBe('');
  expect(await run(600, null)).toBe('');
  expect(await run(600, 1_300)).toContain('grown from 600 to 1300');
  expect(await run(1_300, 1_400)).toBe('');
});

test('resources that are gone at opening are told, but not what a scan or a deletion took before a kill', async () => {
  const run = runs();
  await run(0, 1_000);
  expect(await run(10, 10)).toContain('held 1000 resources when the app was last closed, and 10 when');
  await run(10, 900);
  // Everything is deleted, and then the process is killed.
  await run(900, null);
  expect(await run(0, 0)).toBe('');
});
