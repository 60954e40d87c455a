import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { instance, Machine } from '../backup/testing/machine.ts';
import { quietWork } from '../work.ts';
import type { HistoryEntry, NewHistoryEntry } from './entries.ts';

const T = Date.parse('2026-11-20T10:00:00.000Z');
const MINUTE = 60_000;
const [ACME, OTHER] = ['123456789012', '222222222222'] as const;
const BOTH = [ACME, OTHER];

let laptop: Machine;
beforeEach(async () => {
  laptop = new Machine();
  await laptop.open();
});
afterEach(() => laptop.dispose());

function entry(name: string, at: number, more: Partial<NewHistoryEntry> = {}): NewHistoryEntry {
  const { partition, accountId, region, resourceType, nativeId } = instance(name);
  return {
    address: { partition, accountId, region, resourceType, nativeId },
    at,
    kind: 'changed',
    details: { name, changes: [{ path: 'state', from: 'running', to: 'stopped' }] },
    ...more,
  };
}
const of = (accountId: string, one: NewHistoryEntry) => ({ ...one, address: { ...one.address, accountId } });
const history = () => laptop.service.history;
const all = async (limit = 100) => (await history().since(0, T * 2, {}, { limit })).entries;
const told = (entries: HistoryEntry[]) =>
  entries.map(({ details: { name }, at, kind }) => `${name} ${kind} ${(at - T) / MINUTE}`);
const idOf = async (name: string) =>
  (await all()).find(({ details }) => details.name === name)?.resourceId ?? 'none';

test('what was appended comes back whole, newest first, also of what is not in the estate, after a new start', async () => {
  const { id } = (await laptop.service.estate.upsert(instance('web'), '2026-11-20T10:00:00.000Z')).resource;
  const tombstone = entry('gone', T + 3 * MINUTE, {
    kind: 'gone',
    details: { name: 'gone', last: { state: 'running', tags: { Owner: 'margarethe' } } },
  });
  const gap = entry('', T + 2 * MINUTE, {
    kind: 'gap',
    details: { name: null, gap: { from: T, to: T + MINUTE, reason: 'the credentials had expired' } },
  });
  const who = { id: 'arn:aws:iam::123456789012:user/eve', via: 'CloudTrail' };
  const unheard = entry('web', T + 4 * MINUTE, {
    kind: 'telepathy',
    details: { name: 'web', who, later: [1] },
  });
  await history().append([entry('web', T), tombstone, gap, unheard]);
  await laptop.reopen();
  const entries = await all();
  expect(entries.map(({ resourceId: _, ...rest }) => rest)).toEqual([
    unheard,
    tombstone,
    gap,
    entry('web', T),
  ]);
  expect((await history().of(id, { limit: 10 })).entries).toEqual([entries[0], entries[3]]);
});

test('appended once more nothing is there twice; a change of one thing at one time that differs is', async () => {
  const first = [entry('a', T), entry('b', T)];
  expect(await history().append(first)).toEqual({ added: 2 });
  const { name, changes } = entry('b', T).details;
  // Another order of its members is the same content.
  const again = entry('b', T, { details: { ...(changes && { changes }), name } });
  const differs = entry('b', T, { details: { name: 'b', changes: [{ path: 'state', from: 1, to: 2 }] } });
  expect(await history().append([...first, again, differs, differs])).toEqual({ added: 1 });
  expect(told(await all())).toHaveLength(3);
});

