import { expect, test } from 'vitest';
import type { Account, Resource, ScanCell, ScanRun } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { SyncScope } from '../storage/api.ts';
import { allCells } from './fixtures/allCells.ts';
import { awsError, type CannedAnswers, cannedAws } from './fixtures/cannedAws.ts';
import { Scanner } from './scanner.ts';
import type { ScannerPorts } from './scannerPorts.ts';
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
const regions = (...names: string[]) => ({
  DescribeRegionsCommand: () => ({ Regions: names.map((RegionName) => ({ RegionName })) }),
});
const EMPTY: CannedAnswers = {
  ...regions('us-east-1'),
  DescribeInstancesCommand: () => ({ Reservations: [{ Instances: [{ InstanceId: 'i-1' }] }] }),
  DescribeVolumesCommand: () => ({}),
  DescribeVpcsCommand: () => ({}),
  DescribeSubnetsCommand: () => ({}),
  DescribeSecurityGroupsCommand: () => ({}),
  ListBucketsCommand: () => ({ Buckets: [] }),
  DescribeDBInstancesCommand: () => ({ DBInstances: [] }),
};

function setUp(answers: CannedAnswers, ports: Partial<ScannerPorts> = {}, stored: ScanCell[] = []) {
  const upserts: CollectedResource[] = [];
  const synced: SyncScope[] = [];
  const saved: ScanCell[] = [];
  const progress: ScanRun[] = [];
  const aws = cannedAws(answers);
  const scanner = new Scanner({
    accounts: { list: async () => [account], get: async () => account, scanned: async () => undefined },
    homeRegion: async () => 'us-east-1',
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
    docs: {
      list: async () => stored.map((value) => ({ key: '', value })),
      putCells: async (cells) => void saved.push(...cells),
    },
    emit: (name, payload) => {
      if (name === 'scan.progress') progress.push(payload as ScanRun);
    },
    report: (error) => {
      throw error;
    },
    ...ports,
  });
  const scan = async (scope: Parameters<Scanner['start']>[0]) => {
    await scanner.start(scope);
    await scanner.idle();
    return (await scanner.status()).run;
  };
  return { scanner, scan, upserts, synced, saved, progress, aws };
}

test('a denied listing keeps its rows while the other listings of its service remove theirs', async () => {
  const { scan, synced, saved } = setUp({
    ...EMPTY,
    DescribeVolumesCommand: () => {
      throw awsError('UnauthorizedOperation', 403);
    },
  });
  await scan({ services: ['ec2'] });
  expect(synced.flatMap(({ resourceTypes }) => resourceTypes)).toEqual([
    'ec2_instance',
    'ec2_vpc',
    'ec2_subnet',
    'ec2_security_group',
  ]);
  expect(saved).toMatchObject([{ service: 'ec2', status: 'partial', count: 1, asOf: null }]);
});

test('a listing that breaks after its first page removes nothing', async () => {
  const { scan, synced, upserts, saved } = setUp({
    ...EMPTY,
    DescribeDBInstancesCommand: ({ Marker }) => {
      if (Marker) throw awsError('InternalFailure', 500);
      return { Marker: 'more', DBInstances: [{ DBInstanceIdentifier: 'pg' }] };
    },
  });
  const run = await scan({ services: ['rds'] });
  expect(upserts).toHaveLength(1);
  expect(synced).toEqual([]);
  expect(saved).toMatchObject([{ status: 'failed', asOf: null }]);
  expect(run).toMatchObject({ state: 'done', cellsFailed: 1 });
});

test('rows carry the start of their cell as their age, and the sweep uses the same moment', async () => {
  const times: string[] = [];
  const { scan, synced, saved } = setUp(EMPTY, {
    estate: {
      byType: async () => [],
      bulkUpsert: async (resources, asOf) => {
        times.push(asOf);
        return { ids: resources.map(({ nativeId }) => nativeId), changed: [] };
      },
      syncFromAws: async (scope) => {
        synced.push(scope);
        return { removed: [] };
      },
      upsert: () => Promise.reject(new Error('not in a scan')),
      delete: () => Promise.reject(new Error('not in a scan')),
    },
  });
  await scan({ services: ['ec2'] });
  expect(new Set([...times, ...synced.map(({ startedAt }) => startedAt)]).size).toBe(1);
  expect(saved[0]?.asOf).toBe(times[0]);
});

