import type { Schemas } from '@qdrant/js-client-rest';
import type { Condition, Filter } from '../../PointStore.ts';

type Bounds = Extract<Condition, { range: object }>['range'];
type QdrantCondition = Schemas['Condition'];

export function toQdrantFilter(filter: Filter | undefined, ...more: QdrantCondition[]): Schemas['Filter'] {
  return { must: [...(filter?.must ?? []).map(toQdrantCondition), ...more] };
}

export function toQdrantCondition(condition: Condition): QdrantCondition {
  const key = quoted(condition.key);
  if ('range' in condition) return { key, range: tightest(condition.range) };
  if ('match' in condition) return matchValue(key, condition.match);
  const { any } = condition;
  const strings = any.filter((value) => typeof value === 'string');
  const integers = any.filter((value) => typeof value === 'number' && Number.isInteger(value));
  const fractions = any.filter((value) => typeof value === 'number' && !Number.isInteger(value));
  // One list must be of one type, and an empty one has not always meant "nothing".
  const parts: QdrantCondition[] = [
    ...[strings, integers]
      .filter((list) => list.length > 0)
      .map((list) => ({ key, match: { any: list as string[] } })),
    ...fractions.map((value) => matchValue(key, value)),
  ];
  const [first] = parts;
  if (!first) return { has_id: [] };
  return parts.length === 1 ? first : { should: parts };
}

/** Of two bounds on one side Qdrant's index heeds one only. */
function tightest({ gt, gte, lt, lte }: Bounds): Bounds {
  return {
    ...(gt !== undefined && (gte === undefined || gt >= gte) ? { gt } : gte !== undefined && { gte }),
    ...(lt !== undefined && (lte === undefined || lt <= lte) ? { lt } : lte !== undefined && { lte }),
  };
}

/** Qdrant matches strings, integers and booleans only; a fraction is a range of one value. */
function matchValue(key: string, value: string | number | boolean): QdrantCondition {
  return typeof value === 'number' && !Number.isInteger(value)
    ? { key, range: { gte: value, lte: value } }
    : { key, match: { value } };
}

/** Unquoted, a dot would mean a nested field and a colon an error. */
function quoted(key: string): string {
  return /^[A-Za-z0-9_]+$/.test(key) ? key : `"${key}"`;
}
