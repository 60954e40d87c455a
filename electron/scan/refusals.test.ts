import { expect, test } from 'vitest';
import type { Account, CellRow } from '../../preload/contract/models.ts';
import type { SyncScope } from '../storage/api.ts';
import { allCells } from './fixtures/allCells.ts';
import { awsError, type CannedAnswers, cannedAws } from './fixtures/cannedAws.ts';
import { Scanner } from './scanner.ts';
import type { CollectedResource } from './types.ts';

const A = '111122223333';
const account: Account = {
  accountId: A,
  name: 'ops',
  partition: 'aws',
  scanningProfile: 'ops',
  profiles: [],
  production: false,
  color: 'blue',
  resourceCount: 0,
  lastScanAt: null,
};
const scp = () => {
  throw awsError('UnauthorizedOperation', 403, 'no, with an explicit deny in a service control policy');
};
const denied = () => {
  throw awsError('AccessDenied', 403);
};
const twoRegions = () => ({ Regions: [{ RegionName: 'us-east-1' }, { RegionName: 'eu-west-1' }] });
const db = (region: string) => ({ DBInstances: [{ DBInstanceIdentifier: `pg-${region}` }] });

function setUp(answers: CannedAnswers, homeRegion = 'eu-west-1') {
  const upserts: CollectedResource[] = [];
  const synced: SyncScope[] = [];
  const scannedAccounts: string[] = [];
  const aws = cannedAws(answers);
  const scanner = new Scanner({
    accounts: {
      list: async () => [account],
      get: async () => account,
      scanned: async (id) => void scannedAccounts.push(id),
    },
    homeRegion: async () => homeRegion,
    sessions: {
      identity: async () => ({
        profile: 'ops',
        accountId: A,
        arn: `arn:aws:iam::${A}:user/x`,
        expiresAt: null,
      }),
    },
    clients: aws.context.clients,
    estate: {
      byType: async () => [],
      bulkUpsert: async (resources) => {
        upserts.push(...resources);
        return { ids: [], changed: [] };
      },
      syncFromAws: async (scope) => {
        synced.push(scope);
        return { removed: [] };
      },
      upsert: async (resource, asOf) => ({
        resource: { ...resource, id: 'id-1', asOf, revision: 1 },
        changed: true,
      }),
      delete: async () => undefined,
    },
    docs: { list: async () => [], putCells: async () => undefined },
    emit: () => undefined,
    report: (error) => {
      throw error;
    },
  });
  const scan = async (scope: Parameters<Scanner['start']>[0]) => {
    await scanner.start(scope);
    await scanner.idle();
    return { run: (await scanner.status()).run, cells: await allCells(scanner) };
  };
  return { aws, scan, scanner, upserts, synced, scannedAccounts };
}
const statuses = (cells: CellRow[]) => cells.map(({ region, status }) => `${region} ${status}`).sort();

test('the profile’s region closed by a policy: another is asked for the list, and the others are read', async () => {
  const { aws, scan, upserts } = setUp({
    DescribeRegionsCommand: (_input, { region }) => (region === 'eu-west-1' ? scp() : twoRegions()),
    DescribeDBInstancesCommand: (_input, { region }) => (region === 'eu-west-1' ? denied() : db(region)),
  });
  const { cells } = await scan({ services: ['rds'] });
  expect(aws.sent('DescribeRegionsCommand').map(({ scope }) => scope.region)).toEqual([
    'eu-west-1',
    'us-east-1',
  ]);
  expect(upserts.map(({ name }) => name)).toEqual(['pg-us-east-1']);
  expect(statuses(cells)).toEqual(['eu-west-1 denied', 'us-east-1 ok']);
});

test('the list denied everywhere: a region asked for by name is read, and the run says what was refused', async () => {
  const { aws, scan, upserts } = setUp({
    DescribeRegionsCommand: denied,
    DescribeDBInstancesCommand: (_input, { region }) => db(region),
  });
  const { run, cells } = await scan({ services: ['rds'], regions: ['ap-south-1'] });
  expect(upserts.map(({ name }) => name)).toEqual(['pg-ap-south-1']);
  expect(statuses(cells)).toEqual(['ap-south-1 ok']);
  expect(run?.message).toContain('ec2:DescribeRegions in eu-west-1 is denied');
  expect(aws.sent('DescribeRegionsCommand').length).toBeLessThanOrEqual(5);
});

test('the list denied and no region named: the known ones of the partition are read, the own one first', async () => {
  const { aws, scan, upserts } = setUp({
    DescribeRegionsCommand: denied,
    DescribeDBInstancesCommand: (_input, { region }) =>
      region === 'us-east-2' ? db(region) : { DBInstances: [] },
  });
  const { run } = await scan({ services: ['rds'] });
  expect(upserts.map(({ name }) => name)).toEqual(['pg-us-east-2']);
  expect(aws.sent('DescribeDBInstancesCommand')[0]?.scope.region).toBe('eu-west-1');
  expect(run).toMatchObject({ state: 'done', cellsFailed: 0 });
});

test('a region that is not there is said, not passed over', async () => {
  const { scan } = setUp({
    DescribeRegionsCommand: twoRegions,
    DescribeDBInstancesCommand: (_input, { region }) => db(region),
  });
  const { run } = await scan({ services: ['rds'], regions: ['us-east-1', 'eu-west-11'] });
  expect(run?.message).toContain('eu-west-11: not scanned');
});

