import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { quietWork } from '../work.ts';
import { AS_OF, fill, instance, Machine, REQUEST, says } from './testing/machine.ts';

let laptop: Machine;
let other: Machine;

beforeEach(async () => {
  laptop = new Machine();
  other = new Machine();
  await laptop.open();
  await fill(laptop);
});
afterEach(async () => {
  await laptop.dispose();
  await other.dispose();
});

test('what was deleted and changed after a backup comes back as it was, and the journal goes on', async () => {
  const before = await laptop.content();
  const which = await laptop.backup();
  const [first] = await laptop.service.chat.getAllContexts();
  await laptop.service.chat.delete(first?.conversationId ?? '');
  await laptop.service.estate.bulkUpsert(
    [instance('web-000000', 'stopped'), instance('new')],
    '2026-11-20T11:00:00.000Z',
  );
  await laptop.service.docs.put('settings', 'app', { theme: 'light' });
  await laptop.service.journal.append({ kind: 'profile_locked', profile: 'x', accountId: '1', by: 'window' });
  const report = await laptop.restore(which);
  expect(await laptop.content()).toEqual(before);
  expect(report.totals).toEqual({ chat_history: 12, conversations: 2, aws_estate: 20 });
  expect((await laptop.service.journal.verify()).brokenAt).toBeNull();
  // The two from before, and that it was restored.
  expect((await laptop.service.journal.verify()).entries).toBe(3);
  await laptop.reopen();
  expect(await laptop.content()).toEqual(before);
});

test('a new machine becomes the lost one with the recovery key alone', async () => {
  const key = randomBytes(32);
  const slot = { kind: 'recovery', text: recoveryGroups(key).join(' ') } as const;
  await laptop.service.keys.putSlot(slot);
  const before = await laptop.content();
  const which = await laptop.backup();
  await other.open();
  await other.service.journal.append({ kind: 'profile_locked', profile: 'x', accountId: '1', by: 'window' });
  const secret = { secret: slot };
  const source = { kind: 'folder', path: `${laptop.folder}/snapshots` } as const;
  const inspected = await other.service.backup.inspect(source, which, secret);
  expect(inspected.takesOver).toBe(true);
  const report = await other.restore(
    which,
    { secret, takeover: { masterKey: 'backup', slot: null } },
    laptop,
  );
  expect(report.open.installId).toBe(which.installId);
  expect(await other.content()).toEqual(before);
  // From now on its key is that of the lost one, and a rescan finds the same ids.
  await other.reopen(laptop.masterKey);
  expect(await other.content()).toEqual(before);
  await other.service.estate.bulkUpsert([instance('web-000000')], '2026-11-21T10:00:00.000Z');
  expect(await other.service.estate.count()).toBe(20);
});

test('what the lost machine did stands in Activity of the new one, beside its own', async () => {
  const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join(' ') } as const;
  await laptop.service.keys.putSlot(slot);
  const which = await laptop.backup();
  await other.open();
  await other.service.journal.append({
    kind: 'profile_locked',
    profile: 'here',
    accountId: '1',
    by: 'window',
  });
  const request = { secret: { secret: slot }, takeover: { masterKey: 'backup', slot: null } } as const;
  const titles = async (machine: Machine) => {
    const { resultId, total } = await machine.service.journal.activity({ text: '' });
    const rows = await machine.service.journal.activityRows(resultId, 0, total);
    return {
      titles: rows.map(({ title }) => title.replace(/^(Restored|Merged) the backup.*/, '$1')).sort(),
      ids: new Set(rows.map(({ id }) => id)).size,
    };
  };
  await other.restore(which, request, laptop);
  const both = ['Profile acme set to read-only', 'Profile here set to read-only'];
  const restored = (count: number) => Array(count).fill('Restored');
  expect(await titles(other)).toEqual({ titles: [...both, ...restored(1)], ids: 3 });
  // Restored once more, and from a backup of the new machine: nothing is there twice.
  await other.restore(which, {}, laptop);
  await other.service.journal.append({
    kind: 'profile_locked',
    profile: 'now',
    accountId: '1',
    by: 'window',
  });
  await other.restore(await other.backup());
  await other.restore(await other.backup(), { mode: 'merge' });
  expect((await titles(other)).titles).toEqual([
    'Merged',
    ...both,
    'Profile now set to read-only',
    ...restored(3),
  ]);
  expect(await other.service.journal.verify()).toMatchObject({ entries: 5, brokenAt: null });
});

