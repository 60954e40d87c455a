import { describe, expect, test } from 'vitest';
import { Freshness, sinceOf } from './freshness.ts';
import { readCell } from './scanCells.ts';

const A = '111122223333';
const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, second)).toISOString();
const cell = (part: object) => ({
  ...{
    accountId: A,
    region: 'us-east-1',
    service: 'ec2',
    status: 'ok',
    count: 1,
    asOf: at(0),
    message: null,
  },
  ...part,
});
const place = (resourceType: string, region = 'us-east-1') => ({ account: A, region, resourceType });

describe('a scan cell', () => {
  test('of version 0.1.0 speaks of the types of then alone, so that a merge deletes none of a newer type', () => {
    const freshness = Freshness.of([cell({}), cell({ service: 'newer' })]);
    const types = ['ec2_instance', 'ec2_volume', 'ec2_vpc', 'ec2_subnet', 'ec2_security_group'];
    expect(types.map((type) => freshness.at(place(type)))).toEqual(types.map(() => Date.parse(at(0))));
    expect(freshness.at(place('ec2_snapshot'))).toBe(0);
    expect(readCell(cell({ asOf: null }))?.listed).toEqual({});
  });

  test('speaks of each type that it listed, at the time of that listing', () => {
    const listed = { ec2_instance: at(5), ec2_snapshot: at(9) };
    const freshness = Freshness.of([cell({ listed })]);
    expect(freshness.at(place('ec2_instance'))).toBe(Date.parse(at(5)));
    expect(freshness.at(place('ec2_snapshot'))).toBe(Date.parse(at(9)));
    expect(freshness.at(place('ec2_volume'))).toBe(0);
    expect(freshness.at(place('ec2_instance', 'eu-west-1'))).toBe(0);
  });
});

test('a status that this version does not know takes nothing from what the cell listed', () => {
  const listed = { ec2_instance: at(5) };
  const known = readCell(cell({ status: 'paused', listed }));
  expect(known).toMatchObject({ status: 'failed', message: expect.stringContaining('paused'), listed });
});

test('a listing of a global service speaks of every region, one in the future of nothing', () => {
  const ahead = new Date(Date.now() + 86_400_000).toISOString();
  const freshness = Freshness.of([
    cell({ service: 's3', region: 'global', listed: { s3_bucket: at(3) } }),
    cell({ service: 'rds', listed: { rds_instance: ahead } }),
    'no cell',
  ]);
  expect(freshness.at(place('s3_bucket', 'eu-west-1'))).toBe(Date.parse(at(3)));
  expect(freshness.at(place('rds_instance'))).toBe(0);
});

test('listings of before the rows came to lie here lend them no age', () => {
  const cells = [cell({ listed: { ec2_instance: at(5), ec2_vpc: at(9) } })];
  const freshness = Freshness.of(cells, { since: Date.parse(at(6)) });
  expect(freshness.at(place('ec2_instance'))).toBe(0);
  expect(freshness.at(place('ec2_vpc'))).toBe(Date.parse(at(9)));
  expect(sinceOf(new Date(Date.now() + 86_400_000).toISOString())).toBeNull();
});
