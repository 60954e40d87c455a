import { describe, expect, test } from 'vitest';
import { findNear } from './anchor.ts';
import { facetLines } from './facets.ts';
import { moved } from './moved.ts';
import { nextSort } from './sorting.ts';

describe('nextSort', () => {
  const up = (field: 'name' | 'region') => ({ field, descending: false });
  const down = (field: 'name' | 'region') => ({ field, descending: true });

  test('a click goes ascending, descending, none', () => {
    expect(nextSort([], 'name', false)).toEqual([up('name')]);
    expect(nextSort([up('name')], 'name', false)).toEqual([down('name')]);
    expect(nextSort([down('name')], 'name', false)).toEqual([]);
  });
  test('a click on another column replaces, Shift adds at the end', () => {
    expect(nextSort([down('name')], 'region', false)).toEqual([up('region')]);
    expect(nextSort([down('name')], 'region', true)).toEqual([down('name'), up('region')]);
  });
  test('Shift turns a column in its place, then takes it out', () => {
    expect(nextSort([up('name'), up('region')], 'name', true)).toEqual([down('name'), up('region')]);
    expect(nextSort([down('name'), up('region')], 'name', true)).toEqual([up('region')]);
  });
  test('never more columns than the contract takes', () => {
    const four = (['name', 'region', 'state', 'asOf'] as const).map((field) => ({
      field,
      descending: false,
    }));
    expect(nextSort(four, 'accountId', true)).toHaveLength(4);
  });
});

describe('findNear', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const at = (index: number) => ids[index];
  test('finds a row that moved up or down, or stayed', () => {
    expect(findNear(at, 'c', 2)).toBe(2);
    expect(findNear(at, 'e', 1)).toBe(4);
    expect(findNear(at, 'a', 3)).toBe(0);
  });
  test('a row that is gone, or not loaded, is not found', () => {
    expect(findNear(at, 'x', 2)).toBeNull();
    expect(findNear(() => undefined, 'a', 0)).toBeNull();
  });
});

describe('facetLines', () => {
  const values = [
    { value: 'rare', count: 1 },
    { value: 'often', count: 9 },
    { value: 'some', count: 4 },
  ];
  test('most frequent first, cut at the limit', () => {
    expect(facetLines(values, [], 2).map((line) => line.value)).toEqual(['often', 'some']);
  });
  test('a chosen value stays in sight beyond the limit, and with no row left', () => {
    expect(facetLines(values, ['rare', 'gone'], 1)).toEqual([
      { value: 'often', count: 9 },
      { value: 'rare', count: 1 },
      { value: 'gone', count: 0 },
    ]);
  });
});

test('a column is dropped where the other stands, and a foreign drop changes nothing', () => {
  expect(moved(['a', 'b', 'c'], 'c', 'a')).toEqual(['c', 'a', 'b']);
  expect(moved(['a', 'b', 'c'], 'a', 'c')).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b'], 'https://example.com', 'b')).toEqual(['a', 'b']);
});
