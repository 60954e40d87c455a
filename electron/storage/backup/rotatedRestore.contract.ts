import { afterEach, beforeEach, expect, test } from 'vitest';
import { quietWork } from '../work.ts';
import { fill, instance, Machine } from './testing/machine.ts';

let machine: Machine;

beforeEach(async () => {
  machine = new Machine();
  await machine.open();
  await fill(machine, 5);
});
afterEach(() => machine.dispose());

const listed = async () => {
  await machine.service.find.resolve('web');
  return (await machine.service.estate.byAccount('123456789012')).map(({ id }) => id).sort();
};

test.each(['merge', 'replace'] as const)(
  'a backup from before a change of the index key, brought back (%s), has the ids of today: no resource twice',
  async (mode) => {
    const which = await machine.backup();
    const before = await listed();
    await machine.service.keys.rebuildIndexKey(quietWork());
    const ids = await listed();
    expect(ids).not.toEqual(before);
    await machine.restore(which, { mode });
    expect(await listed()).toEqual(ids);
    // What a scan sees again is the same resource.
    await machine.service.estate.bulkUpsert([instance('web-000000', 'stopped')], '2026-11-22T10:00:00.000Z');
    expect(await listed()).toEqual(ids);
    expect(await machine.service.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
  },
);
