import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { fill, instance, Machine } from './backup/testing/machine.ts';
import { BACKUP_STATE, belongsTo, type DocBelonging, type DocKind, kindsOf } from './documents.ts';
import { recoveryGroups } from './keys/recoveryText.ts';

const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.dispose();
});
const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join(' ') } as const;

async function opened(): Promise<Machine> {
  const machine = new Machine();
  machines.push(machine);
  await machine.open();
  await machine.service.keys.putSlot(slot);
  return machine;
}

/** One of every kind, with the kind's value for what removed resources are. */
const EVERY: [DocKind, string][] = [
  ...kindsOf('person', 'history', 'machine', 'collections', 'contents').map((kind): [DocKind, string] => [
    kind,
    'one',
  ]),
  [BACKUP_STATE.kind, BACKUP_STATE.key],
];
const value = (whose: string) => ({ accountId: whose, at: '2026-11-20T10:00:00.000Z', forgotten: false });
const put = async ({ service }: Machine, whose: string) => {
  for (const [kind, key] of EVERY) await service.docs.put(kind, key, value(whose));
};
const found = async ({ service }: Machine) => {
  const docs = await Promise.all(EVERY.map(([kind, key]) => service.docs.get(kind, key)));
  return EVERY.map(([kind, key], at) => [
    `${kind}/${key}`,
    (docs[at] as { accountId: string } | null)?.accountId,
  ]);
};
const expected = (of: Partial<Record<DocBelonging, string>>) =>
  EVERY.map(([kind, key]) => [`${kind}/${key}`, of[belongsTo(kind, key)]]);

describe('of every kind of document it is declared what a restore makes of it', () => {
  test('a replacement with what this install had before', async () => {
    const machine = await opened();
    await put(machine, 'then');
    const which = await machine.backup();
    await put(machine, 'now');
    await machine.restore(which, { parts: ['state'] });
    const kept = { install: 'now', machine: 'now' };
    expect(await found(machine)).toEqual(
      expected({ person: 'then', history: 'then', ...kept, collections: 'now' }),
    );
    await machine.restore(which);
    expect(await found(machine)).toEqual(expected({ person: 'then', history: 'then', ...kept }));
  });

  test('a replacement and a merge of the collections alone', async () => {
    const machine = await opened();
    await fill(machine);
    const which = await machine.backup();
    const others = { person: 'now', history: 'now', install: 'now', machine: 'now' };
    for (const mode of ['replace', 'merge'] as const) {
      await put(machine, 'now');
      await machine.restore(which, { mode, parts: ['aws_estate'] });
      expect(await found(machine)).toEqual(expected(others));
    }
  });

  test('another install: replaced, merged, taken over', async () => {
    const theirs = await opened();
    await put(theirs, 'theirs');
    const which = await theirs.backup();
    const secret = { secret: slot };
    const replaced = await opened();
    await put(replaced, 'ours');
    await replaced.restore(which, { secret }, theirs);
    expect(await found(replaced)).toEqual(
      expected({ person: 'theirs', history: 'theirs', install: 'ours', machine: 'ours' }),
    );
    const merged = await opened();
    await merged.restore(which, { secret, mode: 'merge' }, theirs);
    expect(await found(merged)).toEqual(expected({ person: 'theirs' }));
    const taken = await opened();
    await put(taken, 'ours');
    await taken.restore(which, { secret, takeover: { masterKey: 'own', slot } }, theirs);
    expect(await found(taken)).toEqual(expected({ person: 'theirs', history: 'theirs', install: 'theirs' }));
  });
});

test('a restore that brings back fewer or more resources raises no alarm about lost or doubled ones', async () => {
  const machine = await opened();
  const small = await machine.backup();
  await fill(machine, 600);
  const large = await machine.backup();
  const silent = async () => {
    expect((await machine.service.health()).warnings).toEqual([]);
    await machine.reopen();
    expect((await machine.service.health()).warnings).toEqual([]);
  };
  await machine.restore(small, { parts: ['aws_estate'] });
  await silent();
  await machine.restore(large);
  await silent();
  await machine.restore(small);
  await silent();
});

test('a removal that never came to its end does not fall on what was restored afterwards', async () => {
  const machine = await opened();
  await fill(machine);
  const which = await machine.backup();
  const at = new Date().toISOString();
  await machine.service.docs.put('maintenance', 'removal', {
    ...{ what: 'everything', at, by: 'window', conversations: 2, resources: 20 },
  });
  await machine.restore(which, { parts: ['chat_history', 'aws_estate'] });
  expect(await machine.service.estate.count()).toBe(20);
  expect(await machine.service.chat.getAllContexts()).toHaveLength(2);
});

test('resources that vanished while the app was closed are still told', async () => {
  const machine = await opened();
  await machine.service.estate.bulkUpsert(
    [instance('one'), instance('two'), instance('three')],
    '2026-11-20T10:00:00.000Z',
  );
  await machine.service.shutdown();
  const db = new DatabaseSync(`${machine.folder}/data/points.db`);
  const [table] = db.prepare("SELECT physical FROM alias WHERE name = 'aws_estate'").all();
  db.exec(`DELETE FROM "${table?.physical}"`);
  db.close();
  await machine.reopen();
  expect((await machine.service.health()).warnings.join()).toContain(
    'held 3 resources when the app was last closed',
  );
});
