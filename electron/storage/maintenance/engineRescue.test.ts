import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEngineRecord, writeEngineRecord } from '../engineRecord.ts';
import { StorageConfig } from '../storageConfig.ts';
import { StorageService } from '../storageService.ts';
import { putEngineAside } from './engineRescue.ts';

const masterKey = randomBytes(32);
const NOW = new Date('2026-11-21T10:00:00.000Z');
let folder: string;
let service: StorageService;

async function open(): Promise<void> {
  service = new StorageService({ emit: () => undefined });
  await service.open({ config: StorageConfig.parse({}), folder, masterKey, qdrantBinary: null });
}
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rescue-'));
  await open();
});
afterEach(async () => {
  await service.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

test('a damaged Qdrant folder is kept aside, and the workspace goes on with SQLite', async () => {
  await service.docs.put('accounts', '111111111111', { name: 'prod' });
  await service.shutdown();
  rmSync(path.join(folder, 'data'), { recursive: true });
  mkdirSync(path.join(folder, 'data/qdrant'), { recursive: true });
  writeFileSync(path.join(folder, 'data/qdrant/segment'), 'damaged');
  await writeEngineRecord(folder, { place: { kind: 'qdrant' }, filled: true, leftover: null });
  const kept = await putEngineAside(folder, 'sqlite', NOW);
  expect(kept).toBe(path.join(folder, 'data/qdrant-aside-2026-11-21T10-00-00'));
  expect(existsSync(path.join(kept ?? '', 'segment'))).toBe(true);
  await open();
  expect((await readEngineRecord(folder))?.place).toEqual({ kind: 'sqlite' });
  expect(await service.chat.getAllContexts()).toEqual([]);
  expect(await service.docs.get('accounts', '111111111111')).toEqual({ name: 'prod' });
});

test('a damaged SQLite file makes room for a fresh one, and is kept', async () => {
  await service.chat.createConversation();
  await service.shutdown();
  writeFileSync(path.join(folder, 'data/points.db'), 'not a database at all, however long it may be');
  await expect(open()).rejects.toMatchObject({ code: expect.stringMatching(/FAILED$/) });
  await putEngineAside(folder, 'sqlite', NOW);
  await open();
  expect(await service.chat.getAllContexts()).toEqual([]);
  expect(readdirSync(path.join(folder, 'data'))).toContain('points-aside-2026-11-21T10-00-00.db');
});
