import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  PutBucketTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DeleteQueueCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FaultProxy } from '../../e2e/support/faultProxy.ts';
import {
  type AccessKey,
  keySection,
  type MotoServer,
  startMoto,
  writeAwsFiles,
} from '../../e2e/support/moto.ts';
import type { CellRow, ResourceSummary, ResourceType, ScanRun } from '../../preload/contract/models.ts';
import { type AwsAccess, createAwsAccess } from '../aws/awsAccess.ts';
import type { Emit } from '../events.ts';
import { StorageConfig } from '../storage/storageConfig.ts';
import { StorageService } from '../storage/storageService.ts';
import { Accounts } from './accounts.ts';
import { allCells } from './fixtures/allCells.ts';
import { Scanner } from './scanner.ts';

const OWN = '111122223333';
const OTHER = '444455556666';
const REGIONS = ['us-east-1', 'eu-west-1'];

let moto: MotoServer;
let proxy: FaultProxy;
let key: AccessKey;
let folder: string;
let storage: StorageService;
let aws: AwsAccess;
let accounts: Accounts;
let scanner: Scanner;
let progress: ScanRun[];
let onProgress: (run: ScanRun) => void = () => undefined;

beforeAll(async () => {
  moto = await startMoto();
  proxy = new FaultProxy(moto.url);
  const endpoint = await proxy.listen();
  key = await moto.seed('access_key', { account: OWN, user: 'ops' });
  const role = await moto.seed('role', { account: OTHER, name: 'Reader', trusted: OWN });
  await moto.seed('instances', { account: OWN, region: 'us-east-1', count: 900, perReservation: 200 });
  await moto.seed('queues', { account: OWN, region: 'us-east-1', count: 1_100 });
  await moto.seed('instances', { account: OWN, region: 'eu-west-1', count: 3 });
  await moto.seed('queues', { account: OWN, region: 'eu-west-1', count: 4, prefix: 'small' });
  await moto.seed('volumes', { account: OTHER, region: 'eu-west-1', count: 3 });

  folder = mkdtempSync(join(tmpdir(), 'scan-'));
  const files = await writeAwsFiles(join(folder, 'aws'), {
    config: {
      'profile ops': { region: 'us-east-1' },
      'profile reader': { role_arn: role.arn, source_profile: 'ops', region: 'eu-west-1' },
    },
    credentials: { ops: keySection(key) },
  });
  aws = createAwsAccess({ ...files, env: { AWS_ENDPOINT_URL: endpoint }, appVersion: '0.0.0' });
  storage = new StorageService({ emit: () => undefined });
  await storage.open({
    config: StorageConfig.parse({ qdrant: { mode: 'sqlite' } }),
    folder,
    masterKey: randomBytes(32),
    qdrantBinary: null,
  });
  const emit: Emit = (name, payload) => {
    if (name !== 'scan.progress') return;
    progress.push(payload as ScanRun);
    onProgress(payload as ScanRun);
  };
  progress = [];
  const ports = { ...aws, docs: storage.docs, estate: storage.estate, journal: storage.journal, emit };
  accounts = new Accounts(ports);
  scanner = new Scanner({
    ...ports,
    accounts,
    homeRegion: (profile) => aws.profiles.homeRegion(profile),
    report: (error) => {
      throw error;
    },
  });
});
afterEach(() => {
  proxy.clear();
  progress = [];
  onProgress = () => undefined;
});
afterAll(async () => {
  await scanner.stop();
  aws.clients.destroy();
  await storage.shutdown();
  await proxy.close();
  await moto.stop();
  rmSync(folder, { recursive: true, force: true });
});

const client = { region: 'us-east-1', forcePathStyle: true };
const direct = () => ({ ...client, endpoint: moto.url, credentials: key });

async function scan(scope: Parameters<Scanner['start']>[0]): Promise<{ run: ScanRun; cells: CellRow[] }> {
  await scanner.start(scope);
  await scanner.idle();
  const { run } = await scanner.status();
  const cells = await allCells(scanner);
  if (!run) throw new Error('no run');
  return { run, cells };
}
const cell = (cells: CellRow[], accountId: string, region: string, service: string) =>
  cells.find((c) => c.accountId === accountId && c.region === region && c.service === service);
