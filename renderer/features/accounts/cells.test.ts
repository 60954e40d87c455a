import { expect, test } from 'vitest';
import type { CellGroup } from '../../../preload/contract/models.ts';
import { cellsFilter, groupKey, Lines, oneOrMany } from './cells.ts';

const group = (start: number, cells: number, message: string): CellGroup => ({
  start,
  cells,
  accountId: '111122223333',
  status: 'denied',
  message,
  regions: { count: 2, first: 'us-west-2' },
  services: { count: 1, first: 'ec2' },
  found: 0,
  oldest: null,
});
const groups = [group(0, 3, 'a'), group(3, 2, 'b')];
const told = (lines: Lines) =>
  Array.from({ length: lines.count }, (_, n) => {
    const line = lines.at(n);
    return line.kind === 'group' ? line.group.message : line.offset;
  });

test('a closed group takes one line, an opened one its rows; behind the groups each row has its own', () => {
  expect(told(new Lines(groups, 7, new Set()))).toEqual(['a', 'b', 5, 6]);
  const [, second] = groups as [CellGroup, CellGroup];
  expect(told(new Lines(groups, 7, new Set([groupKey(second)])))).toEqual(['a', 'b', 3, 4, 5, 6]);
  expect(told(new Lines(groups, 7, new Set(groups.map(groupKey))))).toEqual(['a', 0, 1, 2, 'b', 3, 4, 5, 6]);
  expect(told(new Lines([], 2, new Set()))).toEqual([0, 1]);
  expect(told(new Lines(groups, 5, new Set()))).toEqual(['a', 'b']);
});

test('a cell that is the same everywhere is in the scope of every region', () => {
  expect(cellsFilter({ problemsOnly: false, accountIds: [], regions: [] })).toEqual({
    accountIds: [],
    regions: [],
  });
  const filter = cellsFilter({ problemsOnly: true, accountIds: [], regions: ['eu-west-1'] });
  expect(filter.regions).toEqual(['eu-west-1', 'global']);
  expect(filter.statuses).toContain('denied');
  expect(filter.statuses).not.toContain('region_disabled');
});

test('one place is named, several are counted', () => {
  expect(oneOrMany({ count: 1, first: 'us-west-2' }, 'region')).toBe('us-west-2');
  expect(oneOrMany({ count: 2, first: 'us-west-2' }, 'region')).toBe('2 regions');
});
