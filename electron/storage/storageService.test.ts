import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewMessage, OpenOptions } from './api.ts';
import { resource } from './fixtures/resource.ts';
import { StorageConfig } from './storageConfig.ts';
import { type EmitStorage, StorageService } from './storageService.ts';

let folder: string;
let service: StorageService;
let indexed: Promise<void>;
const masterKey = randomBytes(32);
const fresh = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  indexed = promise;
  const emit: EmitStorage = (_name, payload) => {
    if ('done' in payload && payload.done) resolve();
  };
  return new StorageService({ emit });
};
const options = (mode: 'auto' | 'sqlite' | 'qdrant' = 'auto'): OpenOptions => ({
  config: StorageConfig.parse({ qdrant: { mode } }),
  folder,
  masterKey,
  qdrantBinary: null,
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'service-'));
  service = fresh();
});
afterEach(async () => {
  await service.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

async function reopen(): Promise<void> {
  await service.shutdown();
  service = fresh();
  await service.open(options());
}
const message: NewMessage = {
  role: 'user',
  parts: [{ kind: 'text', text: 'why is billing slow' }],
  sources: [],
  metadata: { resourcesMentioned: [], commandsExecuted: [] },
};
const NOW = '2026-11-21T10:00:00.000Z';

async function fill(): Promise<void> {
  await service.estate.bulkUpsert([resource('pg-instance-main1'), resource('orders')], NOW);
  const { conversationId } = await service.chat.createConversation();
  await service.chat.append(conversationId, message);
  await service.docs.put('accounts', '123456789012', { profile: 'acme-admin' });
  await service.journal.append({
    kind: 'profile_unlocked',
    profile: 'acme-admin',
    accountId: '123456789012',
    until: NOW,
    by: 'window',
  });
}

test('everything is there after a restart, and the index fills by itself', async () => {
  expect(await service.open(options())).toMatchObject({ engine: 'sqlite', resources: 0 });
  await fill();
  await reopen();
  await indexed;
  expect(await service.estate.count()).toBe(2);
  expect((await service.chat.getAllContexts())[0]?.title).toBe('why is billing slow');
  expect(await service.docs.get('accounts', '123456789012')).toEqual({ profile: 'acme-admin' });
  expect(await service.journal.verify()).toMatchObject({ entries: 1, brokenAt: null });
  const health = await service.health();
  expect(health).toMatchObject({ engine: 'sqlite', connected: true, warnings: [] });
  expect(health.collections).toEqual([
    { name: 'chat_history', pointsCount: 2, status: 'ready' },
    { name: 'aws_estate', pointsCount: 2, status: 'ready' },
  ]);
  expect(health.diskSpaceMb).toBeGreaterThan(0);
  expect(health.diskUsedMb).toBeGreaterThan(0);
});

test('a sentence asked right after the start is answered from the whole estate, not from what is loaded so far', async () => {
  await service.open(options());
  const regions = Array.from({ length: 10 }, (_, n) => `eu-west-${n}`);
  const twins = regions.map((region) => ({ ...resource('orders'), region }));
  const others = Array.from({ length: 1_500 }, (_, n) => resource(`db-${n}`));
  await service.estate.bulkUpsert([...others, ...twins], NOW);
  await reopen();
  const { exact } = await service.find.resolve('stop orders');
  expect(exact.map(({ region }) => region).sort()).toEqual(regions.toSorted());
});

test('before it is open, and after it is closed, every part says that it is not ready', async () => {
  expect(() => service.chat).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
  await service.open(options());
  await service.shutdown();
  await service.shutdown();
  expect(() => service.journal).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
});

test('a wrong key opens nothing, changes nothing and leaves the way free for the right one', async () => {
  await service.open(options());
  await fill();
  await service.shutdown();
  const before = readFileSync(path.join(folder, 'keyring.json'));
  await expect(service.open({ ...options(), masterKey: randomBytes(32) })).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
  expect(readFileSync(path.join(folder, 'keyring.json'))).toEqual(before);
  expect(await service.open(options())).toMatchObject({ resources: 2 });
});

test('the engine is chosen once: a recorded engine that is missing is never replaced by an empty one', async () => {
  writeFileSync(path.join(folder, 'engine.json'), '{"schema":1,"engine":"qdrant","filled":true}');
  await expect(service.open(options())).rejects.toMatchObject({ code: 'KEY_ABSENT' });
  rmSync(path.join(folder, 'engine.json'));
  await service.open(options());
  await service.shutdown();
  const record = path.join(folder, 'engine.json');
  const chosen = readFileSync(record, 'utf8');
  await expect(service.open(options('qdrant'))).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
  expect(readFileSync(record, 'utf8')).toBe(chosen);
  writeFileSync(record, chosen.replace('sqlite', 'qdrant'));
  await expect(service.open(options())).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
  writeFileSync(record, chosen);
  rmSync(path.join(folder, 'data'), { recursive: true });
  await expect(service.open(options())).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
  expect(existsSync(path.join(folder, 'data/points.db'))).toBe(false);
});

test('accounts and journal that are gone are said to be gone, never begun anew in silence', async () => {
  await service.open(options());
  await fill();
  await service.shutdown();
  rmSync(path.join(folder, 'app.db'));
  await expect(service.open(options())).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(existsSync(path.join(folder, 'app.db'))).toBe(false);
});

test('Qdrant asked for without its program is refused before anything is recorded', async () => {
  await expect(service.open(options('qdrant'))).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
  expect(existsSync(path.join(folder, 'engine.json'))).toBe(false);
});

test('an engine record of a newer app is refused', async () => {
  await service.open(options());
  await service.shutdown();
  writeFileSync(path.join(folder, 'engine.json'), '{"schema":3}');
  await expect(service.open(options())).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
});

test('an estate that has doubled since the last start is pointed out', async () => {
  await service.open(options());
  const many = (count: number) => Array.from({ length: count }, (_, n) => resource(`db-${n}`));
  await service.estate.bulkUpsert(many(600), NOW);
  await reopen();
  await indexed;
  await service.estate.bulkUpsert(many(1_300), NOW);
  expect((await service.health()).warnings.join()).toContain('from 600 to 1300 resources');
});