test('an entry that is none, or no small diff, is refused with words, and nothing of its batch is written', async () => {
  const large = entry('b', T, { details: { name: 'b', last: { policy: 'x'.repeat(70_000) } } });
  for (const bad of [large, entry('b', -1), entry('b', T, { kind: 'Two words' })]) {
    await expect(history().append([entry('a', T), bad])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  }
  expect(await all()).toEqual([]);
});

test('pages hold over equal times, new entries and removals in between', async () => {
  const names = Array.from({ length: 23 }, (_, n) => `r${String(n).padStart(2, '0')}`);
  await history().append(names.map((name, n) => entry(name, T + Math.floor(n / 9) * MINUTE)));
  const seen: string[] = [];
  let before = null;
  do {
    const page = await history().since(T, T + 9 * MINUTE, {}, { before, limit: 5 });
    seen.push(...page.entries.map(({ details }) => String(details.name)));
    before = page.next;
    await history().append([entry(`new${seen.length}`, T + 20 * MINUTE)]);
  } while (before !== null);
  expect(seen.toSorted()).toEqual(names);
});

test('the list is filtered by time, account, type, kind and who', async () => {
  const eve = { id: 'eve' };
  const by = (one: NewHistoryEntry) => ({ ...one, details: { ...one.details, who: eve } });
  const role = entry('role', T + 2 * MINUTE);
  role.address.resourceType = 'iam_role';
  await history().append([
    entry('a', T),
    by(entry('b', T + MINUTE)),
    role,
    of(OTHER, by(entry('c', T + 3 * MINUTE, { kind: 'gone' }))),
    ...Array.from({ length: 1_200 }, (_, n) => entry(`many${n}`, T - n - 1)),
  ]);
  const found = async (filter: object, from = 0, to = T * 2) => {
    const { entries } = await history().since(from, to, filter, { limit: 4 });
    return entries.map(({ details }) => details.name).join();
  };
  expect(await found({})).toBe('c,role,b,a');
  expect(await found({}, T + MINUTE, T + 3 * MINUTE)).toBe('role,b');
  expect(await found({ accountIds: [OTHER] })).toBe('c');
  expect(
    await found({ accountIds: BOTH, resourceTypes: ['iam_role', 'ec2_instance'], kinds: ['gone'] }),
  ).toBe('c');
  expect(await found({ resourceTypes: ['iam_role'] })).toBe('role');
  expect(await found({ kinds: [] })).toBe('');
  expect(await found({ who: ['eve'] })).toBe('c,b');
  expect(await found({ who: ['nobody'] })).toBe('');
  const first = await history().since(0, T * 2, { who: ['eve'] }, { limit: 1 });
  const second = await history().since(0, T * 2, { who: ['eve'] }, { before: first.next, limit: 1 });
  expect(told([...first.entries, ...second.entries])).toEqual(['c gone 3', 'b changed 1']);
});

test('an entry moved to another resource, time, kind, type or account is left out and counted', async () => {
  await history().append(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => entry(name, T)));
  await laptop.service.shutdown();
  const db = new DatabaseSync(path.join(laptop.folder, 'app.db'));
  const moved = ["resource = 'x'", 'at = at + 1', "kind = 'gone'", "type = 'sqs_queue'", "account = 'y'"];
  for (const [n, set] of moved.entries()) db.exec(`UPDATE history SET ${set} WHERE id = ${n + 1}`);
  db.close();
  await laptop.reopen();
  expect(told(await all())).toEqual(['f changed 0']);
  expect((await laptop.service.health()).warnings.join()).toContain('5 stored records are damaged');
});

test('names, ids, accounts and what changed cannot be read on the disk', async () => {
  await history().append([entry('pg-payments', T)]);
  const { readdirSync, readFileSync } = await import('node:fs');
  for (const name of readdirSync(laptop.folder).filter((one) => one.startsWith('app.db'))) {
    const bytes = readFileSync(path.join(laptop.folder, name)).toString('latin1');
    for (const word of ['pg-payments', ACME, 'stopped', 'us-west-2']) expect(bytes).not.toContain(word);
  }
});

test('it is sealed anew after a rotation with everything else, and counted until then', async () => {
  const names = Array.from({ length: 1_100 }, (_, n) => `r${n}`);
  await history().append(names.map((name) => entry(name, T)));
  const { keys } = laptop.service;
  await keys.rotateRecords();
  const before = (await keys.info()).toReencrypt;
  expect(before).toBeGreaterThanOrEqual(1_100);
  expect(await keys.reencrypt(quietWork())).toEqual({ resealed: before, damaged: 0 });
  expect((await keys.info()).toReencrypt).toBe(0);
  await laptop.reopen();
  expect((await keys.info().catch(() => laptop.service.keys.info())).toReencrypt).toBe(0);
  expect(await all(2_000)).toHaveLength(1_100);
});

