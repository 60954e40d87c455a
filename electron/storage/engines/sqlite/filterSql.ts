import type { CollectionSpec, Condition, Filter, IndexFieldType } from '../../PointStore.ts';
import { columnName } from './schema.ts';

export type SqlValue = string | number;

export interface Where {
  /** A boolean SQL expression over the collection's table; no user text is part of it. */
  sql: string;
  values: SqlValue[];
}

/** What the translation needs to know of the table. */
export interface Indexes {
  physical: string;
  spec: CollectionSpec;
  /** Whether any point has an array in this keyword field: only then the element table is asked. */
  hasArrays(field: string): boolean;
}

/** A filter as SQL: by indexed columns where field and type allow it, else by reading the payload. */
export function filterToSql(indexes: Indexes, filter: Filter | undefined): Where {
  return allOf((filter?.must ?? []).map((condition) => conditionToSql(indexes, condition)));
}

export function allOf(parts: Where[]): Where {
  return {
    sql: parts.length === 0 ? 'TRUE' : parts.map((part) => `(${part.sql})`).join(' AND '),
    values: parts.flatMap((part) => part.values),
  };
}

function conditionToSql({ physical, spec, hasArrays }: Indexes, condition: Condition): Where {
  const column = indexedColumn(spec, condition);
  if (!column) {
    return { sql: 'payload_matches(payload, ?)', values: [JSON.stringify(condition)] };
  }
  if ('range' in condition) return rangeToSql(column, condition.range);
  const wanted = wantedValues(condition).map((value) => (typeof value === 'boolean' ? Number(value) : value));
  const byColumn = equalsOneOf(`"${column}"`, wanted);
  if (!column.startsWith('keyword_') || !hasArrays(condition.key)) return byColumn;
  const byElement = equalsOneOf('value', wanted);
  return {
    sql: `${byColumn.sql} OR n IN (SELECT n FROM "${physical}_element" WHERE field = ? AND ${byElement.sql})`,
    values: [...byColumn.values, condition.key, ...byElement.values],
  };
}

/** One value as `=`, which leaves the order of an index usable; several through one bound list. */
function equalsOneOf(expression: string, wanted: SqlValue[]): Where {
  const [only] = wanted;
  return wanted.length === 1 && only !== undefined
    ? { sql: `${expression} = ?`, values: [only] }
    : { sql: `${expression} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(wanted)] };
}

function rangeToSql(column: string, range: Record<string, number | undefined>): Where {
  const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=' };
  const where: Where = { sql: `"${column}" IS NOT NULL`, values: [] };
  for (const [name, operator] of Object.entries(operators)) {
    const bound = range[name];
    if (bound === undefined) continue;
    where.sql += ` AND "${column}" ${operator} ?`;
    where.values.push(bound);
  }
  return where;
}

function wantedValues(condition: Exclude<Condition, { range: object }>): (string | number | boolean)[] {
  return 'any' in condition ? condition.any : [condition.match];
}

function indexedColumn(spec: CollectionSpec, condition: Condition): string | undefined {
  const types = typesFor(condition);
  const field = spec.indexedFields.find(({ name, type }) => name === condition.key && types.includes(type));
  return field && columnName(field);
}

/** Index types that hold every value the condition could match. */
function typesFor(condition: Condition): IndexFieldType[] {
  if ('range' in condition) return ['float', 'integer'];
  const wanted = wantedValues(condition);
  if (wanted.every((value) => typeof value === 'string')) return ['keyword'];
  if (wanted.every((value) => typeof value === 'boolean')) return ['bool'];
  if (wanted.every((value) => Number.isInteger(value))) return ['integer', 'float'];
  return wanted.every((value) => typeof value === 'number') ? ['float'] : [];
}
