import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { resource } from '../fixtures/resource.ts';
import { KeyringStore } from '../keys/keyringStore.ts';
import { FORMATS } from '../maintenance/formats.ts';
import { StorageConfig } from '../storageConfig.ts';
import { StorageService } from '../storageService.ts';
import { cancelled, quietWork, type Work } from '../work.ts';

// More than a thousand records are sealed several times over.
vi.setConfig({ testTimeout: 60_000 });

const masterKey = randomBytes(32);
const NOW = '2026-11-21T10:00:00.000Z';
let folder: string;
let service: StorageService;

const open = async () => {
  service = new StorageService({ emit: () => undefined });
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
  await service.open({ config, folder, masterKey: Buffer.from(masterKey), qdrantBinary: null });
};
const reopen = async () => {
  await service.shutdown();
  await open();
};
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rotation-'));
  await open();
});
afterEach(async () => {
  await service.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

const message = (text: string) => ({
  role: 'user' as const,
  parts: [{ kind: 'text' as const, text }],
  sources: [],
  metadata: { resourcesMentioned: [], commandsExecuted: [] },
});

const names = Array.from({ length: 1_203 }, (_, n) => `db-${n}`);
async function fill(): Promise<{ conversationId: string; first: string }> {
  await service.estate.bulkUpsert(
    names.map((name) => resource(name)),
    NOW,
  );
  const first = (await service.estate.upsert(resource('db-0'), NOW)).resource.id;
  const { conversationId } = await service.chat.createConversation();
  for (const text of ['one', 'two', 'three']) await service.chat.append(conversationId, message(text));
  await service.docs.put('accounts', '123456789012', { profile: 'acme' });
  await service.docs.put('settings', 'app', { theme: 'dark' });
  await service.journal.append({
    kind: 'profile_locked',
    profile: 'acme',
    accountId: '123456789012',
    by: 'window',
  });
  return { conversationId, first };
}
async function expectWhole(conversationId: string): Promise<void> {
  expect((await service.estate.byAccount('123456789012')).map(({ name }) => name).sort()).toEqual(
    [...names].sort(),
  );
  const { messages } = await service.chat.getHistory(conversationId);
  expect(messages.map(({ parts }) => parts[0])).toMatchObject([
    { text: 'one' },
    { text: 'two' },
    { text: 'three' },
  ]);
  expect(await service.docs.get('accounts', '123456789012')).toEqual({ profile: 'acme' });
  expect(await service.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
  expect(await service.journal.verify()).toMatchObject({ entries: 1, brokenAt: null });
}
/** Aborts after so many reports of progress. */
function cancelAfter(reports: number): Work {
  const abort = new AbortController();
  let left = reports;
  const count = () => {
    left -= 1;
    if (left === 0) abort.abort(cancelled());
  };
  return { signal: abort.signal, step: () => undefined, progress: count };
}
const whenIndexed = async () => {
  await service.find.resolve('anything');
};

test('after a rotation old records are counted, sealed anew on a write or all at once, and stay readable', async () => {
  const { conversationId } = await fill();
  expect(await service.keys.info()).toMatchObject({ toReencrypt: 0 });
  await service.keys.rotateRecords();
  // 1,203 resources, 3 messages, 1 conversation, 2 documents and the remembered growth.
  const before = (await service.keys.info()).toReencrypt;
  expect(before).toBeGreaterThanOrEqual(1_203 + 4 + 2);
  await service.docs.put('settings', 'app', { theme: 'dark' });
  expect((await service.keys.info()).toReencrypt).toBe(before - 1);

  expect(await service.keys.reencrypt(quietWork())).toEqual({ resealed: before - 1, damaged: 0 });
  expect(await service.keys.info()).toMatchObject({ toReencrypt: 0 });
  await reopen();
  await whenIndexed();
  await expectWhole(conversationId);
  expect((await service.keys.info()).toReencrypt).toBe(0);
  const records = (await service.keys.info()).dataKeys.filter(({ purpose }) => purpose === 'records');
  expect(records.map(({ current }) => current)).toEqual([false, true]);
});

test('a cancelled re-encryption keeps what it did, and the next one goes on from there', async () => {
  const { conversationId } = await fill();
  await service.keys.rotateRecords();
  const before = (await service.keys.info()).toReencrypt;
  await expect(service.keys.reencrypt(cancelAfter(1))).rejects.toMatchObject({ code: 'CANCELLED' });
  const between = (await service.keys.info()).toReencrypt;
  expect(between).toBeLessThan(before);
  expect(between).toBeGreaterThan(0);
  expect(await service.keys.reencrypt(quietWork())).toEqual({ resealed: between, damaged: 0 });
  await expectWhole(conversationId);
});

test('what is written or deleted while records are sealed anew is neither lost nor brought back', async () => {
  const { conversationId, first } = await fill();
  const doomed = (await service.chat.createConversation()).conversationId;
  await service.chat.append(doomed, message('gone'));
  await service.keys.rotateRecords();
  await Promise.all([
    service.keys.reencrypt(quietWork()),
    service.chat.delete(doomed),
    service.chat.append(conversationId, message('four')),
    service.estate.delete(first),
    service.estate.upsert({ ...resource('db-7'), state: 'stopped' }, '2026-11-21T11:00:00.000Z'),
  ]);
  await reopen();
  await whenIndexed();
  expect((await service.chat.getAllContexts()).map((one) => one.conversationId)).toEqual([conversationId]);
  expect((await service.chat.getHistory(conversationId)).total).toBe(4);
  expect(await service.estate.count()).toBe(names.length - 1);
  expect((await service.estate.search('db-7'))[0]).toMatchObject({ name: 'db-7', state: 'stopped' });
  expect((await service.keys.info()).toReencrypt).toBe(0);
});

test('a new index key gives every resource another id, and ids in old messages still find it', async () => {
  const { conversationId, first } = await fill();
  const before = await service.estate.byAccount('123456789012');
  expect(await service.keys.rebuildIndexKey(quietWork())).toEqual({ resources: 1_203, damaged: 0 });
  await whenIndexed();
  const after = await service.estate.byAccount('123456789012');
  const old = new Set(before.map(({ id }) => id));
  expect(after.filter(({ id }) => old.has(id))).toEqual([]);
  await expectWhole(conversationId);
  expect(await service.estate.get(first)).toMatchObject({ name: 'db-0' });
  await service.keys.rebuildIndexKey(quietWork());
  await reopen();
  await whenIndexed();
  await expectWhole(conversationId);
  expect(await service.estate.get(first)).toMatchObject({ name: 'db-0' });
  expect(await service.find.related(first)).toEqual([]);
  // A scan finds its rows again: nothing is stored twice, and what is gone is removed.
  const { ids: listed } = await service.estate.bulkUpsert(
    names.slice(1).map((name) => resource(name)),
    '2026-11-21T12:00:00.000Z',
  );
  const { removed } = await service.estate.syncFromAws({
    accountId: '123456789012',
    region: 'us-west-2',
    resourceTypes: ['rds_instance'],
    startedAt: '2026-11-21T12:00:00.000Z',
    listed,
  });
  expect(removed).toHaveLength(1);
  expect(await service.estate.count()).toBe(names.length - 1);
  expect(await service.estate.get(first)).toBeNull();
});

test('a cancelled change of the index key leaves everything as it was, and no key behind', async () => {
  const { conversationId, first } = await fill();
  const keyring = () => readFileSync(path.join(folder, 'keyring.json'), 'utf8');
  const before = keyring();
  await expect(service.keys.rebuildIndexKey(cancelAfter(2))).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(keyring()).toBe(before);
  expect(await service.estate.get(first)).toMatchObject({ id: first });
  await reopen();
  await whenIndexed();
  await expectWhole(conversationId);
});

test('what is written while the estate gets new ids is stored once, under its new id', async () => {
  const { first } = await fill();
  const { promise: underWay, resolve } = Promise.withResolvers<void>();
  const rebuilding = service.keys.rebuildIndexKey({ ...quietWork(), progress: () => resolve() });
  await underWay;
  const [{ resource: written }] = await Promise.all([
    service.estate.upsert({ ...resource('db-0'), state: 'stopped' }, '2026-11-21T11:00:00.000Z'),
    service.estate.bulkUpsert([resource('db-new')], NOW),
    rebuilding,
  ]);
  expect(written.id).not.toBe(first);
  await whenIndexed();
  expect(await service.estate.count()).toBe(names.length + 1);
  expect(await service.estate.get(first)).toMatchObject({ id: written.id, state: 'stopped' });
});

test.each([
  ['before the swap', false],
  ['after the swap', true],
])('a process that died %s is settled at the next opening: old or new, never both', async (_, swapped) => {
  const { conversationId, first } = await fill();
  // As such a process leaves it: the pending key stands in the keyring, the documents have their old tokens.
  if (swapped) await service.keys.rebuildIndexKey(quietWork());
  const names = swapped ? await service.estate.get(first) : null;
  await service.shutdown();
  if (swapped) await undoLastSteps();
  else await (await KeyringStore.open(folder, masterKey)).addKey('index', { pending: true });
  await open();
  await whenIndexed();
  await expectWhole(conversationId);
  expect(await service.estate.get(first)).toMatchObject({ id: swapped ? names?.id : first });
  expect(readFileSync(path.join(folder, 'keyring.json'), 'utf8')).not.toContain('pending');
});

/** Makes the current index key pending again, and puts the documents back under the key before it. */
async function undoLastSteps(): Promise<void> {
  const { writeFileSync } = await import('node:fs');
  const { AppDb } = await import('../appDb.ts');
  const { Sealer } = await import('../sealing.ts');
  const file = path.join(folder, 'keyring.json');
  const Stored = z.looseObject({ keys: z.array(z.looseObject({ purpose: z.string() })) });
  const stored = Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { keyring } = await KeyringStore.open(folder, masterKey);
  const [indexKey] = keyring.retired('index');
  if (indexKey === undefined) throw new Error('no earlier index key');
  const docs = new AppDb(path.join(folder, 'app.db'), keyring, new Sealer(keyring));
  expect(docs.retoken(new Sealer(keyring, { indexKey }))).toBeGreaterThan(1);
  docs.close();
  const last = stored.keys.findLast(({ purpose }) => purpose === 'index');
  if (last !== undefined) last.pending = true;
  writeFileSync(file, JSON.stringify({ ...stored, schema: 2 }));
}

test('a damaged record stops neither: it is counted and stays, or is left out, and said so', async () => {
  await fill();
  await service.shutdown();
  const db = new DatabaseSync(path.join(folder, 'data', 'points.db'));
  const table = z
    .object({ name: z.string() })
    .parse(
      db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%aws_estate%'").get(),
    );
  const row = z
    .object({ id: z.string(), payload: z.string() })
    .parse(db.prepare(`SELECT id, payload FROM "${table.name}" LIMIT 1`).get());
  const payload = row.payload.replace(/"sealed":"(.{40})./, '"sealed":"$1!');
  expect(payload).not.toBe(row.payload);
  db.prepare(`UPDATE "${table.name}" SET payload = ? WHERE id = ?`).run(payload, row.id);
  db.close();
  await open();
  await whenIndexed();
  await service.keys.rotateRecords();
  expect(await service.keys.reencrypt(quietWork())).toMatchObject({ damaged: 1 });
  expect(await service.keys.rebuildIndexKey(quietWork())).toEqual({ resources: 1_202, damaged: 1 });
});

test('a workspace killed just before its new index key counts still opens when its format is brought along as well', async () => {
  await service.estate.bulkUpsert([resource('db-0')], NOW);
  await service.docs.put('settings', 'app', { theme: 'dark' });
  const file = path.join(folder, 'keyring.json');
  let pending = '';
  const noted: Work = { ...quietWork(), progress: () => (pending = readFileSync(file, 'utf8')) };
  const known = FORMATS.aws_estate;
  FORMATS.aws_estate = known + 1;
  try {
    await reopen();
    await service.keys.rebuildIndexKey(noted);
    await service.shutdown();
    // As if the last write of the change had not happened.
    writeFileSync(file, pending);
    await open();
    await reopen();
  } finally {
    FORMATS.aws_estate = known;
  }
  expect(await service.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
  expect((await service.estate.byAccount('123456789012')).map(({ name }) => name)).toEqual(['db-0']);
});
