import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test, vi } from 'vitest';
import type { ScanCell } from '../../../preload/contract/models.ts';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { quietWork } from '../work.ts';
import { AS_OF, fill, instance, Machine, says } from './testing/machine.ts';

vi.setConfig({ testTimeout: 60_000 });
const ACCOUNT = '123456789012';
const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join('') } as const;
const merge = { mode: 'merge', secret: { secret: slot } } as const;
const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.dispose();
});

async function opened(): Promise<Machine> {
  const machine = new Machine();
  machines.push(machine);
  await machine.open();
  await machine.service.keys.putSlot(slot);
  return machine;
}
async function filled(): Promise<Machine> {
  const machine = await opened();
  await fill(machine);
  return machine;
}
async function talk({ service }: Machine, text: string): Promise<string> {
  const { conversationId } = await service.chat.createConversation();
  await service.chat.append(conversationId, says(text));
  return conversationId;
}
const titles = async ({ service }: Machine) =>
  (await service.chat.getAllContexts()).map(({ title }) => title).sort();
const cell = (asOf: string): ScanCell => ({
  ...{ accountId: ACCOUNT, region: 'us-west-2', service: 'ec2', status: 'ok', count: 0, asOf, message: null },
});

test('a deleted conversation is not brought back by a merge, and a replacement brings it back', async () => {
  const machine = await filled();
  const which = await machine.backup();
  const [gone] = await machine.service.chat.getAllContexts();
  await machine.service.chat.delete(gone?.conversationId ?? '');
  const left = await titles(machine);
  const report = await machine.restore(which, merge);
  expect(await titles(machine)).toEqual(left);
  expect(report.counts.chat_history).toEqual({ added: 0, updated: 0, kept: 6, skipped: 6, deleted: 0 });
  expect(report.totals.chat_history).toBe(6);
  const back = await machine.restore(which);
  expect(back.counts.chat_history?.added).toBe(12);
  expect(await titles(machine)).toHaveLength(2);
  // The restored data is that of then: nothing of the later deletion is left in it.
  expect((await machine.restore(which, merge)).counts.chat_history?.kept).toBe(12);
});

test('a deletion travels: where the conversation was not used since, a merge deletes it, once', async () => {
  const [a, b] = [await opened(), await opened()];
  const id = await talk(a, 'Both have this');
  await talk(a, 'Only here');
  await b.restore(await a.backup(), merge, a);
  await a.service.chat.delete(id);
  const which = await a.backup();
  const report = await b.restore(which, merge, a);
  expect(await titles(b)).toEqual(['Only here']);
  expect(report.counts.chat_history).toEqual({ added: 0, updated: 0, kept: 2, skipped: 0, deleted: 2 });
  expect(report.totals.chat_history).toBe(2);
  const again = await b.restore(which, merge, a);
  expect(again.counts.chat_history).toEqual({ added: 0, updated: 0, kept: 2, skipped: 0, deleted: 0 });
  // Further on, to one that has it from the time before; and nothing of it is in the list of backups.
  const c = await opened();
  await c.restore(await a.backup(), merge, a);
  expect(await titles(c)).toEqual(['Only here']);
  const { info } = await b.service.backup.inspect({ kind: 'here' }, await b.backup(), {
    secret: { kind: 'own' },
  });
  expect(info.counts.chat_history).toBe(2);
});

test('a conversation that was used elsewhere after its deletion comes back, with all of its messages', async () => {
  const [a, b] = [await opened(), await opened()];
  const id = await talk(a, 'Both have this');
  await b.restore(await a.backup(), merge, a);
  await a.service.chat.delete(id);
  await b.service.chat.append(id, says('and more'));
  const deletion = await a.backup();
  const use = await b.backup();
  expect((await b.restore(deletion, merge, a)).counts.chat_history?.deleted).toBe(0);
  expect((await a.restore(use, merge, b)).counts.chat_history?.added).toBe(3);
  for (const machine of [a, b]) {
    const { messages, total } = await machine.service.chat.getHistory(id);
    expect([total, messages.map(({ messageIndex }) => messageIndex)]).toEqual([2, [0, 1]]);
  }
  // The deletion is overruled for good.
  await a.restore(deletion, merge);
  expect(await titles(a)).toEqual(['Both have this']);
});