test('only the regions of the account’s partition are scanned, buckets once for all regions', async () => {
  const { scan, synced, scanner } = setUp({
    ...EMPTY,
    ...regions('us-east-1', 'us-gov-west-1', 'cn-north-1', 'eu-west-1'),
  });
  await scan({ services: ['rds', 's3'] });
  const cells = await allCells(scanner);
  expect(cells.map(({ region, service }) => `${service} ${region}`).sort()).toEqual([
    'rds eu-west-1',
    'rds us-east-1',
    's3 global',
  ]);
  expect(synced.find(({ resourceTypes }) => resourceTypes[0] === 's3_bucket')?.region).toBeNull();
});

/** What a cell of version 0.1.0 says of its types. */
const listed = { rds_instance: '2026-11-20T00:00:00.000Z' };

test('credentials that fail end every cell the account had with that reason, and keep its age', async () => {
  const known: ScanCell = {
    accountId: A,
    region: 'ap-south-1',
    service: 'rds',
    status: 'ok',
    count: 4,
    asOf: '2026-11-20T00:00:00.000Z',
    message: null,
  };
  const { scan, saved, synced } = setUp(
    EMPTY,
    { sessions: { identity: () => Promise.reject(new AppError('CREDENTIALS_EXPIRED', 'Renew them.')) } },
    [known],
  );
  const run = await scan({ services: ['rds', 's3'] });
  expect(saved).toContainEqual({ ...known, listed, status: 'expired', message: 'Renew them.' });
  expect(saved.map(({ region }) => region).sort()).toEqual(['ap-south-1', 'global', 'us-east-1']);
  expect(synced).toEqual([]);
  expect(run).toMatchObject({ state: 'done', cellsTotal: 3, cellsDone: 3, cellsFailed: 3 });
});

test('a region that was switched off says so and keeps its age, instead of looking fresh for ever', async () => {
  const known = { accountId: A, service: 'rds', status: 'ok' as const, count: 4, message: null };
  const asOf = '2026-11-20T00:00:00.000Z';
  const { scan, saved } = setUp(EMPTY, {}, [{ ...known, region: 'af-south-1', asOf }]);
  await scan({ services: ['rds'] });
  expect(saved).toContainEqual({
    ...known,
    listed,
    region: 'af-south-1',
    asOf,
    status: 'region_disabled',
    message: expect.stringContaining('af-south-1 is no longer enabled'),
  });
});

test('a full disk ends the run as failed, with its words, and without sweeping anything away', async () => {
  const { scan, synced } = setUp(EMPTY, {
    estate: {
      byType: async () => [],
      bulkUpsert: () => Promise.reject(new AppError('DISK_FULL', 'The disk is full.')),
      syncFromAws: () => Promise.reject(new Error('must not come')),
      upsert: () => Promise.reject(new Error('not in a scan')),
      delete: () => Promise.reject(new Error('not in a scan')),
    },
  });
  expect(await scan({ services: ['ec2'] })).toMatchObject({ state: 'failed', message: 'The disk is full.' });
  expect(synced).toEqual([]);
});

