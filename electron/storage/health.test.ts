import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { measure } from './health.ts';
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
