import { expect, test } from 'vitest';
import type { ResourceSummary } from '../preload/contract/models.ts';
import { formatRows } from './exportRows.ts';

const row: ResourceSummary = {
  id: 'a',
  resourceType: 'ec2_instance',
  service: 'ec2',
  accountId: '111122223333',
  region: 'us-west-2',
  nativeId: 'i-1',
  name: 'web "one", blue',
  arn: 'arn:aws:ec2:us-west-2:111122223333:instance/i-1',
  state: 'running',
  tags: { env: 'prod' },
  asOf: '2026-11-21T10:00:00.000Z',
};

test('quotes and commas in a name do not shift the columns', () => {
  const [, line] = formatRows([row], 'csv').toString().split('\r\n');
  expect(line).toMatch(/^"web ""one"", blue",ec2_instance,running,/);
});

test.each(['=HYPERLINK("http://evil.example")', '+1', '-1', '@SUM(A1)', '\t=1'])(
  'a name that a spreadsheet would run is written as text: %s',
  (name) => {
    const [, line] = formatRows([{ ...row, name }], 'csv')
      .toString()
      .split('\r\n');
    expect(line?.replace(/^"/, '').startsWith("'")).toBe(true);
  },
);

test('JSON keeps the rows as they are', () => {
  expect(JSON.parse(formatRows([row], 'json').toString())).toEqual([row]);
});
