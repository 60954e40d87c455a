import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScanCell } from '../../../preload/contract/models.ts';
import type { CollectedResource } from '../../scan/types.ts';
import { SCAN_CELL_KIND } from '../scanCells.ts';
import { StorageConfig } from '../storageConfig.ts';
import { StorageService } from '../storageService.ts';
import { cancelled, quietWork, type Work } from '../work.ts';

const masterKey = randomBytes(32);
const NOW = '2026-11-21T10:00:00.000Z';
const [GONE, KEPT] = ['111111111111', '222222222222'];
let folder: string;
let service: StorageService;

async function open(): Promise<void> {
  service = new StorageService({ emit: () => undefined });
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
  await service.open({ config, folder, masterKey, qdrantBinary: null });
}
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'removal-'));
  await open();
  for (const accountId of [GONE, KEPT]) {
    await service.estate.bulkUpsert(resources(accountId, 700), NOW);
    await service.docs.put('accounts', accountId, { accountId });
    await service.docs.putCells([cell(accountId, 'us-east-1'), cell(accountId, 'eu-west-1')]);
  }
  const { conversationId } = await service.chat.createConversation();
  const metadata = { resourcesMentioned: [], commandsExecuted: [] };
  const parts = [{ kind: 'text' as const, text: 'hello' }];
  await service.chat.append(conversationId, { role: 'user', parts, sources: [], metadata });
});
afterEach(async () => {
  await service.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

function resources(accountId: string, count: number): CollectedResource[] {
  return Array.from({ length: count }, (_, n) => ({
    resourceType: 'sqs_queue',
    service: 'sqs',
    accountId,
    region: 'us-east-1',
    partition: 'aws',
    nativeId: `queue-${n}`,
    name: `queue-${n}`,
    arn: `arn:aws:sqs:us-east-1:${accountId}:queue-${n}`,
    state: null,
    tags: {},
    createdAt: null,
    facts: {},
    relations: [],
    constraints: {},
    raw: {},
  }));
}
function cell(accountId: string, region: string): ScanCell {
  return { accountId, region, service: 'sqs', status: 'ok', count: 1, asOf: NOW, message: null };
}
async function maintenanceLines(): Promise<string[]> {
  const { resultId } = await service.journal.activity({ text: '' });
  return (await service.journal.activityRows(resultId, 0, 50)).map(({ title }) => title);
}
async function leftOf(accountId: string) {
  // Unlike a query, this waits for the index.
  await service.find.resolve('queue-1');
  const found = await service.find.query({
    text: '',
    filter: { accountIds: [accountId] },
    sort: [],
    ignoreChips: [],
  });
  return {
    stored: await service.estate.count({ accountIds: [accountId] }),
    indexed: found.total,
    account: await service.docs.get('accounts', accountId),
    cells: (await service.docs.list(SCAN_CELL_KIND)).filter(({ key }) => key.startsWith(accountId)).length,
  };
}
const NOTHING = { stored: 0, indexed: 0, account: null, cells: 0 };
const WHOLE = { stored: 700, indexed: 700, account: { accountId: KEPT }, cells: 2 };

test('a forgotten account leaves the scope of the screens, which would else show nothing at all', async () => {
  const scope = { accountIds: [GONE, KEPT], regions: ['us-east-1'] };
  await service.docs.put('settings', 'app', { theme: 'dark', scope });
  await service.maintenance.forgetAccount({ accountId: GONE, by: 'window' }, quietWork());
  const left = { accountIds: [KEPT], regions: ['us-east-1'] };
  expect(await service.docs.get('settings', 'app')).toEqual({ theme: 'dark', scope: left });
});

test('a forgotten account is gone from store, index, cells and accounts; others and the journal stay', async () => {
  const answer = await service.maintenance.forgetAccount({ accountId: GONE, by: 'window' }, quietWork());
  expect(answer).toEqual({ resources: 700 });
  expect(await leftOf(GONE)).toEqual(NOTHING);
  expect(await leftOf(KEPT)).toEqual(WHOLE);
  await service.shutdown();
  await open();
  expect(await leftOf(GONE)).toEqual(NOTHING);
  expect(await maintenanceLines()).toEqual([`Account ${GONE} forgotten: 700 resources removed`]);
});

test('a cancel before anything was removed leaves everything, one after it changes nothing', async () => {
  const abort = new AbortController();
  abort.abort(cancelled());
  const early = service.maintenance.forgetAccount(
    { accountId: GONE, by: 'window' },
    { ...quietWork(), signal: abort.signal },
  );
  await expect(early).rejects.toMatchObject({ code: 'CANCELLED' });
  expect((await leftOf(GONE)).stored).toBe(700);
  const late = new AbortController();
  const work: Work = { ...quietWork(), signal: late.signal, step: () => late.abort(cancelled()) };
  await service.maintenance.forgetAccount({ accountId: GONE, by: 'window' }, work);
  expect(await leftOf(GONE)).toEqual(NOTHING);
});

/** What a kill at the report `at` leaves on the disk. */
async function killedAt(at: number, remove: (work: Work) => Promise<unknown>): Promise<void> {
  const copy = `${folder}-killed`;
  let reports = 0;
  const report = () => {
    reports += 1;
    if (reports === at) cpSync(folder, copy, { recursive: true });
  };
  await remove({ ...quietWork(), step: report, progress: report });
  await service.shutdown();
  rmSync(folder, { recursive: true });
  renameSync(copy, folder);
  await open();
}

test.each([1, 2, 3, 4, 5, 6])(
  'a removal killed at its report %i is finished by the next start, once',
  async (at) => {
    await killedAt(at, (work) => service.maintenance.forgetAccount({ accountId: GONE, by: 'window' }, work));
    expect(await leftOf(GONE)).toEqual(NOTHING);
    expect(await leftOf(KEPT)).toEqual(WHOLE);
    expect(await maintenanceLines()).toHaveLength(1);
    await service.shutdown();
    await open();
    expect(await maintenanceLines()).toHaveLength(1);
  },
);

test.each([1, 2, 3])(
  'a deletion of everything killed at its report %i is finished by the next start',
  async (at) => {
    await killedAt(at, (work) => service.maintenance.deleteAll({ by: 'window' }, work));
    expect(await service.chat.getAllContexts()).toEqual([]);
    expect(await service.estate.count()).toBe(0);
    expect(await maintenanceLines()).toHaveLength(1);
  },
);

test('what is written after a removal that failed does not fall to it at the next start', async () => {
  const work: Work = {
    ...quietWork(),
    step: () => {
      throw new Error('the engine went away');
    },
  };
  const failing = service.maintenance.deleteAll({ by: 'window' }, work);
  await expect(failing).rejects.toThrow('went away');
  const { conversationId } = await service.chat.createConversation();
  await service.shutdown();
  await open();
  const kept = await service.chat.getAllContexts();
  expect(kept.map((one) => one.conversationId)).toContain(conversationId);
});

test('deleting everything leaves accounts and the journal, and what is written later stays', async () => {
  const answer = await service.maintenance.deleteAll({ by: 'window' }, quietWork());
  expect(answer).toEqual({ conversations: 1, resources: 1_400 });
  expect(await service.chat.getAllContexts()).toEqual([]);
  expect(await leftOf(KEPT)).toEqual({ ...WHOLE, stored: 0, indexed: 0, cells: 0 });
  await service.estate.bulkUpsert(resources(KEPT, 3), NOW);
  await service.shutdown();
  await open();
  expect(await service.estate.count()).toBe(3);
  expect(await maintenanceLines()).toEqual(['Everything deleted: 1 conversations and 1400 resources']);
});

test('deleting everything while the index is still being filled brings nothing back', async () => {
  await service.shutdown();
  await open();
  await service.maintenance.deleteAll({ by: 'window' }, quietWork());
  expect((await leftOf(GONE)).indexed).toBe(0);
  expect((await leftOf(KEPT)).indexed).toBe(0);
});