async function rows(type: ResourceType, accountId = OWN): Promise<ResourceSummary[]> {
  return (await storage.estate.byType(type)).filter((row) => row.accountId === accountId);
}
async function resource(type: ResourceType, name: string) {
  const row = (await storage.estate.byType(type)).find((found) => found.name === name);
  const found = row && (await storage.estate.get(row.id));
  if (!found) throw new Error(`${name} is not in the estate`);
  return found;
}

test('two profiles become two accounts, the second by a role whose STS call kept to the endpoint', async () => {
  const { accounts: connected, results } = await accounts.connect(['ops', 'reader', 'nobody']);
  expect(connected.map((account) => [account.accountId, account.scanningProfile])).toEqual([
    [OWN, 'ops'],
    [OTHER, 'reader'],
  ]);
  expect(connected.flatMap((account) => account.profiles.map((profile) => profile.readOnly))).toEqual([
    true,
    true,
  ]);
  expect(results[1]?.identity).toMatchObject({
    arn: `arn:aws:sts::${OTHER}:assumed-role/Reader/cloudops-desktop`,
    expiresAt: expect.stringMatching(/^20\d\d-/),
  });
  expect(results[2]).toMatchObject({ identity: null, error: expect.stringContaining('no profile nobody') });
});

test('clients of a role profile take the role once, not once per client', async () => {
  const before = proxy.count({ operation: 'AssumeRole' });
  await scan({ accountIds: [OTHER], regions: REGIONS });
  // None at all while the session of the connect still lives.
  expect(proxy.count({ operation: 'AssumeRole' }) - before).toBeLessThanOrEqual(1);
  expect(await rows('ec2_volume', OTHER)).toHaveLength(3);
});

test('every resource of several pages arrives once, with the counts announced on the way', async () => {
  const { run, cells } = await scan({ accountIds: [OWN], regions: REGIONS });
  expect(cells.filter((c) => c.accountId === OWN && c.status !== 'ok')).toEqual([]);
  expect(await rows('ec2_instance')).toHaveLength(903);
  const queues = await rows('sqs_queue');
  expect(new Set(queues.map(({ name }) => name)).size).toBe(1_104);
  expect(queues[0]?.tags).toEqual({ env: 'test' });
  expect(cell(cells, OWN, 'us-east-1', 'sqs')).toMatchObject({ count: 1_100, message: null });
  expect(run).toMatchObject({ state: 'done', cellsTotal: 13, cellsDone: 13, cellsFailed: 0 });
  expect(run.found).toBe(await storage.estate.count({ accountIds: [OWN] }));
  expect(progress.at(-1)).toEqual(run);
  expect((await accounts.get(OWN))?.lastScanAt).not.toBeNull();
});

test('a cancelled scan ends at once, marks the rest cancelled and removes nothing', async () => {
  const before = await storage.estate.count({ accountIds: [OWN] });
  onProgress = ({ runId, found }) => {
    if (found > 0) void scanner.cancel(runId);
  };
  await scanner.start({ accountIds: [OWN], regions: REGIONS, services: ['ec2'] });
  await expect(scanner.start({})).rejects.toMatchObject({ code: 'SCAN_RUNNING' });
  await scanner.idle();
  const { run } = await scanner.status();
  const cells = await allCells(scanner);
  expect(run?.state).toBe('cancelled');
  expect(REGIONS.map((region) => cell(cells, OWN, region, 'ec2')?.status)).toEqual([
    'cancelled',
    'cancelled',
  ]);
  expect(await storage.estate.count({ accountIds: [OWN] })).toBe(before);
});

