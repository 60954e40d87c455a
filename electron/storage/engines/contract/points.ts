import { expect, it } from 'vitest';
import type { PointStore } from '../../PointStore.ts';
import { freshSpec } from './engines.ts';
import { idOf, point, range } from './fixtures.ts';

export function describePoints(open: () => PointStore): void {
  it('gives points back in the order asked for, each once, leaving out unknown ids', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(
      spec.name,
      range(5).map((n) => point(n, { rank: n })),
    );
    const found = await store.get(spec.name, [3, 1, 99, 3, 0].map(idOf));
    expect(found.map(({ payload }) => payload.rank)).toEqual([3, 1, 0]);
    expect(await store.get(spec.name, [])).toEqual([]);
  });

  it('replaces the whole point: no old field and no old vector shines through', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, { kind: 'a', tags: ['x', 'y'], gone: true }, [1, 0, 0, 0])]);
    await store.upsert(spec.name, [point(1, { kind: 'b', tags: 'z' })]);
    expect(await store.get(spec.name, [idOf(1)], { withVector: true })).toEqual([
      point(1, { kind: 'b', tags: 'z' }),
    ]);
    expect(await store.count(spec.name, { must: [{ key: 'tags', match: 'x' }] })).toBe(0);
    expect(await store.query(spec.name, { vector: Float32Array.of(1, 0, 0, 0), limit: 5 })).toEqual([]);
  });

  it('keeps the last of two points with one id in one write', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, { rank: 1 }), point(1, { rank: 2 })]);
    expect((await store.get(spec.name, [idOf(1)])).map(({ payload }) => payload)).toEqual([{ rank: 2 }]);
  });

  it('keeps every value and key as it was given', async () => {
    const [store, spec] = [open(), freshSpec()];
    const payload = {
      text: 'Zürich 東京 \u{1F680} \u0000 "quoted" \\ \n',
      empty: '',
      none: null,
      yes: true,
      no: false,
      big: Number.MAX_SAFE_INTEGER,
      negative: -3,
      fraction: 0.1,
      list: ['a', '', 'ü'],
      nothing: [],
      'a.b': 'dot',
      'aws:name': 'colon',
      'it is "odd"': 'quote',
      ключ: 'значение',
    };
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, payload)]);
    expect((await store.get(spec.name, [idOf(1)]))[0]?.payload).toEqual(payload);
  });

  it('takes 5,000 points in one call, and vectors beside points that wait for theirs', async () => {
    const [store, spec] = [open(), freshSpec({ vectorSize: 384 })];
    await store.ensureCollection(spec);
    const vector = range(384).map((n) => Math.sin(n + 1));
    await store.upsert(
      spec.name,
      range(5_000).map((n) => point(n, { rank: n, sealed: 'x'.repeat(600) }, n % 5 === 0 ? null : vector)),
    );
    expect(await store.count(spec.name)).toBe(5_000);
    const [with4998, with4995] = await store.get(spec.name, [idOf(4_998), idOf(4_995)], { withVector: true });
    expect(with4998?.vector).toHaveLength(384);
    expect(with4995?.vector).toBeNull();
    const without = await store.get(spec.name, [idOf(4_998)]);
    expect(without[0]?.vector).toBeNull();
  });

  it('holds points in a collection without vectors', async () => {
    const [store, spec] = [open(), freshSpec({ vectorSize: 0, hnsw: null })];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, { rank: 1 })]);
    expect(await store.get(spec.name, [idOf(1)], { withVector: true })).toEqual([point(1, { rank: 1 })]);
  });

  it('refuses a vector of another length, a vector that is not numbers and an id that is no UUID', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    const refused = [
      point(1, {}, [1, 2, 3]),
      point(1, {}, [1, 2, Number.NaN, 4]),
      { ...point(1), id: 'not-an-id' },
    ];
    for (const bad of refused) {
      await expect(store.upsert(spec.name, [point(2), bad])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    await expect(store.query(spec.name, { vector: Float32Array.of(1), limit: 1 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await store.count(spec.name)).toBe(0);
  });

  it('deletes by id, ignoring ids that are not there, and by filter', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(
      spec.name,
      range(10).map((n) => point(n, { kind: n < 4 ? 'a' : 'b', rank: n })),
    );
    await store.delete(spec.name, { ids: [idOf(0), idOf(77)] });
    await store.delete(spec.name, { ids: [] });
    expect(await store.count(spec.name)).toBe(9);
    await store.delete(spec.name, {
      filter: {
        must: [
          { key: 'kind', match: 'a' },
          { key: 'rank', range: { lt: 3 } },
        ],
      },
    });
    const left = await store.get(spec.name, range(10).map(idOf));
    expect(left.map(({ payload }) => payload.rank)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    await store.delete(spec.name, { filter: { must: [] } });
    expect(await store.count(spec.name)).toBe(0);
  });

  it('finds a deleted point neither by filter nor by vector', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    const vectors = [
      [1, 0, 0, 0],
      [0.9, 0.1, 0, 0],
      [0.8, 0.2, 0, 0],
    ];
    await store.upsert(
      spec.name,
      vectors.map((vector, n) => point(n, { tags: ['t'] }, vector)),
    );
    const nearest = () => store.query(spec.name, { vector: Float32Array.of(1, 0, 0, 0), limit: 9 });
    expect((await nearest()).map(({ id }) => id)).toEqual([0, 1, 2].map(idOf));
    await store.delete(spec.name, { ids: [idOf(0)] });
    expect((await nearest()).map(({ id }) => id)).toEqual([1, 2].map(idOf));
    expect(await store.count(spec.name, { must: [{ key: 'tags', match: 't' }] })).toBe(2);
  });

  it('says that a collection does not exist', async () => {
    const calls = [
      open().count('contract_none'),
      open().upsert('contract_none', [point(1)]),
      open().scroll('contract_none', { limit: 1 }),
      open().delete('contract_none', { ids: [idOf(1)] }),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps the data when a collection is ensured again, and indexes a new field for points already there', async () => {
    const [store, spec] = [open(), freshSpec({ indexedFields: [] })];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [
      point(1, { kind: ['a', 'b'], rank: 2 }),
      point(2, { kind: 'b', rank: 1 }),
      point(3, { rank: 'text' }),
    ]);
    await store.ensureCollection({
      ...spec,
      indexedFields: [
        { name: 'rank', type: 'integer' },
        { name: 'kind', type: 'keyword' },
      ],
    });
    expect(await store.count(spec.name, { must: [{ key: 'kind', match: 'b' }] })).toBe(2);
    const { points } = await store.scroll(spec.name, {
      orderBy: { key: 'rank', direction: 'asc' },
      limit: 10,
    });
    expect(points.map(({ id }) => id)).toEqual([idOf(2), idOf(1)]);
  });

  it('refuses to reopen a collection with other vectors than it holds', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    for (const other of [{ vectorSize: 8 }, { vectorSize: 0 }, { distance: 'dot' as const }]) {
      await expect(store.ensureCollection({ ...spec, ...other })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
  });
}
