import { expect, it } from 'vitest';
import { findMeasures } from './measures.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
const first = (text: string) => findMeasures(text, NOW)[0];

it.each([
  ['volumes over 500 gb', 'storage', 500, Number.POSITIVE_INFINITY],
  ['disks smaller than 1TB', 'storage', Number.NEGATIVE_INFINITY, 1_024],
  ['at least 512 MB memory', 'storage', 0.5, Number.POSITIVE_INFINITY],
  ['timeout over 2 minutes', 'time-out', 120, Number.POSITIVE_INFINITY],
  ['created before 2024', 'created', Number.NEGATIVE_INFINITY, Date.UTC(2024, 0, 1)],
  ['created in 2023', 'created', Date.UTC(2023, 0, 1), Date.UTC(2024, 0, 1)],
  ['after 2023-03', 'created', Date.UTC(2023, 3, 1), Number.POSITIVE_INFINITY],
  ['older than 90 days', 'created', Number.NEGATIVE_INFINITY, NOW - 90 * DAY],
  ['created in the last week', 'created', NOW - 7 * DAY, Number.POSITIVE_INFINITY],
])('%s', (text, quantity, min, max) => {
  const measure = first(text);
  expect(measure?.quantity).toBe(quantity);
  if (Number.isFinite(min)) expect((measure?.min ?? 0) / min).toBeCloseTo(1, 3);
  else expect(measure?.min).toBe(min);
  if (Number.isFinite(max)) expect((measure?.max ?? 0) / max).toBeCloseTo(1, 3);
  else expect(measure?.max).toBe(max);
});

it('numbers in names are no measures', () => {
  expect(findMeasures('web-500 gbase-2 i-0abc2024 10.0.0.0', NOW)).toEqual([]);
});
