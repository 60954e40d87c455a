import { expect, test } from 'vitest';
import { isFiltered, NO_FILTER, toQuery } from './activityFilter.ts';
import { type Listing, moveTo, rowsAbove } from './place.ts';

const listing = (patch: Partial<Listing>): Listing => ({ question: 'q', resultId: 'r', total: 10, ...patch });

test('new lines above do not move what is being read', () => {
  expect(rowsAbove(listing({}), listing({ resultId: 's', total: 13 }), false)).toBe(3);
});

test('a person at the top sees new lines arrive', () => {
  expect(rowsAbove(listing({}), listing({ total: 13 }), true)).toBe(0);
});

test('another question or a shorter answer never scrolls the list', () => {
  expect(rowsAbove(listing({}), listing({ question: 'other', total: 99 }), false)).toBe(0);
  expect(rowsAbove(listing({}), listing({ total: 4 }), false)).toBe(0);
  expect(rowsAbove(null, listing({}), false)).toBe(0);
});

test('keys stay inside the list and leave other keys alone', () => {
  expect(moveTo('ArrowDown', null, 5, 3)).toBe(0);
  expect(moveTo('ArrowUp', null, 5, 3)).toBe(0);
  expect(moveTo('ArrowDown', 4, 5, 3)).toBe(4);
  expect(moveTo('PageUp', 1, 5, 3)).toBe(0);
  expect(moveTo('End', 1, 5, 3)).toBe(4);
  expect(moveTo('x', 1, 5, 3)).toBeNull();
  expect(moveTo('ArrowDown', null, 0, 3)).toBeNull();
});

test('an empty filter asks for everything, and the scope still holds', () => {
  expect(toQuery(NO_FILTER, [])).toEqual({ text: '' });
  expect(toQuery(NO_FILTER, ['1'])).toEqual({ text: '', accountIds: ['1'] });
  expect(toQuery({ ...NO_FILTER, accountIds: ['1', '2'] }, ['2', '3']).accountIds).toEqual(['2']);
  expect(toQuery({ ...NO_FILTER, accountIds: ['1'] }, ['2']).accountIds).toEqual(['2']);
});

test('blanks alone are not a filter', () => {
  expect(isFiltered({ ...NO_FILTER, text: '  ' })).toBe(false);
  expect(isFiltered({ ...NO_FILTER, risks: ['high'] })).toBe(true);
});
