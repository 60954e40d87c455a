import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { ChatStorage } from '../chatStorage.ts';
import { SqlitePointStore } from '../engines/sqlite/SqlitePointStore.ts';
import { createKeyring, unlockKeyring } from '../keys/keyring.ts';
import { Sealer } from '../sealing.ts';
import { StorageConfig, toCollectionSpec } from '../storageConfig.ts';
import { quietWork, type Work } from '../work.ts';
import type { Line, PointLine } from './lines.ts';
import { chatPages } from './sources.ts';
import { fill, instance, Machine, REQUEST, says } from './testing/machine.ts';

vi.setConfig({ testTimeout: 60_000 });
const KEY = Buffer.alloc(32, 7);
const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.dispose();
});
async function opened(folder?: string): Promise<Machine> {
  const machine = new Machine(folder === undefined ? {} : { folder });
  machines.push(machine);
  await machine.open();
  return machine;
}

test('a backup made while people write holds every conversation without a gap, and none that was deleted', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'writing-'));
  const store = new SqlitePointStore({ path: path.join(folder, 'points.db') });
  await store.ensureCollection(toCollectionSpec(StorageConfig.parse({}).collections.chat_history));
  const keys = unlockKeyring(createKeyring(KEY, 'install'), KEY);
  const chat = new ChatStorage({ store, collection: 'chat_history', sealer: new Sealer(keys) });
  const ids: string[] = [];
  for (let n = 0; n < 4; n += 1) ids.push((await chat.createConversation()).conversationId);
  const say = async (id: string) => void (await chat.append(id, says('words')));
  for (let n = 0; n < 300; n += 1) for (const id of ids) await say(id);
  const [deleted = '', ...kept] = ids;
  const points = new Map<string, PointLine>();
  const gone: Line[] = [];
  let pages = 0;
  for await (const page of chatPages(store, 'chat_history')) {
    for (const line of page) {
      if (line.t === 'point') points.set(line.id, line);
      else gone.push(line);
    }
    pages += 1;
    for (const id of kept) await say(id);
    if (pages === 2) await chat.delete(deleted);
  }
  expect(pages).toBeGreaterThan(3);
  expect(gone).toMatchObject([{ t: 'gone', id: deleted }]);
  for (const id of kept) {
    const messages = [...points.values()].filter(
      ({ payload }) => payload.kind === 'message' && payload.context_id === id,
    );
    const indexes = messages.map(({ payload }) => Number(payload.message_index)).sort((a, b) => a - b);
    expect(indexes).toEqual([...Array(indexes.length).keys()]);
    expect(indexes.length).toBeGreaterThanOrEqual(300);
  }
  const withdrawn = [...points.values()].filter(
    ({ id, payload }) => id === deleted || payload.context_id === deleted,
  );
  expect(gone).toMatchObject([{ records: withdrawn.length }]);
  await store.close();
  rmSync(folder, { recursive: true });
});

test('a backup that is cancelled at any step leaves nothing behind', async () => {
  const machine = await opened();
  await fill(machine);
  for (let at = 1; at <= 6; at += 1) {
    const abort = new AbortController();
    let steps = 0;
    const work: Work = {
      ...quietWork(),
      signal: abort.signal,
      step: () => {
        steps += 1;
        if (steps === at) abort.abort(new Error('enough'));
      },
    };
    await expect(machine.service.backup.create(REQUEST, work)).rejects.toThrow();
    const left = readdirSync(path.join(machine.folder, 'snapshots'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual([]);
  }
});

test('two backups within a second have names of their own, and both are good', async () => {
  const machine = await opened();
  await fill(machine);
  const made = [await machine.backup(), await machine.backup(), await machine.backup()];
  expect(new Set(made.map(({ backupId }) => backupId)).size).toBe(3);
  for (const which of made) {
    await machine.service.backup.prove({ kind: 'here' }, which, { secret: { kind: 'own' } }, quietWork());
  }
});

/** A disk of 4 MB, where the tests run as root; else they are skipped. */
const disk = mkdtempSync(path.join(tmpdir(), 'disk-'));
const mounted =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

test.skipIf(!mounted)('a full disk ends a backup and a restore with the data as it was', async () => {
  const folder = path.join(disk, 'workspace');
  const ballast = path.join(disk, 'ballast');
  mkdirSync(folder);
  const machine = await opened(folder);
  await fill(machine, 300);
  const which = await machine.backup();
  await machine.service.estate.bulkUpsert([instance('web-000000', 'stopped')], '2026-11-22T10:00:00.000Z');
  const before = await machine.content();
  const free = () => Number(spawnSync('stat', ['-f', '-c', '%a', disk]).stdout.toString()) * 4_096;
  // Less and less room: first it is foreseen, then met on the way; never is anything lost.
  for (const left of [2_000, 50_000, 150_000, 300_000, 500_000]) {
    writeFileSync(ballast, Buffer.alloc(Math.max(0, free() - left)));
    await expect(machine.backup(), `${left} bytes`).rejects.toMatchObject({ code: 'DISK_FULL' });
    await expect(machine.restore(which), `${left} bytes`).rejects.toMatchObject({ code: 'DISK_FULL' });
    rmSync(ballast);
    expect(await machine.content(), `${left} bytes`).toEqual(before);
  }
  await machine.reopen();
  expect(await machine.content()).toEqual(before);
  await machine.restore(which);
  expect(await machine.service.estate.count()).toBe(300);
});
