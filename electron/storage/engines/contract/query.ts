import { expect, it } from 'vitest';
import type { CollectionSpec, PointStore } from '../../PointStore.ts';
import { freshSpec } from './engines.ts';
import { idOf, point, randomFrom, range } from './fixtures.ts';

export function describeQuery(open: () => PointStore): void {
  it.each(['cosine', 'euclidean', 'dot'] as const)(
    'finds the same nearest points with the same scores as arithmetic does: %s',
    async (distance) => {
      const [store, spec] = [open(), freshSpec({ vectorSize: 16, distance })];
      const random = randomFrom(11);
      const vectors = range(1_000).map(() => range(16).map(() => random() * 4 - 2));
      await store.ensureCollection(spec);
      await store.upsert(
        spec.name,
        vectors.map((vector, n) => point(n, { kind: n % 4 ? 'a' : 'b' }, vector)),
      );
      const query = range(16).map(() => random() - 0.5);
      for (const filter of [{ must: [] }, { must: [{ key: 'kind', match: 'b' }] }]) {
        const expected = vectors
          .map((vector, n) => ({ id: idOf(n), n, score: score(distance, query, vector) }))
          .filter(({ n }) => filter.must.length === 0 || n % 4 === 0)
          .sort((a, b) => b.score - a.score)
          .slice(0, 10);
        const found = await store.query(spec.name, { vector: Float32Array.from(query), filter, limit: 10 });
        expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        found.forEach((row, at) => {
          expect(row.score).toBeCloseTo(expected[at]?.score ?? Number.NaN, 4);
        });
      }
    },
  );

  it('gives vectors back as they were, of unit length where the distance is cosine', async () => {
    const store = open();
    for (const distance of ['cosine', 'euclidean', 'dot'] as const) {
      const spec = freshSpec({ distance });
      await store.ensureCollection(spec);
      await store.upsert(spec.name, [point(1, {}, [3, 0, 4, 0]), point(2, {}, [0, 0, 0, 0])]);
      const [first] = await store.get(spec.name, [idOf(1)], { withVector: true });
      const expected = distance === 'cosine' ? [0.6, 0, 0.8, 0] : [3, 0, 4, 0];
      Array.from(first?.vector ?? []).forEach((x, at) => {
        expect(x).toBeCloseTo(expected[at] ?? Number.NaN, 6);
      });
      const [found] = await store.query(spec.name, {
        vector: Float32Array.of(3, 0, 4, 0),
        limit: 1,
        withVector: true,
      });
      expect(found?.vector).toEqual(first?.vector);
      expect(found?.id).toBe(idOf(1));
    }
  });

  it('knows vectors written, replaced and removed after the first search', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    const nearest = async () =>
      (await store.query(spec.name, { vector: Float32Array.of(1, 0, 0, 0), limit: 3 })).map(({ id }) => id);
    expect(await nearest()).toEqual([]);
    await store.upsert(spec.name, [point(1, {}, [0, 1, 0, 0]), point(2, {}, [0.5, 0.5, 0, 0]), point(3)]);
    expect(await nearest()).toEqual([idOf(2), idOf(1)]);
    await store.upsert(spec.name, [point(1, {}, [1, 0, 0, 0]), point(2)]);
    expect(await nearest()).toEqual([idOf(1)]);
    await store.upsert(spec.name, [point(3, {}, [0.9, 0.1, 0, 0])]);
    await store.delete(spec.name, { ids: [idOf(1)] });
    expect(await nearest()).toEqual([idOf(3)]);
  });

  it('gives no points for a limit of none or a filter that nothing meets', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, [point(1, { kind: 'a' }, [1, 0, 0, 0])]);
    const vector = Float32Array.of(1, 0, 0, 0);
    expect(await store.query(spec.name, { vector, limit: 0 })).toEqual([]);
    const filter = { must: [{ key: 'kind', match: 'b' }] };
    expect(await store.query(spec.name, { vector, limit: 5, filter })).toEqual([]);
  });
}

function score(distance: CollectionSpec['distance'], a: number[], b: number[]): number {
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  if (distance === 'dot') return dot(a, b);
  if (distance === 'cosine') return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const difference = a.map((value, at) => value - (b[at] ?? 0));
  return -Math.sqrt(dot(difference, difference));
}