test('a machine whose key cannot be replaced keeps it, and the recovery key opens it further on', async () => {
  const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join('-') } as const;
  await laptop.service.keys.putSlot(slot);
  const before = await laptop.content();
  const which = await laptop.backup();
  await other.open();
  await other.restore(which, { secret: { secret: slot }, takeover: { masterKey: 'own', slot } }, laptop);
  await other.reopen();
  expect(await other.content()).toEqual(before);
  expect((await other.service.keys.info()).slots.map(({ kind }) => kind)).toEqual(['recovery']);
  const again = await other.backup();
  await laptop.restore(again, { secret: { secret: slot }, mode: 'merge' }, other);
});

test('a merge keeps both sides: newer revisions win, talks that went on apart are put together without twins', async () => {
  const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join('') } as const;
  await laptop.service.keys.putSlot(slot);
  const which = await laptop.backup();
  const [shared] = await laptop.service.chat.getAllContexts();
  const id = shared?.conversationId ?? '';
  await laptop.service.chat.append(id, says('after the backup'));
  await laptop.service.estate.bulkUpsert([instance('web-000000', 'stopped')], '2026-11-20T12:00:00.000Z');
  const later = await laptop.backup();
  await laptop.restore(which);
  await laptop.service.chat.append(id, says('on the other side'));
  await laptop.service.estate.bulkUpsert([instance('only-here')], AS_OF);
  const report = await laptop.restore(later, { mode: 'merge' });
  const history = await laptop.service.chat.getHistory(id, { limit: 100 });
  expect(history.messages.map(({ messageIndex }) => messageIndex)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  const texts = history.messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])),
  );
  expect(texts.slice(5)).toEqual(['after the backup', 'on the other side']);
  expect(report.counts.aws_estate).toEqual({ added: 0, updated: 1, kept: 19, skipped: 0, deleted: 0 });
  expect(report.totals.aws_estate).toBe(21);
  // Another install's records get ids and seals of this one.
  await other.open();
  await other.service.estate.bulkUpsert([instance('web-000001')], AS_OF);
  const merged = await other.restore(which, { secret: { secret: slot }, mode: 'merge' }, laptop);
  expect(merged.counts.aws_estate).toEqual({ added: 19, updated: 0, kept: 1, skipped: 0, deleted: 0 });
  expect((await other.content()).conversations).toHaveLength(2);
  const again = await other.restore(which, { secret: { secret: slot }, mode: 'merge' }, laptop);
  expect(again.counts.chat_history).toEqual({ added: 0, updated: 0, kept: 12, skipped: 0, deleted: 0 });
});

test('one part comes back without the others', async () => {
  const which = await laptop.backup();
  await laptop.service.estate.delete((await laptop.service.estate.byAccount('123456789012'))[0]?.id ?? '');
  await laptop.service.docs.put('settings', 'app', { theme: 'light' });
  await laptop.restore(which, { parts: ['aws_estate'] });
  expect(await laptop.service.estate.count()).toBe(20);
  expect(await laptop.service.docs.get('settings', 'app')).toEqual({ theme: 'light' });
});

test('what a later scan found deleted is not brought back by a merge', async () => {
  const which = await laptop.backup();
  const [gone] = await laptop.service.estate.byAccount('123456789012');
  await laptop.service.estate.delete(gone?.id ?? '');
  await laptop.service.docs.putCells([
    {
      accountId: '123456789012',
      region: 'us-west-2',
      service: 'ec2',
      status: 'ok',
      count: 19,
      asOf: '2026-11-20T13:00:00.000Z',
      message: null,
    },
  ]);
  const report = await laptop.restore(which, { mode: 'merge', parts: ['aws_estate'] });
  expect(report.counts.aws_estate).toEqual({ added: 0, updated: 0, kept: 19, skipped: 1, deleted: 0 });
});

