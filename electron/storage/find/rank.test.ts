import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../preload/contract/models.ts';
import { EstateIndex } from './estateIndex.ts';
import { testQuery, testResource } from './testResources.ts';

const NOW = Date.UTC(2026, 10, 21);
const indexOf = (...resources: Resource[]) => {
  const index = new EstateIndex({ now: () => NOW });
  index.put(resources);
  return index;
};
const found = (index: EstateIndex, text: string, ignoreChips: string[] = []) =>
  index.rows(index.query(testQuery({ text, ignoreChips })).resultId, 0, 50).map((row) => row.name);
const exact = (index: EstateIndex, text: string) => index.resolve(text).exact.map((row) => row.name);

describe('full names', () => {
  const index = indexOf(
    testResource({
      name: 'pg-instance-main1',
      resourceType: 'rds_instance',
      region: 'us-west-2',
      state: 'available',
    }),
    testResource({ name: 'pg-instance-main10', resourceType: 'rds_instance' }),
    testResource({ name: 'web', nativeId: 'i-0a1b2c3d4e5f60718' }),
    testResource({ name: 'web-1' }),
    testResource({ name: 'web-1.internal/blue' }),
    testResource({ name: 'Billing (old) server' }),
    testResource({ name: 'production', resourceType: 'ec2_vpc', nativeId: 'vpc-0d' }),
    testResource({ name: 'api-prod', tags: { env: 'prod' } }),
    testResource({ name: 'checkout', resourceType: 'dynamodb_table' }),
    testResource({ name: 'checkout-handler', resourceType: 'lambda_function' }),
    testResource({ name: 'main', resourceType: 'rds_instance' }),
    testResource({ name: 'main', resourceType: 'ec2_vpc', nativeId: 'vpc-0a' }),
  );

  it.each([
    ['stop pg-instance-main1', ['pg-instance-main1']],
    ['Stop PG-INSTANCE-MAIN1.', ['pg-instance-main1']],
    ['why is "pg-instance-main1" slow?', ['pg-instance-main1']],
    ["web-1's disk", ['web-1']],
    ['stop (web-1), then pg-instance-main1!', ['web-1', 'pg-instance-main1']],
    ['i-0a1b2c3d4e5f60718', ['web']],
    ['arn:aws:ec2_instance:eu-west-1:111122223333:web-1', ['web-1']],
    ['describe web-1.internal/blue', ['web-1.internal/blue']],
    ['restart Billing (old) server now', ['Billing (old) server']],
    ['stop web', ['web']],
  ])('%s names exactly %j', (text, names) => {
    expect(exact(index, text)).toEqual(names);
  });

  it('a longer name does not also name the shorter one inside it', () => {
    expect(exact(index, 'stop pg-instance-main10')).toEqual(['pg-instance-main10']);
    expect(exact(index, 'stop xweb-1')).toEqual([]);
    expect(exact(index, 'stop web-12')).toEqual([]);
  });

  it('a word of the language is a name only when nothing else is said, or in quotes', () => {
    expect(exact(index, 'production')).toEqual(['production']);
    expect(exact(index, 'production servers')).toEqual([]);
    expect(exact(index, 'servers in "production"')).toEqual(['production']);
  });

  it('a name beside another type is a word, not that resource', () => {
    expect(exact(index, 'checkout lambda')).toEqual([]);
    expect(found(index, 'checkout lambda')[0]).toBe('checkout-handler');
  });

  it('two resources of one name are both told; a said type decides', () => {
    expect(
      index
        .resolve('main')
        .exact.map((row) => row.resourceType)
        .sort(),
    ).toEqual(['ec2_vpc', 'rds_instance']);
    expect(index.resolve('stop the database main').exact.map((row) => row.resourceType)).toEqual([
      'rds_instance',
    ]);
  });

  it('equality beats every match of words and attributes', () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      testResource({
        name: `orders-database-${i}`,
        resourceType: 'rds_instance',
        tags: { app: 'orders-database' },
      }),
    );
    expect(found(indexOf(...many, testResource({ name: 'orders-database' })), 'orders-database')[0]).toBe(
      'orders-database',
    );
  });

  it('a name whose chip was taken away is searched as words', () => {
    expect(index.query(testQuery({ text: 'web-1' })).chips).toMatchObject([
      { id: 'name:web-1', kind: 'name' },
    ]);
    expect(index.query(testQuery({ text: 'web-1', ignoreChips: ['name:web-1'] })).chips).toEqual([]);
  });
});