test('a new index key gives it new ids and tokens: found by the new id and by that of an old message', async () => {
  const { id: old } = (await laptop.service.estate.upsert(instance('web'), '2026-11-20T10:00:00.000Z'))
    .resource;
  const names = Array.from({ length: 1_100 }, (_, n) => `r${n}`);
  await history().append([...names, 'web'].map((name) => entry(name, T)));
  await history().append([of(OTHER, entry('other', T))]);
  await laptop.service.keys.rebuildIndexKey(quietWork());
  const check = async () => {
    const id = await idOf('web');
    expect(id).not.toBe(old);
    expect(told((await history().of(id, { limit: 5 })).entries)).toEqual(['web changed 0']);
    expect(told((await history().of(old, { limit: 5 })).entries)).toEqual(['web changed 0']);
    const mine = await history().since(0, T * 2, { accountIds: [OTHER] }, { limit: 5 });
    expect(told(mine.entries)).toEqual(['other changed 0']);
    expect(await all(2_000)).toHaveLength(1_102);
  };
  await laptop.service.find.resolve('web');
  await check();
  await laptop.reopen();
  await laptop.service.find.resolve('web');
  await check();
});

test('a process that died while it got its new ids is settled at the next opening', async () => {
  const names = Array.from({ length: 1_100 }, (_, n) => `r${n}`);
  await history().append(names.map((name) => entry(name, T)));
  const rows = () => {
    const db = new DatabaseSync(path.join(laptop.folder, 'app.db'));
    const found = db.prepare('SELECT * FROM history ORDER BY id').all();
    db.close();
    return found;
  };
  const before = rows();
  await laptop.service.keys.rebuildIndexKey(quietWork());
  await laptop.service.shutdown();
  // As after the first slice: the newest have their new ids, the older ones not yet.
  const db = new DatabaseSync(path.join(laptop.folder, 'app.db'));
  for (const { id, resource, account, sealed } of before.slice(0, 600)) {
    const set = db.prepare('UPDATE history SET resource = ?, account = ?, sealed = ? WHERE id = ?');
    set.run(resource ?? null, account ?? null, sealed ?? null, id ?? null);
  }
  db.close();
  await laptop.reopen();
  expect(await all(2_000)).toHaveLength(1_100);
  const now = new Set(rows().map(({ resource }) => resource));
  expect(before.filter(({ resource }) => now.has(resource ?? null)).length).toBe(0);
});

test('a forgotten account takes its history along, and everything deleted all of it', async () => {
  const names = Array.from({ length: 1_100 }, (_, n) => `r${n}`);
  await history().append(names.map((name) => entry(name, T)));
  await history().append([of(OTHER, entry('other', T))]);
  const { maintenance } = laptop.service;
  await maintenance.forgetAccount({ accountId: ACME, by: 'window' }, quietWork());
  expect(told(await all())).toEqual(['other changed 0']);
  await maintenance.deleteAll({ by: 'window' }, quietWork());
  expect(await all()).toEqual([]);
});

test('what is older than the months goes slice by slice, counted from the newest at most', async () => {
  const days = (n: number) => T - n * 24 * 60 * MINUTE;
  await history().append(Array.from({ length: 600 }, (_, n) => entry(`old${n}`, days(500))));
  await history().append([
    entry('kept', days(390)),
    entry('new', T),
    entry('gone', days(400), { kind: 'gone' }),
  ]);
  expect(await history().expire(13)).toEqual({ removed: 500, more: true });
  expect(await history().expire(13)).toEqual({ removed: 101, more: false });
  expect(await history().expire(13)).toEqual({ removed: 0, more: false });
  expect(told(await all()).map((one) => one.split(' ')[0])).toEqual(['new', 'kept']);
});
