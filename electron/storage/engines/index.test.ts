import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPointStore } from './index.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudops-engines-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('shows no empty SQLite store where Qdrant keeps the data and its program is missing', async () => {
  const missing = createPointStore({ engine: 'qdrant', folder, qdrantBinary: null });
  await expect(missing).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
  expect(await readdir(folder)).toEqual([]);
});

it('hands back a Qdrant that does not start as a failed store with its reason, not as a hang', async () => {
  const qdrantBinary = join(folder, 'none');
  const store = await createPointStore({ engine: 'qdrant', folder, qdrantBinary });
  expect(store.status()).toMatchObject({ state: 'failed', message: expect.stringContaining(qdrantBinary) });
  await expect(store.count('x')).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
  await expect(store.retry()).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
  await store.close();
  expect(store.status().state).toBe('stopped');
});
