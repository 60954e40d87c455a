import type { Payload, Point, PointStore, ScrollRequest } from '../../PointStore.ts';

/** Ids whose order is the order of their numbers. */
export function idOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

export function point(n: number, payload: Payload = {}, vector: number[] | null = null): Point {
  return { id: idOf(n), payload, vector: vector && Float32Array.from(vector) };
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** Reads to the end, page by page. */
export async function scrollAll(
  store: PointStore,
  collection: string,
  request: Omit<ScrollRequest, 'cursor'>,
): Promise<Point[]> {
  const points: Point[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.scroll(collection, { ...request, cursor });
    points.push(...page.points);
    if (points.length > 100_000) throw new Error('the scroll does not end');
    cursor = page.next;
  } while (cursor !== undefined);
  return points;
}

export async function* batches(...list: Point[][]): AsyncGenerator<Point[]> {
  yield* list;
}

/** A small generator of numbers with a seed (mulberry32), for data that is the same in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
