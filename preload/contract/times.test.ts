import { expect, test } from 'vitest';
import { latestFirst, pastTime } from './times.ts';

const NOW = Date.parse('2026-11-21T09:30:00.000Z');

test('a time that has not come yet decides nothing; a clock a little ahead does', () => {
  expect(pastTime(NOW + 59_000, NOW)).toBe(NOW + 59_000);
  expect(pastTime(NOW + 61_000, NOW)).toBe(0);
});

test('what was used last comes first, and what is dated in the future last', () => {
  const times = ['2031-01-01T00:00:00.000Z', '2026-11-20T00:00:00.000Z', '2026-11-21T09:30:30.000Z'];
  const sorted = [...times, '2029-01-01T00:00:00.000Z']
    .map((updatedAt) => ({ updatedAt }))
    .toSorted(latestFirst(NOW))
    .map(({ updatedAt }) => updatedAt.slice(0, 10));
  expect(sorted).toEqual(['2026-11-21', '2026-11-20', '2031-01-01', '2029-01-01']);
});
