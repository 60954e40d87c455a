import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { quietWork } from '../work.ts';
import { fill, instance, Machine, observed } from './testing/machine.ts';

const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join(' ') } as const;
const secret = { secret: slot };
let laptop: Machine;
let other: Machine;

beforeEach(async () => {
  laptop = new Machine();
  other = new Machine();
  await laptop.open();
  await laptop.service.keys.putSlot(slot);
  await fill(laptop);
});
afterEach(async () => {
  await laptop.dispose();
  await other.dispose();
});

const history = async (machine: Machine) => (await machine.content()).history;
const LATER = Date.parse('2026-11-22T10:00:00.000Z');
const seen = (name: string, accountId = '123456789012') => observed({ ...instance(name), accountId }, LATER);

test('a replacement brings the history back as it was; taken over by a new machine too', async () => {
  const before = await history(laptop);
  expect(before).toHaveLength(6);
  const which = await laptop.backup();
  await laptop.service.history.append(seen('web-000009'));
  const { counts } = await laptop.restore(which);
  expect(await history(laptop)).toEqual(before);
  // Two documents of settings and health, the journal's entry, six of the history.
  expect(counts.state?.added).toBeGreaterThanOrEqual(6);
  await other.open();
  await other.service.history.append(seen('elsewhere'));
  await other.restore(which, { secret, takeover: { masterKey: 'backup', slot: null } }, laptop);
  expect(await history(other)).toEqual(before);
});

test('merged into another install it is what either has, once, under ids that are found there', async () => {
  await other.open();
  await other.service.history.append([...seen('elsewhere'), ...observed(instance('web-000000')).slice(0, 1)]);
  const which = await laptop.backup();
  const { counts } = await other.restore(which, { secret, mode: 'merge' }, laptop);
  const merged = await history(other);
  expect(merged).toHaveLength(8);
  expect(merged).toEqual(expect.arrayContaining(await history(laptop)));
  expect(counts.state).toMatchObject({ kept: expect.any(Number), skipped: 0 });
  const [resource] = await other.service.estate.search('web-000000');
  const { entries } = await other.service.history.of(resource?.id ?? '', { limit: 10 });
  expect(entries.map(({ kind }) => kind)).toEqual(['gone', 'changed']);
  const again = await other.restore(which, { secret, mode: 'merge' }, laptop);
  expect(again.counts.state).toMatchObject({ added: 0, updated: 0 });
  expect(await history(other)).toEqual(merged);
});

test('what was forgotten here does not come back with a merge; what was deleted with everything neither', async () => {
  await laptop.service.history.append(seen('b', '222222222222'));
  await laptop.service.docs.put('accounts', '222222222222', { accountId: '222222222222', profiles: [] });
  const which = await laptop.backup();
  await laptop.service.maintenance.forgetAccount({ accountId: '222222222222', by: 'window' }, quietWork());
  const left = await history(laptop);
  const { counts } = await laptop.restore(which, { mode: 'merge' });
  expect(await history(laptop)).toEqual(left);
  expect(counts.state?.skipped).toBeGreaterThanOrEqual(2);
  await laptop.service.maintenance.deleteAll({ by: 'window' }, quietWork());
  await laptop.restore(which, { mode: 'merge' });
  expect(await history(laptop)).toEqual([]);
  // Connected again it is theirs again.
  await laptop.service.docs.put('accounts', '222222222222', { accountId: '222222222222', profiles: [] });
  await laptop.restore(which, { mode: 'merge' });
  expect((await history(laptop)).map(({ address }) => address.accountId)).toEqual([
    '222222222222',
    '222222222222',
  ]);
});

test('a damaged entry is counted as unreadable, stays where it is and stops nothing', async () => {
  await laptop.service.shutdown();
  const db = new DatabaseSync(path.join(laptop.folder, 'app.db'));
  db.exec('UPDATE history SET at = at - 7 WHERE id = 2');
  db.close();
  await laptop.reopen();
  const before = await laptop.content();
  expect(before.history).toHaveLength(5);
  const which = await laptop.backup();
  await laptop.restore(which);
  expect(await laptop.content()).toEqual(before);
  await other.open();
  const { counts } = await other.restore(which, { secret, mode: 'merge' }, laptop);
  expect(counts.state?.skipped).toBe(1);
  expect(await history(other)).toEqual(before.history);
});