test('a conversation that went on elsewhere is not lost to a deletion that never saw it', async () => {
  const [a, b] = [await opened(), await opened()];
  const id = await talk(a, 'Both have this');
  await b.restore(await a.backup(), merge, a);
  for (const text of ['more', 'and more']) await b.service.chat.append(id, says(text));
  await a.service.chat.delete(id);
  const [deletion, use] = [await a.backup(), await b.backup()];
  await a.restore(use, merge, b);
  await b.restore(deletion, merge, a);
  for (const { service } of [a, b]) expect((await service.chat.getHistory(id)).total).toBe(3);
});

test('what was deleted with everything is not brought back by a merge, what came since and elsewhere is', async () => {
  const machine = await filled();
  await machine.service.docs.put('accounts', ACCOUNT, { accountId: ACCOUNT, profiles: [] });
  await machine.service.docs.putCells([cell(AS_OF)]);
  const which = await machine.backup();
  await machine.service.maintenance.deleteAll({ by: 'window' }, quietWork());
  await talk(machine, 'Since then');
  const report = await machine.restore(which, merge);
  expect(await titles(machine)).toEqual(['Since then']);
  expect(report.counts.chat_history).toEqual({ added: 0, updated: 0, kept: 0, skipped: 12, deleted: 0 });
  expect(report.counts.aws_estate).toEqual({ added: 0, updated: 0, kept: 0, skipped: 20, deleted: 0 });
  expect(await machine.service.docs.list('scan_cell')).toEqual([]);
  // Another account of another install was never deleted here.
  const other = await opened();
  await other.service.estate.bulkUpsert([{ ...instance('theirs'), accountId: '210987654321' }], AS_OF);
  expect((await machine.restore(await other.backup(), merge, other)).counts.aws_estate?.added).toBe(1);
  // What a scan has seen since is not deleted.
  await other.service.estate.bulkUpsert([instance('web-000000')], new Date().toISOString());
  expect((await machine.restore(await other.backup(), merge, other)).counts.aws_estate?.added).toBe(1);
});

test('a forgotten account stays forgotten on the machine that takes the install over', async () => {
  const [machine, fresh] = [await filled(), new Machine()];
  machines.push(fresh);
  await machine.service.docs.put('accounts', ACCOUNT, { accountId: ACCOUNT, profiles: [] });
  const before = await machine.backup();
  await machine.service.maintenance.forgetAccount({ accountId: ACCOUNT, by: 'window' }, quietWork());
  await fresh.open();
  const taken = { secret: { secret: slot }, takeover: { masterKey: 'backup', slot: null } } as const;
  await fresh.restore(await machine.backup(), taken, machine);
  const report = await fresh.restore(before, merge, machine);
  expect(report.counts.aws_estate).toMatchObject({ added: 0, skipped: 20 });
  expect(await fresh.service.docs.get('accounts', ACCOUNT)).toBeNull();
});

test('an account connected again is not set back by a backup from before it was forgotten', async () => {
  const machine = await filled();
  for (let n = 0; n < 5; n += 1)
    await machine.service.docs.put('accounts', ACCOUNT, { accountId: ACCOUNT, n });
  const which = await machine.backup();
  await machine.service.maintenance.forgetAccount({ accountId: ACCOUNT, by: 'window' }, quietWork());
  await machine.service.docs.put('accounts', ACCOUNT, { accountId: ACCOUNT, n: 'now' });
  await machine.restore(which, merge);
  expect(await machine.service.docs.get('accounts', ACCOUNT)).toEqual({ accountId: ACCOUNT, n: 'now' });
});

test('what the other side’s later scan found deleted is deleted here too, but not by a backup that cannot tell', async () => {
  const [a, b] = [await opened(), await opened()];
  const both = [instance('stays'), instance('goes')];
  for (const { service } of [a, b]) await service.estate.bulkUpsert(both, AS_OF);
  const later = '2026-11-20T12:00:00.000Z';
  const { ids: listed } = await b.service.estate.bulkUpsert([instance('stays')], later);
  const [ec2] = ['ec2_instance'] as const;
  await b.service.estate.syncFromAws({
    ...{ accountId: ACCOUNT, region: 'us-west-2', resourceTypes: [ec2], startedAt: later, listed },
  });
  await b.service.docs.putCells([cell(later)]);
  const which = await b.backup();
  expect((await a.restore(which, { ...merge, parts: ['aws_estate'] }, b)).counts.aws_estate?.deleted).toBe(0);
  const report = await a.restore(which, merge, b);
  expect(report.counts.aws_estate).toEqual({ added: 0, updated: 0, kept: 1, skipped: 0, deleted: 1 });
  expect((await a.content()).resources.map(({ name }) => name)).toEqual(['stays']);
});