test('of two starts at once one scans; an unknown account or none is told, and the next start works', async () => {
  const { scanner } = setUp(EMPTY);
  const both = await Promise.allSettled([
    scanner.start({ services: ['rds'] }),
    scanner.start({ services: ['rds'] }),
  ]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await scanner.idle();
  await expect(scanner.start({ accountIds: ['999999999999'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await scanner.start({ services: ['rds'] })).state).toBe('running');
  await scanner.idle();
});

test('the last progress event is the end, however fast the cells follow each other', async () => {
  const many = Array.from({ length: 60 }, (_, n) => `eu-west-${n}`);
  const { scan, progress } = setUp({ ...EMPTY, ...regions(...many) });
  const run = await scan({ services: ['rds'] });
  expect(progress.at(-1)).toEqual(run);
  expect(run).toMatchObject({ state: 'done', cellsDone: 60, cellsTotal: 60 });
  expect(progress.length).toBeLessThan(60);
});

const resource: Resource = {
  id: 'id-1',
  resourceType: 'rds_instance',
  service: 'rds',
  accountId: A,
  partition: 'aws',
  region: 'us-west-2',
  nativeId: 'pg',
  name: 'pg',
  arn: '',
  state: 'available',
  tags: {},
  asOf: '2026-11-20T00:00:00.000Z',
  createdAt: null,
  facts: {},
  relations: [],
  constraints: {},
  raw: null,
  revision: 1,
};

test('a refresh asks with the acting profile and the patience of an execution, not the scan’s', async () => {
  const { scanner, aws } = setUp({
    DescribeDBInstancesCommand: () => ({
      DBInstances: [{ DBInstanceIdentifier: 'pg', DBInstanceStatus: 'stopping' }],
    }),
  });
  expect(await scanner.refresh(resource, { profile: 'admin' })).toMatchObject({
    id: 'id-1',
    state: 'stopping',
  });
  expect(aws.calls[0]?.scope).toEqual({ profile: 'admin', region: 'us-west-2', purpose: 'execute' });
});

test('a refresh that AWS refuses changes nothing and says why', async () => {
  const written: unknown[] = [];
  const { scanner } = setUp(
    {
      DescribeDBInstancesCommand: () => {
        throw awsError('AccessDenied', 403);
      },
    },
    {
      estate: {
        byType: async () => [],
        bulkUpsert: async () => ({ ids: [], changed: [] }),
        syncFromAws: async () => ({ removed: [] }),
        upsert: async (found) => Promise.reject(written.push(found)),
        delete: async (id) => void written.push(id),
      },
    },
  );
  await expect(scanner.refresh(resource)).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: expect.stringContaining('rds:DescribeDBInstances on pg in us-west-2'),
  });
  expect(written).toEqual([]);
});

test('a refresh through keys of another account writes nothing', async () => {
  const arn = 'arn:aws:iam::999988887777:user/x';
  const { scanner, aws } = setUp(EMPTY, {
    sessions: { identity: async () => ({ profile: 'ops', accountId: '999988887777', arn, expiresAt: null }) },
  });
  await expect(scanner.refresh(resource)).rejects.toMatchObject({ code: 'PROFILE_BROKEN' });
  expect(aws.calls).toEqual([]);
});

test('a refresh answers with what AWS said, whatever is stored', async () => {
  const stored = { ...({} as Resource), id: 'id-1', state: 'stopped', asOf: '2099-01-01T00:00:00.000Z' };
  const answers = {
    ...EMPTY,
    DescribeDBInstancesCommand: () => ({
      DBInstances: [{ DBInstanceIdentifier: 'pg', DBInstanceStatus: 'available' }],
    }),
  };
  const { scanner } = setUp(answers, {
    estate: {
      upsert: async () => ({ resource: stored, changed: false }),
      byType: async () => [],
      bulkUpsert: () => Promise.reject(new Error('no scan')),
      syncFromAws: () => Promise.reject(new Error('no scan')),
      delete: () => Promise.reject(new Error('nothing is gone')),
    },
  });
  const target = { id: 'id-1', resourceType: 'rds_instance', nativeId: 'pg', name: 'pg' } as const;
  const answer = await scanner.refresh({ ...target, accountId: A, region: 'us-east-1' });
  expect(answer).toMatchObject({ id: 'id-1', state: 'available', nativeId: 'pg' });
  expect(Date.parse(answer?.asOf ?? '')).toBeLessThanOrEqual(Date.now());
});
