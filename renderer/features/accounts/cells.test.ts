import { expect, test } from 'vitest';
import type { ScanCell } from '../../../preload/contract/models.ts';
import { groupedCells, oneOrMany } from './cells.ts';

const cell = (region: string, service: string, patch: Partial<ScanCell> = {}): ScanCell => ({
  accountId: '111122223333',
  region,
  service,
  status: 'ok',
  count: 1,
  message: null,
  asOf: '2026-11-30T10:00:00.000Z',
  ...patch,
});
const denied = (region: string, service: string, accountId = '111122223333') =>
  cell(region, service, {
    accountId,
    status: 'denied',
    message: `The call is denied in ${region} for prod.`,
  });

test('one reason of 410 cells is said once, with how many have it; what was read stays cell by cell', () => {
  const regions = Array.from({ length: 41 }, (_, n) => `region-${n}`);
  const services = Array.from({ length: 10 }, (_, n) => `service${n}`);
  const failed = regions.flatMap((region) => services.map((service) => denied(region, service)));
  const groups = groupedCells([...failed, cell('us-west-2', 'ec2'), cell('us-west-2', 'rds')]);
  expect(groups.map(({ cells }) => cells.length)).toEqual([410, 1, 1]);
  expect(groups[0]?.message).toBe('The call is denied for prod.');
});

test('other accounts, other statuses and other reasons are not thrown together', () => {
  const cells = [
    denied('us-west-2', 'ec2'),
    denied('us-west-2', 'ec2', '210987654321'),
    cell('us-west-2', 'rds', { status: 'denied', message: 'Another call is denied in us-west-2 for prod.' }),
    cell('us-west-2', 'sqs', { status: 'network', message: 'The call is denied in us-west-2 for prod.' }),
  ];
  expect(groupedCells(cells)).toHaveLength(4);
});

test('a reason that one cell alone has is said in full', () => {
  expect(groupedCells([denied('us-west-2', 'ec2')])[0]?.message).toBe(
    'The call is denied in us-west-2 for prod.',
  );
});

test('one place is named, several are counted', () => {
  expect(oneOrMany(['us-west-2', 'us-west-2'], 'region')).toBe('us-west-2');
  expect(oneOrMany(['us-west-2', 'eu-west-1'], 'region')).toBe('2 regions');
});