test('a scan cell goes by when it completed, not by how many scans an install has made', async () => {
  const [a, b] = [await opened(), await opened()];
  for (let n = 0; n < 5; n += 1) await a.service.docs.putCells([cell(AS_OF)]);
  const later = '2026-11-20T12:00:00.000Z';
  await b.service.docs.putCells([cell(later)]);
  expect((await b.restore(await a.backup(), merge, a)).counts.state).toMatchObject({ kept: 1, updated: 0 });
  await a.restore(await b.backup(), merge, b);
  for (const { service } of [a, b])
    expect(await service.docs.list('scan_cell')).toMatchObject([{ value: { asOf: later } }]);
});

test('what an install knows of its own backups and keys is not taken from another one', async () => {
  const [a, b] = [await opened(), await opened()];
  await a.service.docs.put('backup', 'state', { lastGoodAt: AS_OF });
  await a.service.docs.put('backup', 'settings', { localDays: 7 });
  await a.service.docs.put('keys', 'reencrypting', { by: 'window' });
  await b.restore(await a.backup(), merge, a);
  expect(await b.service.docs.get('backup', 'state')).toBeNull();
  expect(await b.service.docs.get('keys', 'reencrypting')).toBeNull();
  await b.service.docs.put('backup', 'state', { lastGoodAt: 'own' });
  await b.restore(await a.backup(), { secret: { secret: slot } }, a);
  expect(await b.service.docs.get('backup', 'state')).toEqual({ lastGoodAt: 'own' });
  // Another place for its backups: the last good one of before is not there.
  await a.service.docs.put('backup', 'settings', { localDays: 9 });
  await b.restore(await a.backup(), { secret: { secret: slot } }, a);
  expect(await b.service.docs.get('backup', 'state')).toBeNull();
});

test('a deletion that was killed in the middle is finished at the next start, and nothing comes back', async () => {
  const machine = await filled();
  const which = await machine.backup();
  const [gone] = await machine.service.chat.getAllContexts();
  const id = gone?.conversationId ?? '';
  await machine.service.chat.delete(id);
  await machine.service.shutdown();
  // As the process leaves it that died between the two steps: the messages are still there.
  const rows = (work: (db: DatabaseSync, table: string) => void) => {
    const db = new DatabaseSync(`${machine.folder}/data/points.db`);
    const found = db.prepare(
      "SELECT name FROM sqlite_master WHERE name LIKE '%chat_history%' AND type = 'table'",
    );
    const table = String(found.all().find(({ name }) => !/element/.test(String(name)))?.name);
    work(db, table);
    db.close();
  };
  const messages = (db: DatabaseSync, table: string) =>
    Number(db.prepare(`SELECT count(*) AS n FROM "${table}" WHERE payload LIKE ?`).get(`%${id}%`)?.n);
  rows((db, table) => expect(messages(db, table)).toBe(1));
  await machine.open();
  await machine.restore(which);
  await machine.service.shutdown();
  rows((db, table) => {
    expect(messages(db, table)).toBe(6);
    db.prepare(`UPDATE "${table}" SET payload = json_set(payload, '$.kind', 'deleting') WHERE id = ?`).run(
      id,
    );
  });
  await machine.open();
  expect(await titles(machine)).toHaveLength(1);
  await machine.service.shutdown();
  rows((db, table) => expect(messages(db, table)).toBe(1));
});

test('what stands under a time that has not come yet wins no merge: resources, scans, conversations', async () => {
  const [a, b] = [await opened(), await opened()];
  const [ahead, past] = [new Date(Date.now() + 86_400_000).toISOString(), AS_OF];
  await a.service.estate.bulkUpsert([instance('web', 'stopped')], ahead);
  await b.service.estate.bulkUpsert([instance('web', 'running'), instance('kept')], past);
  // The scan that ended tomorrow did not see `kept`; one from yesterday is what is known here.
  await a.service.docs.putCells([cell(ahead)]);
  await b.service.docs.putCells([cell(past)]);
  await b.restore(await a.backup(), merge, a);
  const states = (await b.service.estate.byType('ec2_instance')).map(({ name, state }) => [name, state]);
  expect(states.sort()).toEqual([
    ['kept', 'running'],
    ['web', 'running'],
  ]);
  expect(await b.service.docs.list('scan_cell')).toMatchObject([{ value: { asOf: past } }]);
  // And the other way round: what is here under such a time gives way.
  await a.restore(await b.backup(), merge, b);
  expect(await a.service.docs.list('scan_cell')).toMatchObject([{ value: { asOf: past } }]);
  expect((await a.service.estate.search('web', {}, 1))[0]).toMatchObject({ state: 'running', asOf: past });
});