describe('what a query says', () => {
  const index = indexOf(
    testResource({
      name: 'orders-db',
      resourceType: 'rds_instance',
      region: 'us-west-2',
      state: 'stopped',
      tags: { env: 'prod' },
    }),
    testResource({
      name: 'orders-db-eu',
      resourceType: 'rds_instance',
      region: 'eu-central-1',
      state: 'available',
    }),
    testResource({
      name: 'orders-api',
      region: 'us-west-2',
      state: 'running',
      tags: { env: 'dev', team: 'data platform' },
    }),
    testResource({
      name: 'orders-web',
      region: 'us-west-2',
      state: 'stopped',
      tags: { env: 'production', owner: 'x' },
    }),
    testResource({
      name: 'orders-data',
      resourceType: 'ec2_volume',
      state: 'available',
      facts: { Size: 800, Encrypted: false },
    }),
    testResource({
      name: 'orders-root',
      resourceType: 'ec2_volume',
      state: 'in-use',
      facts: { Size: 8, Encrypted: true },
    }),
    testResource({ name: 'orders-subnet', resourceType: 'ec2_subnet' }),
    testResource({
      name: 'orders-sg',
      nativeId: 'sg-0ff1ce0000000000a',
      resourceType: 'ec2_security_group',
      createdAt: '2020-01-01T00:00:00.000Z',
    }),
    testResource({
      name: 'orders-windows',
      state: 'stopped',
      tags: { owner: 'y', stage: 'qa' },
      facts: { PlatformDetails: 'Windows', PrivateIpAddress: '10.1.2.3' },
    }),
  );

  it.each([
    ['databases in oregon', 'orders-db'],
    ['DBs in frankfurt', 'orders-db-eu'],
    ['stopped boxes', 'orders-web'],
    ['machines that are up', 'orders-api'],
    ['firewalls', 'orders-sg'],
    ['unattached disks', 'orders-data'],
    ['encrypted drives', 'orders-root'],
    ['disks without encryption', 'orders-data'],
    ['volumes over 500 gb', 'orders-data'],
    ['vms not in production', 'orders-api'],
    ['servers except dev', 'orders-web'],
    ['servers without an owner tag', 'orders-api'],
    ['dp vms', 'orders-api'],
    ['databse in orgeon', 'orders-db'],
    ['database subnets', 'orders-subnet'],
    ['security groups older than 2 years', 'orders-sg'],
    ['env=dev', 'orders-api'],
    ['windows boxes', 'orders-windows'],
    ['the beginning of sg-0ff1', 'orders-sg'],
    ['network gear other than firewalls', 'orders-subnet'],
    ['10.1.2.3', 'orders-windows'],
  ])('%s: %s comes first', (text, first) => {
    expect(found(index, text)[0]).toBe(first);
  });

  it('a negated word never counts for what it names', () => {
    const { chips } = index.query(testQuery({ text: 'servers not in production' }));
    expect(chips.map((chip) => chip.label)).toEqual(['EC2 instance', 'not env: production']);
    expect(found(index, 'orders without api')).not.toContain('orders-api');
  });

  it('a chip says which words it came from, and taking it away searches them as words', () => {
    const { chips } = index.query(testQuery({ text: 'stopped databases' }));
    expect(chips).toEqual([
      { id: 'state:stopped', kind: 'state', label: 'Stopped', words: 'stopped' },
      { id: 'type:rds_instance', kind: 'type', label: 'RDS instance', words: 'databases' },
    ]);
    const without = index.query(testQuery({ text: 'stopped databases', ignoreChips: ['state:stopped'] }));
    expect(without.chips.map((chip) => chip.id)).toEqual(['type:rds_instance']);
  });

  it('a misspelt name is found', () => {
    expect(found(index, 'ordres-web')[0]).toBe('orders-web');
  });

  it('a blank text ranks nothing and filters everything', () => {
    expect(index.query(testQuery({ text: '   ' })).total).toBe(9);
    expect(index.resolve('  ')).toEqual({ exact: [], ranked: [], total: 0, chips: [] });
  });

  it('any text is answered', () => {
    for (const text of [
      '"',
      '(((',
      'not',
      'a'.repeat(500),
      '\u0000 \ud800',
      '= : ==',
      '12345678901234567890',
      'ünï çödé',
      'not not without',
    ]) {
      expect(() => index.query(testQuery({ text }))).not.toThrow();
    }
  });

  it('resolve keeps to the filter', () => {
    const { exact: named, ranked } = index.resolve('orders-db', { filter: { regions: ['eu-central-1'] } });
    expect(named).toEqual([]);
    expect(ranked.every(({ resource }) => resource.region === 'eu-central-1')).toBe(true);
  });
});

describe('an account id', () => {
  const index = indexOf(
    testResource({ name: 'web-1', accountId: '012345678901' }),
    testResource({ name: 'web-2', accountId: '112345678901' }),
    testResource({ name: 'gateway', accountId: '112345678901', facts: { ip: '123.456.789.012' } }),
  );

  it.each([
    '012345678901',
    '0123-4567-8901',
    '0123.4567.8901',
    'account 012345678901',
    'account:012345678901',
    'instances in 0123-4567-8901?',
  ])('%s is found with its leading zero, however it is written', (text) => {
    expect(found(index, text)[0]).toBe('web-1');
  });

  it('is not what looks like an address', () => {
    const { chips } = index.query(testQuery({ text: '012.345.678.901' }));
    expect(chips.some(({ kind }) => kind === 'account')).toBe(false);
  });
});
