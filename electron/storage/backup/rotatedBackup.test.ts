import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ChatStorage } from '../chatStorage.ts';
import { SqlitePointStore } from '../engines/sqlite/SqlitePointStore.ts';
import { KeyringStore, keyringPath } from '../keys/keyringStore.ts';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { Sealer } from '../sealing.ts';
import { StorageConfig, toCollectionSpec } from '../storageConfig.ts';
import { quietWork, type Work } from '../work.ts';
import { createBackup } from './createBackup.ts';
import type { Point } from '../PointStore.ts';
import { LocalPlace } from './localPlace.ts';
import { fill, instance, Machine, REQUEST, recoverySecret, says } from './testing/machine.ts';

vi.setConfig({ testTimeout: 60_000 });
const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.dispose();
});

test('a data key made while a backup is being made is in its manifest: another machine opens every record', async () => {
  const [machine, other] = [new Machine(), new Machine()];
  machines.push(machine, other);
  await machine.open();
  const text = recoveryGroups(randomBytes(32)).join('');
  await machine.service.keys.putSlot({ kind: 'recovery', text });
  await fill(machine, 700);
  const { chat, estate, keys, backup } = machine.service;
  const [conversation] = await chat.getAllContexts();
  const id = conversation?.conversationId ?? '';
  const steps: string[] = [];
  const written: Promise<unknown>[] = [];
  const change = async () => {
    await keys.rotateRecords();
    await chat.updateContext(id, { title: 'Under a newer key' });
    await estate.bulkUpsert([instance('web-000699', 'stopped')], '2026-11-22T10:00:00.000Z');
  };
  const work: Work = {
    ...quietWork(),
    step: (words) => {
      steps.push(words);
      if (words.startsWith('Copying')) written.push(change());
    },
  };
  const which = await backup.create(REQUEST, work);
  await Promise.all(written);
  expect(steps.filter((words) => words.startsWith('Copying'))).toHaveLength(3);
  await other.open();
  const request = { secret: recoverySecret(text), takeover: { masterKey: 'backup', slot: null } } as const;
  const report = await other.restore(which, request, machine);
  expect(report.counts.aws_estate).toMatchObject({ added: 700, skipped: 0 });
  await other.reopen(machine.masterKey);
  const { resources, conversations } = await other.content();
  expect(resources.find(({ name }) => name === 'web-000699')?.state).toBe('stopped');
  expect(conversations).toHaveLength(2);
});

test('a backup whose manifest would lack a key that a record was sealed with is not made', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rotated-'));
  const store = new SqlitePointStore({ path: path.join(folder, 'points.db') });
  const { chat_history, aws_estate } = StorageConfig.parse({}).collections;
  const collections = {
    chat_history: toCollectionSpec(chat_history),
    aws_estate: toCollectionSpec(aws_estate),
  };
  await store.ensureCollection(collections.chat_history);
  const masterKey = randomBytes(32);
  const keys = await KeyringStore.open(folder, masterKey);
  const stale = readFileSync(keyringPath(folder), 'utf8');
  await keys.addKey('records');
  const chat = new ChatStorage({ store, collection: 'chat_history', sealer: new Sealer(keys.keyring) });
  await chat.append((await chat.createConversation()).conversationId, says('new'));
  const workspace = {
    folder,
    keyring: keys.keyring,
    copyMasterKey: () => keys.copyMasterKey(),
    adoptIndexKeys: () => Promise.resolve(),
    bringAlong: () => undefined,
    store,
    collections,
    seen: () => (point: Point) => point,
  };
  const place = new LocalPlace(path.join(folder, 'snapshots'));
  const request = { ...REQUEST, parts: ['chat_history'] as const };
  const make = (keyringText: () => Promise<string>) =>
    createBackup({ ...workspace, keyringText }, place, request, quietWork(), new Date());
  await expect(make(async () => stale)).rejects.toThrow(/does not hold it/);
  const files = existsSync(path.join(folder, 'snapshots'))
    ? readdirSync(path.join(folder, 'snapshots'), { recursive: true, withFileTypes: true })
    : [];
  expect(files.filter((entry) => entry.isFile())).toEqual([]);
  const made = await make(() => keys.text());
  expect(made.objects).toMatchObject([{ records: 2, unreadable: 0 }]);
  await store.close();
  rmSync(folder, { recursive: true });
});