test('buckets whose list is closed in the usual region are listed in the profile’s own', async () => {
  const { scan, synced, scanner, upserts } = setUp({
    ListBucketsCommand: (_input, { region }) =>
      region === 'us-east-1' ? scp() : { Buckets: [{ Name: 'b-1', BucketRegion: 'eu-west-1' }] },
    GetBucketTaggingCommand: () => ({ TagSet: [] }),
    GetPublicAccessBlockCommand: () => ({ PublicAccessBlockConfiguration: {} }),
  });
  const { cells } = await scan({ services: ['s3'] });
  expect(statuses(cells)).toEqual(['global ok']);
  expect(upserts.map(({ name }) => name)).toEqual(['b-1']);
  expect(synced).toHaveLength(1);
  const target = {
    id: 'x',
    resourceType: 's3_bucket',
    accountId: A,
    region: 'eu-west-1',
    nativeId: 'b-1',
    name: 'b-1',
  };
  await expect(scanner.refresh(target as Parameters<Scanner['refresh']>[0])).resolves.toMatchObject({
    name: 'b-1',
  });
});

test('denied in both, the words name the first refusal and nothing is removed', async () => {
  const { scan, synced, scannedAccounts } = setUp({ ListBucketsCommand: denied });
  const { run, cells } = await scan({ services: ['s3'] });
  expect(cells).toMatchObject([
    { status: 'denied', message: expect.stringContaining('s3:ListAllMyBuckets in us-east-1') },
  ]);
  expect(synced).toEqual([]);
  expect(scannedAccounts).toEqual([]);
  expect(run?.message).toContain('Nothing could be read. 1 of 1 cells: s3:ListAllMyBuckets');
});

test('a region that cannot be reached costs its buckets their details, not the other buckets their rows', async () => {
  const unreachable = () => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  };
  const far = Array.from({ length: 30 }, (_, at) => ({ Name: `far-${at}`, BucketRegion: 'mx-central-1' }));
  const { aws, scan, upserts } = setUp({
    ListBucketsCommand: () => ({ Buckets: [...far, { Name: 'near', BucketRegion: 'us-east-1' }] }),
    GetBucketTaggingCommand: (_input, { region }) =>
      region === 'mx-central-1' ? unreachable() : { TagSet: [{ Key: 'team', Value: 'core' }] },
    GetPublicAccessBlockCommand: (_input, { region }) =>
      region === 'mx-central-1' ? unreachable() : { PublicAccessBlockConfiguration: {} },
  });
  const { cells } = await scan({ services: ['s3'] });
  expect(statuses(cells)).toEqual(['global partial']);
  expect(upserts).toHaveLength(31);
  expect(upserts.find(({ name }) => name === 'near')?.tags).toEqual({ team: 'core' });
  expect(upserts.find(({ name }) => name === 'far-0')?.unknown?.tags).toContain('mx-central-1');
  // Asked once and remembered, up to what was under way at the same time.
  expect(aws.sent('GetBucketTaggingCommand').length).toBeLessThan(31);
});

test.each<[string, string[], string]>([
  ['the same token', ['t', 't', 't'], 'names a page again'],
  ['a cycle of tokens', ['a', 'b', 'c', 'a', 'b', 'c'], 'names a page again'],
  ['ever new tokens and no new row', [], 'named nothing new'],
])('a listing with %s ends with words, each row counted once', async (_what, tokens, words) => {
  let page = 0;
  const { scan, synced } = setUp({
    DescribeRegionsCommand: () => ({ Regions: [{ RegionName: 'us-east-1' }] }),
    DescribeDBInstancesCommand: () => {
      page += 1;
      return { ...db('x'), Marker: tokens[page - 1] ?? `fresh-${page}` };
    },
  });
  const { run, cells } = await scan({ services: ['rds'] });
  expect(run).toMatchObject({ state: 'done', found: 1, removed: 0 });
  expect(cells).toMatchObject([{ status: 'failed', message: expect.stringContaining(words) }]);
  expect(cells[0]?.message).toContain('rds:DescribeDBInstances does not come to an end');
  expect(synced).toEqual([]);
});

test('tags of a table that repeat their token end too, and leave the tags unknown', async () => {
  const { scan, upserts } = setUp({
    DescribeRegionsCommand: () => ({ Regions: [{ RegionName: 'us-east-1' }] }),
    ListTablesCommand: () => ({ TableNames: ['t'] }),
    DescribeTableCommand: () => ({ Table: { TableName: 't', TableStatus: 'ACTIVE' } }),
    ListTagsOfResourceCommand: () => ({ Tags: [], NextToken: 'again' }),
  });
  const { cells } = await scan({ services: ['dynamodb'] });
  expect(cells).toMatchObject([{ status: 'partial' }]);
  expect(upserts).toMatchObject([{ unknown: { tags: expect.stringContaining('does not come to an end') } }]);
});

test('a list of cells stays as it was asked for while the next scan changes them', async () => {
  let isOpen = true;
  const { scan, scanner } = setUp({
    DescribeRegionsCommand: twoRegions,
    DescribeDBInstancesCommand: (_input, { region }) => (isOpen ? db(region) : denied()),
  });
  await scan({ services: ['rds'] });
  const { resultId, total } = await scanner.cells({});
  isOpen = false;
  expect(statuses((await scan({ services: ['rds'] })).cells)).toEqual([
    'eu-west-1 denied',
    'us-east-1 denied',
  ]);
  expect(statuses(scanner.cellRows(resultId, 0, total))).toEqual(['eu-west-1 ok', 'us-east-1 ok']);
});