test('an account that was forgotten is not brought back by a merge, unless it is connected again', async () => {
  await laptop.service.docs.put('accounts', '123456789012', { accountId: '123456789012', profiles: [] });
  const which = await laptop.backup();
  await laptop.service.maintenance.forgetAccount({ accountId: '123456789012', by: 'window' }, quietWork());
  const report = await laptop.restore(which, { mode: 'merge' });
  expect(report.counts.aws_estate).toEqual({ added: 0, updated: 0, kept: 0, skipped: 20, deleted: 0 });
  expect(await laptop.service.docs.get('accounts', '123456789012')).toBeNull();
  await laptop.service.docs.put('accounts', '123456789012', { accountId: '123456789012', profiles: [] });
  expect((await laptop.restore(which, { mode: 'merge' })).counts.aws_estate?.added).toBe(20);
});

test('leave to change something does not travel with a backup', async () => {
  const profile = { name: 'acme', arn: 'arn', unlocked: { at: '2026-11-21T10:00:00.000Z', until: null } };
  await laptop.service.docs.put('accounts', '1', { accountId: '1', profiles: [profile] });
  await laptop.restore(await laptop.backup());
  expect(await laptop.service.docs.get('accounts', '1')).toEqual({
    accountId: '1',
    profiles: [{ ...profile, unlocked: null }],
  });
});

test('a backup without resources brings the rest back and leaves the resources as they are', async () => {
  const which = await laptop.service.backup.create(
    { ...REQUEST, parts: ['chat_history', 'state'] },
    quietWork(),
  );
  const then = await laptop.content();
  const [first] = await laptop.service.chat.getAllContexts();
  await laptop.service.chat.delete(first?.conversationId ?? '');
  await laptop.service.docs.put('settings', 'app', { theme: 'light' });
  await laptop.service.estate.bulkUpsert([instance('new')], '2026-11-20T11:00:00.000Z');
  const now = await laptop.content();
  await expect(laptop.restore(which)).rejects.toMatchObject({
    code: 'BACKUP_NOT_FOUND',
    message: expect.stringContaining('does not hold resources'),
  });
  expect(await laptop.content()).toEqual(now);
  for (const mode of ['merge', 'replace'] as const) {
    const report = await laptop.restore(which, { mode, parts: ['chat_history', 'state'] });
    expect(report.counts).not.toHaveProperty('aws_estate');
    expect((await laptop.content()).resources).toEqual(now.resources);
  }
  expect(await laptop.content()).toEqual({ ...then, resources: now.resources });
});

test('what the newest backup lacks comes from the newest that holds it, in one exchange, on a new machine', async () => {
  const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join(' ') } as const;
  await laptop.service.keys.putSlot({ kind: 'recovery', text: recoveryGroups(randomBytes(32)).join(' ') });
  const estate = await laptop.service.backup.create({ ...REQUEST, parts: ['aws_estate'] }, quietWork());
  const { resources } = await laptop.content();
  // Another recovery key since, and resources that no backup has.
  await laptop.service.keys.putSlot(slot);
  await laptop.service.estate.bulkUpsert([instance('new')], '2026-11-20T11:00:00.000Z');
  await laptop.service.docs.put('settings', 'app', { theme: 'light' });
  const newest = await laptop.service.backup.create(
    { ...REQUEST, parts: ['chat_history', 'state'] },
    quietWork(),
  );
  const wanted = { ...(await laptop.content()), resources };
  await other.open();
  const request = {
    secret: { secret: slot },
    parts: ['chat_history', 'state'],
    others: [{ backupId: estate.backupId, parts: ['aws_estate'] }],
    takeover: { masterKey: 'backup', slot: null },
  } as const;
  const report = await other.restore(newest, request, laptop);
  expect(report.open.installId).toBe(newest.installId);
  expect(await other.content()).toEqual(wanted);
  await other.reopen(laptop.masterKey);
  expect(await other.content()).toEqual(wanted);
  const last = await other.service.journal.activity({ text: '' });
  const rows = await other.service.journal.activityRows(last.resultId, 0, last.total);
  const title = rows.find((row) => row.title.startsWith('Restored'))?.title;
  expect(title).toMatch(/^Restored the backup of .* UTC .*, with resources of the one of .* UTC$/);
});

test('a part wanted from two backups is refused before anything is touched', async () => {
  const which = await laptop.backup();
  const before = await laptop.content();
  const others = [{ backupId: which.backupId, parts: ['state'] as const }];
  await expect(laptop.restore(which, { others })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(await laptop.content()).toEqual(before);
});
