import type { Schemas } from '@qdrant/js-client-rest';
import type { Filter, Point, ScrollPage, ScrollRequest } from '../../PointStore.ts';
import { decodeCursor, encodeCursor, type Position } from '../cursor.ts';
import type { QdrantConnection } from './QdrantConnection.ts';
import { toQdrantFilter } from './qdrantFilter.ts';
import { fromQdrant, VECTOR } from './qdrantPoints.ts';

/**
 * Pages in the order (value, id). Qdrant's `order_by` promises no order among equal values and no cursor, so
 * a group of equal values that a page boundary cuts is read by id, which is stable however large it is.
 */
export class QdrantScroll {
  readonly #connection: QdrantConnection;
  readonly #collection: string;
  readonly #filter: Filter;
  readonly #fields: { with_payload: boolean; with_vector: string[] | boolean };

  constructor(
    connection: QdrantConnection,
    collection: string,
    options: { filter?: Filter; withVector?: boolean; vectorSize: number },
  ) {
    this.#connection = connection;
    this.#collection = collection;
    this.#filter = options.filter ?? { must: [] };
    this.#fields = {
      with_payload: true,
      with_vector: options.withVector && options.vectorSize > 0 ? [VECTOR] : false,
    };
  }

  async page({ orderBy, limit, cursor }: ScrollRequest): Promise<ScrollPage> {
    const from = cursor === undefined ? undefined : decodeCursor(cursor);
    if (orderBy) return this.#ordered(orderBy, limit, from);
    const rows = await this.#byId([], from?.id ?? null, limit + 1);
    return pageOf(rows, limit, (last) => ({ value: null, id: last.id }));
  }

  async #ordered(
    { key, direction }: { key: string; direction: 'asc' | 'desc' },
    limit: number,
    from: Position | undefined,
  ): Promise<ScrollPage> {
    const sortValue = (point: Point) => Number(point.payload[key]);
    const group = (value: number) => [{ key, match: { value } }];
    const want = limit + 1;
    const rows = from?.id && from.value !== null ? await this.#byId(group(from.value), from.id, want) : [];
    if (rows.length < want) {
      const found = await this.#byValue(key, direction, from?.value ?? null, want - rows.length);
      rows.push(...found);
      const cut = found.length > 0 && rows.length === want ? found.at(-1) : undefined;
      const value = cut && sortValue(cut);
      // More than one of the last value: which ones came is up to the engine, so read that group by id.
      if (value !== undefined && found.filter((point) => sortValue(point) === value).length > 1) {
        const whole = rows.filter((point) => sortValue(point) !== value);
        rows.splice(0, rows.length, ...whole, ...(await this.#byId(group(value), null, want - whole.length)));
      }
    }
    return pageOf(rows, limit, (last, next) => {
      const value = sortValue(last);
      return { value, id: value === sortValue(next) ? last.id : null };
    });
  }

  /** In the order of ids, after one of them. */
  async #byId(conditions: Schemas['Condition'][], after: string | null, limit: number): Promise<Point[]> {
    const { points } = await this.#connection.call((client) =>
      client.scroll(this.#collection, {
        ...this.#fields,
        filter: toQdrantFilter(this.#filter, ...conditions),
        // Qdrant's offset is the first point of the page itself.
        ...(after === null ? { limit } : { offset: after, limit: limit + 1 }),
      }),
    );
    const rows = points.map(fromQdrant);
    return rows.filter(({ id }) => id !== after).slice(0, limit);
  }

  /** In the order of values, beyond one of them; equal values in the order of ids. */
  async #byValue(
    key: string,
    direction: 'asc' | 'desc',
    beyond: number | null,
    limit: number,
  ): Promise<Point[]> {
    const range =
      beyond === null ? [] : [{ key, range: direction === 'asc' ? { gt: beyond } : { lt: beyond } }];
    const { points } = await this.#connection.call((client) =>
      client.scroll(this.#collection, {
        ...this.#fields,
        filter: toQdrantFilter(this.#filter, ...range),
        order_by: { key, direction },
        limit,
      }),
    );
    const sign = direction === 'asc' ? 1 : -1;
    return points
      .map(fromQdrant)
      .sort(
        (a, b) =>
          sign * (Number(a.payload[key]) - Number(b.payload[key])) ||
          (a.id < b.id ? -1 : Number(a.id > b.id)),
      );
  }
}

function pageOf(rows: Point[], limit: number, position: (last: Point, next: Point) => Position): ScrollPage {
  const points = rows.slice(0, limit);
  const last = points.at(-1);
  const following = rows[limit];
  return { points, next: last && following ? encodeCursor(position(last, following)) : undefined };
}
