import { expect, test } from 'vitest';
import { Chains } from './chains.ts';

test('entries are found under their key in the order in which they came, whatever comes and goes', () => {
  let state = 11;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const chains = new Chains();
  const keys = new Map<number, string>();
  for (let step = 0; step < 40_000; step += 1) {
    const entry = random(12_000);
    chains.remove(entry);
    keys.delete(entry);
    if (random(4) === 0) continue;
    // One key has a tenth of all.
    const key = random(10) ? `key-${random(8_000)}` : 'default';
    chains.put(entry, key);
    keys.set(entry, key);
  }
  const found = (key: string) => chains.find(key).filter((entry) => keys.get(entry) === key);
  const byKey = Map.groupBy(keys, ([, key]) => key);
  expect(byKey.get('default')?.length).toBeGreaterThan(200);
  for (const [key, entries] of byKey) expect(found(key)).toEqual(entries.map(([entry]) => entry));
  expect(found('never')).toEqual([]);
  chains.clear();
  expect(chains.find('default')).toEqual([]);
  chains.put(3, 'default');
  expect(chains.find('default')).toEqual([3]);
});
