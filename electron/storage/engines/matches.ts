import type { Condition, Payload, PayloadValue } from '../PointStore.ts';

/**
 * The meaning of one condition, as Qdrant has it: types are kept apart ("1" is not 1), an array matches
 * when one of its elements does, and an absent or null field matches nothing.
 */
export function matches(payload: Payload, condition: Condition): boolean {
  const value = payload[condition.key];
  if (value === undefined || value === null) return false;
  if ('range' in condition) return typeof value === 'number' && inRange(value, condition.range);
  const wanted: PayloadValue[] = 'any' in condition ? condition.any : [condition.match];
  return Array.isArray(value)
    ? value.some((element) => wanted.includes(element))
    : wanted.some((candidate) => candidate === value);
}

function inRange(
  value: number,
  { gt, gte, lt, lte }: { gt?: number; gte?: number; lt?: number; lte?: number },
) {
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  );
}
