import { expect, it } from 'vitest';
import type { Condition, Payload, PayloadValue, PointStore } from '../../PointStore.ts';
import { matches } from '../matches.ts';
import { freshSpec } from './engines.ts';
import { idOf, point, randomFrom, range, scrollAll } from './fixtures.ts';

const VALUES: PayloadValue[] = [
  'a',
  'b',
  '1',
  'true',
  '',
  1,
  2,
  -1,
  0,
  1.5,
  true,
  false,
  null,
  ['a'],
  ['b', '1'],
  [],
  'Ä',
];
/** Indexed fields of each type, and the same without an index; names that need quoting. */
const KEYS = ['kind', 'tags', 'rank', 'load', 'live', 'plain', 'a.b', 'aws:name', 'with space', "it's"];

export function describeFilters(open: () => PointStore): void {
  it('matches exactly the points that the definition of a condition says, indexed or not', async () => {
    const [store, spec] = [open(), freshSpec({ vectorSize: 0, hnsw: null })];
    const random = randomFrom(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const points = range(300).map((n) => {
      const payload: Payload = {};
      for (const key of KEYS)
        if (random() < 0.8) payload[key] = pick(VALUES.filter((value) => fits(key, value)));
      return point(n, payload);
    });
    await store.ensureCollection(spec);
    await store.upsert(spec.name, points);
    for (const _ of range(150)) {
      const filter = { must: range(1 + Math.floor(random() * 2)).map(() => condition(pick, random)) };
      const expected = points.filter(({ payload }) => filter.must.every((one) => matches(payload, one)));
      const found = await scrollAll(store, spec.name, { filter, limit: 1_000 });
      const say = JSON.stringify(filter);
      expect(
        found.map(({ id }) => id),
        say,
      ).toEqual(expected.map(({ id }) => id));
      expect(await store.count(spec.name, filter), say).toBe(expected.length);
    }
  });

  it('matches everything with an empty filter and nothing with an empty list', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, { kind: 'a' }), point(2)]);
    expect(await store.count(spec.name, { must: [] })).toBe(2);
    expect(await store.count(spec.name, { must: [{ key: 'kind', any: [] }] })).toBe(0);
    await store.delete(spec.name, { filter: { must: [{ key: 'kind', any: [] }] } });
    expect(await store.count(spec.name)).toBe(2);
  });

  it('takes long lists and strings of any kind as plain values', async () => {
    const [store, spec] = [open(), freshSpec()];
    const hostile = `'); DROP TABLE x; -- " \u{1F4A5}`;
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, { kind: hostile, plain: hostile }), point(2, { kind: 'b' })]);
    const many = range(3_000).map((n) => `no-${n}`);
    for (const key of ['kind', 'plain']) {
      const { points } = await store.scroll(spec.name, {
        filter: { must: [{ key, any: [...many, hostile] }] },
        limit: 10,
      });
      expect(points.map(({ id }) => id)).toEqual([idOf(1)]);
    }
  });

  it('refuses a bound that is not a number: as JSON it would be no bound at all, and delete everything', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, { rank: 1 })]);
    const filter = { must: [{ key: 'rank', range: { lt: Number.NaN } }] };
    await expect(store.delete(spec.name, { filter })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await store.count(spec.name)).toBe(1);
  });
}

/** Points keep to the type of their index; fields without one hold anything. */
function fits(key: string, value: PayloadValue): boolean {
  if (key === 'kind' || key === 'tags')
    return typeof value === 'string' || Array.isArray(value) || value === null;
  if (key === 'rank') return Number.isInteger(value) || value === null;
  if (key === 'load') return typeof value === 'number' || value === null;
  if (key === 'live') return typeof value === 'boolean' || value === null;
  return true;
}

function condition(pick: <T>(list: readonly T[]) => T, random: () => number): Condition {
  const key = pick(KEYS);
  const scalars = VALUES.filter((value) => value !== null && !Array.isArray(value)) as (
    | string
    | number
    | boolean
  )[];
  const kind = random();
  if (kind < 0.4) return { key, match: pick(scalars) };
  if (kind < 0.7) {
    const listable = scalars.filter((value) => typeof value !== 'boolean');
    return { key, any: range(Math.floor(random() * 4)).map(() => pick(listable)) };
  }
  const bounds = { gt: pick([-1, 0, 1]), gte: pick([-1, 0.5, 1]), lt: pick([1, 2, 1.5]), lte: pick([0, 2]) };
  const names = (['gt', 'gte', 'lt', 'lte'] as const).filter(() => random() < 0.5);
  return { key, range: Object.fromEntries(names.map((name) => [name, bounds[name]])) };
}
