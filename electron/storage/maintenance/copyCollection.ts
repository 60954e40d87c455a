import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../errors.ts';
import type { CollectionSpec, Point, PointStore } from '../PointStore.ts';
import type { Work } from '../work.ts';

const PAGE = 500;
/** Engines keep unit vectors; making one of a unit vector moves its numbers by less than this. */
const VECTOR_TOLERANCE = 1e-5;

/** Every point of a collection by id, in pages, with vectors. */
export async function* pagesById(store: PointStore, name: string): AsyncGenerator<Point[]> {
  let cursor: string | undefined;
  do {
    const page = await store.scroll(name, { limit: PAGE, cursor, withVector: true });
    yield page.points;
    cursor = page.next;
    await setImmediate();
  } while (cursor !== undefined);
}

/** Fills the collection of `to`, replacing what is there. Nobody may write to `from` meanwhile. */
export async function copyCollection(
  from: PointStore,
  to: PointStore,
  spec: CollectionSpec,
  work: Work,
): Promise<number> {
  let copied = 0;
  work.step(`Copying ${spec.name}`, await from.count(spec.name), 'records');
  await to.replaceCollection(spec, counted());
  return copied;

  async function* counted(): AsyncGenerator<Point[]> {
    for await (const points of pagesById(from, spec.name)) {
      work.signal.throwIfAborted();
      yield points;
      copied += points.length;
      work.progress(copied);
    }
  }
}

/** Reads both collections point by point. Throws ENGINE_FAILED at the first difference. */
export async function compareCollection(
  from: PointStore,
  to: PointStore,
  spec: CollectionSpec,
  work: Work,
): Promise<number> {
  const total = await from.count(spec.name);
  work.step(`Comparing ${spec.name}`, total, 'records');
  let compared = 0;
  const copies = eachPoint(to, spec.name);
  for await (const points of pagesById(from, spec.name)) {
    work.signal.throwIfAborted();
    for (const point of points) {
      const copy = await copies.next();
      if (copy.done || !samePoint(point, copy.value)) throw differs(spec.name, point.id);
    }
    compared += points.length;
    work.progress(compared);
  }
  const more = await copies.next();
  if (!more.done) throw differs(spec.name, more.value.id);
  if (compared !== total || (await to.count(spec.name)) !== total) throw differs(spec.name, 'their number');
  return compared;
}

async function* eachPoint(store: PointStore, name: string): AsyncGenerator<Point> {
  for await (const points of pagesById(store, name)) yield* points;
}

function samePoint(a: Point, b: Point): boolean {
  return a.id === b.id && isDeepStrictEqual(a.payload, b.payload) && sameVector(a.vector, b.vector);
}

function sameVector(a: Float32Array | null, b: Float32Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((x, n) => Math.abs(x - (b[n] ?? Number.NaN)) <= VECTOR_TOLERANCE);
}

function differs(collection: string, what: string): AppError {
  return new AppError(
    'ENGINE_FAILED',
    `The copy of ${collection} differs from the original (${what}). The data stays where it was.`,
  );
}
