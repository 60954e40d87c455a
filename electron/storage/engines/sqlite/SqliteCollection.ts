import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { AppError } from '../../../errors.ts';
import type { Filter, Payload, Point, ScoredPoint, ScrollPage, ScrollRequest } from '../../PointStore.ts';
import { normalised } from '../checks.ts';
import { decodeCursor, encodeCursor, type Position } from '../cursor.ts';
import { allOf, filterToSql, type Indexes, type Where } from './filterSql.ts';
import { columnName, type Generation, transaction } from './schema.ts';
import { VectorSet } from './VectorSet.ts';

type Row = Record<string, SQLOutputValue>;

/** One stored generation of a collection. Everything is synchronous; errors are SQLite's own. */
export class SqliteCollection {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #generation: Generation;
  /** Loaded by the first search, kept in step with the writes after it. */
  #vectors: VectorSet | undefined;

  constructor(db: DatabaseSync, generation: Generation) {
    this.#db = db;
    this.#generation = generation;
  }

  get generation(): Generation {
    return this.#generation;
  }

  /** After indexes were added. */
  set generation(generation: Generation) {
    this.#generation = generation;
    this.#statements.clear();
  }

  /** One transaction: all of these points or none. */
  upsert(points: readonly Point[]): void {
    const { physical, spec } = this.#generation;
    const put = this.#prepare(
      `INSERT INTO "${physical}" (id, payload, vector) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, vector = excluded.vector RETURNING n`,
    );
    const written = transaction(this.#db, () =>
      points.map((point) => {
        const vector = point.vector && (spec.distance === 'cosine' ? normalised(point.vector) : point.vector);
        const row = put.get(point.id, JSON.stringify(point.payload), vector && toBlob(vector));
        const n = Number(row?.n);
        this.#writeElements(n, point.payload);
        return { n, vector };
      }),
    );
    // Only now: a rolled-back write must not be found by a search.
    for (const { n, vector } of written) {
      if (vector) this.#vectors?.set(n, vector);
      else this.#vectors?.delete(n);
    }
  }

  get(ids: readonly string[], withVector: boolean): Point[] {
    const rows = this.#prepare(
      `SELECT ${columns(withVector)} FROM "${this.#generation.physical}"
       WHERE id IN (SELECT value FROM json_each(?))`,
    ).all(JSON.stringify(ids));
    const byId = new Map(rows.map((row) => [String(row.id), toPoint(row)]));
    return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
  }

  delete(where: { ids: readonly string[] } | { filter: Filter }): void {
    const { sql, values } =
      'ids' in where
        ? { sql: 'id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(where.ids)] }
        : this.#where(where.filter);
    const rows = transaction(this.#db, () =>
      this.#prepare(`DELETE FROM "${this.#generation.physical}" WHERE ${sql} RETURNING n`).all(...values),
    );
    for (const row of rows) this.#vectors?.delete(Number(row.n));
  }

  count(filter: Filter | undefined): number {
    const { sql, values } = this.#where(filter);
    const row = this.#prepare(`SELECT count(*) AS n FROM "${this.#generation.physical}" WHERE ${sql}`).get(
      ...values,
    );
    return Number(row?.n);
  }

  scroll({ filter, orderBy, limit, cursor, withVector = false }: ScrollRequest): ScrollPage {
    const { physical } = this.#generation;
    const column = orderBy && this.#orderColumn(orderBy.key);
    const direction = orderBy?.direction === 'desc' ? 'DESC' : 'ASC';
    const order = column ? `value ${direction}, id` : 'id';
    const where = allOf([
      this.#where(filter),
      ...(column ? [{ sql: `${column} IS NOT NULL`, values: [] }] : []),
      ...(cursor === undefined ? [] : [after(decodeCursor(cursor), column, direction)]),
    ]);
    // The inner query finds the page without touching a payload where an index allows it.
    const rows = this.#prepare(
      `SELECT ${columns(withVector)}, page.value FROM (
         SELECT n AS page_n, id AS page_id, ${column ?? 'NULL'} AS value FROM "${physical}"
         WHERE ${where.sql} ORDER BY ${column ? `${column} ${direction}, id` : 'id'} LIMIT ?
       ) AS page JOIN "${physical}" ON n = page_n ORDER BY ${order}`,
    ).all(...where.values, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { points: page.map(toPoint), next: more ? encodeCursor(positionOf(last)) : undefined };
  }

  query(vector: Float32Array, limit: number, filter: Filter | undefined, withVector: boolean): ScoredPoint[] {
    const { physical, spec } = this.#generation;
    const query = spec.distance === 'cosine' ? normalised(vector) : vector;
    const candidates = filter && filter.must.length > 0 ? this.#matchingRows(filter) : undefined;
    const best = this.#loadVectors().nearest(query, limit, candidates);
    const rows = this.#prepare(
      `SELECT n, ${columns(withVector)} FROM "${physical}" WHERE n IN (SELECT value FROM json_each(?))`,
    ).all(JSON.stringify(best.map(({ row }) => row)));
    const byRow = new Map(rows.map((row) => [Number(row.n), row]));
    return best.flatMap(({ row, score }) => {
      const found = byRow.get(row);
      return found ? { ...toPoint(found), score } : [];
    });
  }

  #matchingRows(filter: Filter): number[] {
    const { sql, values } = this.#where(filter);
    return this.#prepare(`SELECT n FROM "${this.#generation.physical}" WHERE ${sql}`)
      .all(...values)
      .map((row) => Number(row.n));
  }

  #loadVectors(): VectorSet {
    if (this.#vectors) return this.#vectors;
    const { physical, spec } = this.#generation;
    const vectors = new VectorSet(spec, this.count(undefined));
    const rows = this.#prepare(`SELECT n, vector FROM "${physical}" WHERE vector IS NOT NULL`).iterate();
    for (const row of rows) vectors.set(Number(row.n), toVector(row.vector) ?? new Float32Array());
    this.#vectors = vectors;
    return vectors;
  }

  #writeElements(n: number, payload: Payload): void {
    const table = `"${this.#generation.physical}_element"`;
    this.#prepare(`DELETE FROM ${table} WHERE n = ?`).run(n);
    for (const { name, type } of this.#generation.spec.indexedFields) {
      const value = payload[name];
      if (type !== 'keyword' || !Array.isArray(value)) continue;
      for (const element of value) {
        this.#prepare(`INSERT OR IGNORE INTO ${table} VALUES (?, ?, ?)`).run(n, name, element);
      }
    }
  }

  #where(filter: Filter | undefined): Where {
    const { physical, spec } = this.#generation;
    const indexes: Indexes = {
      physical,
      spec,
      hasArrays: (field) =>
        this.#prepare(`SELECT 1 FROM "${physical}_element" WHERE field = ? LIMIT 1`).get(field) !== undefined,
    };
    return filterToSql(indexes, filter);
  }

  #orderColumn(key: string): string {
    const field = this.#generation.spec.indexedFields.find(
      ({ name, type }) => name === key && type === 'integer',
    );
    if (field) return `"${columnName(field)}"`;
    throw new AppError(
      'INVALID_INPUT',
      `${this.#generation.name} cannot be sorted by "${key}": it has no integer index on it.`,
    );
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** The rows behind a cursor. The plain bound on the column lets an index seek to it. */
function after({ value, id }: Position, column: string | undefined, direction: 'ASC' | 'DESC'): Where {
  if (!column) return { sql: 'id > ?', values: [id ?? ''] };
  const beyond = direction === 'ASC' ? '>' : '<';
  const bound = value ?? 0;
  return id === null
    ? { sql: `${column} ${beyond} ?`, values: [bound] }
    : {
        sql: `${column} ${beyond}= ? AND (${column} ${beyond} ? OR id > ?)`,
        values: [bound, bound, id],
      };
}

function positionOf(row: Row): Position {
  return { value: row.value === null ? null : Number(row.value), id: String(row.id) };
}

function columns(withVector: boolean): string {
  return withVector ? 'id, payload, vector' : 'id, payload';
}

function toPoint(row: Row): Point {
  return {
    id: String(row.id),
    vector: toVector(row.vector),
    payload: JSON.parse(String(row.payload)) as Payload,
  };
}

function toBlob(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function toVector(blob: SQLOutputValue | undefined): Float32Array | null {
  // Copied: the driver's buffer need not start at a multiple of four bytes.
  return blob instanceof Uint8Array ? new Float32Array(blob.slice().buffer) : null;
}
