import { expect, it } from 'vitest';
import type { Point, PointStore } from '../../PointStore.ts';
import { freshSpec } from './engines.ts';
import { idOf, point, randomFrom, range, scrollAll } from './fixtures.ts';

export function describeScroll(open: () => PointStore): void {
  it('pages by id without losing or repeating a point', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(
      spec.name,
      range(25)
        .map((n) => point(n, { kind: n % 2 ? 'odd' : 'even' }))
        .reverse(),
    );
    for (const limit of [1, 5, 24, 25, 26]) {
      const all = await scrollAll(store, spec.name, { limit });
      expect(
        all.map(({ id }) => id),
        `limit ${limit}`,
      ).toEqual(range(25).map(idOf));
    }
    const odd = await scrollAll(store, spec.name, {
      filter: { must: [{ key: 'kind', match: 'odd' }] },
      limit: 3,
    });
    expect(odd).toHaveLength(12);
    expect(await store.scroll(spec.name, { limit: 25 })).toMatchObject({ next: undefined });
  });

  it('pages by a number with many equal values in both directions, at every page size', async () => {
    const [store, spec] = [open(), freshSpec({ vectorSize: 0, hnsw: null })];
    const random = randomFrom(3);
    const points = range(120).map((n) =>
      point(n, { rank: [5, 5, 5, 7, -2, n][Math.floor(random() * 6)] ?? 0, kind: n % 3 ? 'a' : 'b' }),
    );
    await store.ensureCollection(spec);
    await store.upsert(spec.name, points);
    for (const direction of ['asc', 'desc'] as const) {
      for (const limit of [1, 2, 7, 50, 119, 120, 500]) {
        for (const filter of [{ must: [] }, { must: [{ key: 'kind', match: 'a' }] }]) {
          const expected = points
            .filter(({ payload }) => filter.must.length === 0 || payload.kind === 'a')
            .sort(byRank(direction));
          const all = await scrollAll(store, spec.name, {
            filter,
            orderBy: { key: 'rank', direction },
            limit,
          });
          expect(
            all.map(({ id }) => id),
            `${direction} ${limit} ${filter.must.length}`,
          ).toEqual(expected.map(({ id }) => id));
        }
      }
    }
  });

  it('pages through thousands of equal values', async () => {
    const [store, spec] = [open(), freshSpec({ vectorSize: 0, hnsw: null })];
    await store.ensureCollection(spec);
    await store.upsert(
      spec.name,
      range(2_500).map((n) => point(n, { rank: 1_700_000_000_000 })),
    );
    const all = await scrollAll(store, spec.name, {
      orderBy: { key: 'rank', direction: 'desc' },
      limit: 400,
    });
    expect(all.map(({ id }) => id)).toEqual(range(2_500).map(idOf));
  });

  it('leaves points without the number out of an ordered scroll', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [
      point(1, { rank: 1 }),
      point(2),
      point(3, { rank: null }),
      point(4, { rank: 0 }),
    ]);
    const all = await scrollAll(store, spec.name, { orderBy: { key: 'rank', direction: 'asc' }, limit: 2 });
    expect(all.map(({ id }) => id)).toEqual([idOf(4), idOf(1)]);
  });

  it('goes on behind its place when points come and go between the pages, the last one read among them', async () => {
    const [store, spec] = [open(), freshSpec()];
    const orderBy = { key: 'rank', direction: 'asc' } as const;
    await store.ensureCollection(spec);
    await store.upsert(
      spec.name,
      range(10).map((n) => point(n * 10, { rank: n < 5 ? 1 : 2 })),
    );
    const first = await store.scroll(spec.name, { orderBy, limit: 3 });
    await store.delete(spec.name, { ids: [idOf(20), idOf(30)] });
    await store.upsert(spec.name, [point(5, { rank: 1 }), point(45, { rank: 1 }), point(46, { rank: 3 })]);
    const rest = await store.scroll(spec.name, { orderBy, limit: 50, cursor: first.next });
    expect(rest.points.map(({ id }) => id)).toEqual([40, 45, 50, 60, 70, 80, 90, 46].map(idOf));
  });

  it('brings vectors only when asked', async () => {
    const [store, spec] = [open(), freshSpec({ distance: 'dot' })];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, { rank: 1 }, [1, 2, 3, 4])]);
    const orderBy = { key: 'rank', direction: 'asc' } as const;
    for (const request of [{ limit: 5 }, { limit: 5, orderBy }]) {
      expect((await store.scroll(spec.name, request)).points[0]?.vector).toBeNull();
      const { points } = await store.scroll(spec.name, { ...request, withVector: true });
      expect(points[0]?.vector).toEqual(Float32Array.of(1, 2, 3, 4));
    }
  });

  it('refuses an order without an index and a page marker that is not its own', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    const unindexed = { orderBy: { key: 'plain', direction: 'asc' as const }, limit: 1 };
    await expect(store.scroll(spec.name, unindexed)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(store.scroll(spec.name, { limit: 1, cursor: 'x' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
}

function byRank(direction: 'asc' | 'desc'): (a: Point, b: Point) => number {
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => sign * (Number(a.payload.rank) - Number(b.payload.rank)) || (a.id < b.id ? -1 : 1);
}