test('what was deleted leaves with the next completed cell, and a denied cell keeps what it had', async () => {
  const sqs = new SQSClient({ ...direct(), region: 'eu-west-1' });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'small-00002' }));
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  proxy.add({ kind: 'deny', account: OWN, service: 'ec2', operation: 'DescribeInstances' });
  proxy.add({ kind: 'denyByScp', account: OWN, service: 'rds' });
  const instances = async () => (await rows('ec2_instance')).filter(({ region }) => region === 'eu-west-1');
  const earlier = await instances();
  const before = cell(await allCells(scanner), OWN, 'eu-west-1', 'ec2');
  expect(before?.asOf).not.toBeNull();

  const { run, cells } = await scan({ accountIds: [OWN], regions: ['eu-west-1'] });
  expect((await rows('sqs_queue')).some(({ name }) => name === 'small-00002')).toBe(false);
  expect(earlier).toHaveLength(3);
  expect(await instances()).toEqual(earlier);
  expect(run).toMatchObject({ state: 'done', removed: 1, cellsFailed: 1 });
  const ec2 = cell(cells, OWN, 'eu-west-1', 'ec2');
  expect(ec2).toMatchObject({ status: 'partial', message: expect.stringContaining('ec2:DescribeInstances') });
  expect(ec2?.asOf).toBe(before?.asOf);
  expect(cell(cells, OWN, 'eu-west-1', 'rds')).toMatchObject({ status: 'denied_by_scp' });
  expect(cell(cells, OWN, 'eu-west-1', 'dynamodb')).toMatchObject({ status: 'ok' });
});

test('an account whose list of regions is denied is read where it was asked for by name', async () => {
  proxy.add({ kind: 'deny', account: OTHER, service: 'ec2', operation: 'DescribeRegions' });
  const { run, cells } = await scan({ regions: ['eu-west-1'], services: ['ec2', 'rds'] });
  expect(cell(cells, OTHER, 'eu-west-1', 'rds')?.status).toBe('ok');
  expect(cell(cells, OWN, 'eu-west-1', 'rds')?.status).toBe('ok');
  expect(run).toMatchObject({ state: 'done', cellsTotal: 4, cellsFailed: 0, removed: 0 });
  expect(run.message).toContain('ec2:DescribeRegions');
  expect(await rows('ec2_volume', OTHER)).toHaveLength(3);
});

test('buckets come with the tags of their own region, and a refresh follows AWS to the end', async () => {
  const s3 = new S3Client(direct());
  await s3.send(new CreateBucketCommand({ Bucket: 'assets-1' }));
  await s3.send(
    new CreateBucketCommand({
      Bucket: 'logs-1',
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  );
  await s3.send(
    new PutBucketTaggingCommand({ Bucket: 'logs-1', Tagging: { TagSet: [{ Key: 'team', Value: 'core' }] } }),
  );
  await scan({ accountIds: [OWN], services: ['s3'] });
  expect(await resource('s3_bucket', 'logs-1')).toMatchObject({
    region: 'eu-west-1',
    tags: { team: 'core' },
  });

  const bucket = await resource('s3_bucket', 'logs-1');
  expect((await scanner.refresh(bucket))?.tags).toEqual({ team: 'core' });
  await s3.send(new DeleteBucketCommand({ Bucket: 'logs-1' }));
  expect(await scanner.refresh(bucket)).toBeNull();
  expect(await storage.estate.get(bucket.id)).toBeNull();
});

test('keys that now belong to another account fail its cells instead of mixing two accounts', async () => {
  await writeAwsFiles(join(folder, 'aws'), {
    config: { 'profile ops': { region: 'us-east-1' }, 'profile reader': { region: 'eu-west-1' } },
    credentials: { ops: keySection(key), reader: keySection(key) },
  });
  const { run, cells } = await scan({ accountIds: [OTHER], regions: ['eu-west-1'], services: ['ec2'] });
  expect(cell(cells, OTHER, 'eu-west-1', 'ec2')?.message).toContain(`belongs to account ${OWN}`);
  expect(run.found).toBe(0);
});

test('a database that AWS describes carries its relations, facts and constraints', async () => {
  await new RDSClient(direct()).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: 'orders-db',
      DBInstanceClass: 'db.t3.micro',
      Engine: 'postgres',
      AllocatedStorage: 20,
      MasterUsername: 'admin1',
      MasterUserPassword: 'not-a-secret-1',
      DeletionProtection: true,
      MultiAZ: true,
    }),
  );
  await scan({ accountIds: [OWN], regions: ['us-east-1'], services: ['rds'] });
  expect(await resource('rds_instance', 'orders-db')).toMatchObject({
    state: 'available',
    nativeId: 'orders-db',
    facts: { Engine: 'postgres', DBInstanceClass: 'db.t3.micro' },
    constraints: { can_stop: true, multi_az: true, deletion_protection: true, has_read_replicas: false },
  });
});
