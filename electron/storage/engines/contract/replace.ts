import { expect, it } from 'vitest';
import type { Point, PointStore } from '../../PointStore.ts';
import { freshSpec } from './engines.ts';
import { batches, idOf, point, range } from './fixtures.ts';

const generation = (count: number, kind: string): Point[] =>
  range(count).map((n) => point(n, { kind, rank: n }, [1, n, 0, 0]));

export function describeReplace(open: () => PointStore): void {
  it('swaps in the new points, indexed and searchable, and can do so again', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, generation(10, 'old'));
    for (const [kind, count] of [
      ['new', 4],
      ['newer', 6],
    ] as const) {
      const all = generation(count, kind);
      await store.replaceCollection(spec, batches(all.slice(0, 2), all.slice(2)));
      expect(await store.count(spec.name)).toBe(count);
      expect(await store.count(spec.name, { must: [{ key: 'kind', match: kind }] })).toBe(count);
      const found = await store.query(spec.name, { vector: Float32Array.of(1, 0, 0, 0), limit: 1 });
      expect(found).toMatchObject([{ id: idOf(0), payload: { kind } }]);
      const { points } = await store.scroll(spec.name, {
        orderBy: { key: 'rank', direction: 'desc' },
        limit: 1,
      });
      expect(points[0]?.payload).toEqual({ kind, rank: count - 1 });
    }
  });

  it('creates a collection that was not there, empties one, and may change its vectors', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.replaceCollection(spec, batches(generation(3, 'a')));
    expect(await store.count(spec.name)).toBe(3);
    await store.replaceCollection(spec, batches());
    expect(await store.count(spec.name)).toBe(0);
    const other = { ...spec, vectorSize: 2, distance: 'euclidean' as const };
    await store.replaceCollection(other, batches([point(1, {}, [1, 1])]));
    const [found] = await store.query(spec.name, { vector: Float32Array.of(1, 2), limit: 1 });
    expect(found).toMatchObject({ id: idOf(1), score: -1 });
  });

  it('keeps the old points when the source fails in the middle, and works the next time', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, generation(10, 'old'));
    const broken = async function* () {
      yield generation(3, 'new');
      throw new Error('the source broke');
    };
    await expect(store.replaceCollection(spec, broken())).rejects.toThrow('the source broke');
    const wrong = batches(generation(2, 'new'), [point(5, {}, [1])]);
    await expect(store.replaceCollection(spec, wrong)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await store.count(spec.name, { must: [{ key: 'kind', match: 'old' }] })).toBe(10);
    expect(await store.count(spec.name)).toBe(10);
    await store.replaceCollection(spec, batches(generation(2, 'new')));
    expect(await store.count(spec.name)).toBe(2);
  });

  it('shows readers the old points or the new ones, never none, a part or a mixture', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    await store.upsert(spec.name, generation(40, 'old'));
    let done = false;
    const seen = new Set<string>();
    const reader = async () => {
      while (!done) {
        const { points } = await store.scroll(spec.name, { limit: 1_000 });
        const kinds = new Set(points.map(({ payload }) => payload.kind));
        seen.add(`${[...kinds].join('+')} ${points.length}`);
      }
    };
    const readers = range(4).map(reader);
    for (const _ of range(5)) {
      await store.replaceCollection(spec, batches(generation(70, 'new')));
      await store.replaceCollection(spec, batches(generation(40, 'old')));
    }
    done = true;
    await Promise.all(readers);
    expect([...seen].filter((sight) => sight !== 'old 40' && sight !== 'new 70')).toEqual([]);
  });

  it('loses no write that was acknowledged while the collection was being replaced', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const source = async function* () {
      yield generation(3, 'new');
      start();
      yield generation(5, 'new');
    };
    const replaced = store.replaceCollection(spec, source());
    await started;
    await store.upsert(spec.name, [point(99, { kind: 'late' })]);
    await replaced;
    expect(await store.count(spec.name)).toBe(6);
    expect(await store.get(spec.name, [idOf(99)])).toHaveLength(1);
  });

  it('lets a large write end before the replacement begins instead of splitting it between both', async () => {
    const [store, spec] = [open(), freshSpec()];
    await store.ensureCollection(spec);
    const write = store.upsert(
      spec.name,
      range(3_000).map((n) => point(n + 1_000, { kind: 'early' })),
    );
    await store.replaceCollection(spec, batches(generation(5, 'new')));
    await write;
    expect([5, 3_005]).toContain(await store.count(spec.name));
  });
}
