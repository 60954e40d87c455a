import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeInstancesCommand, EC2Client, StopInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  RDSClient,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClientFactory } from '../aws/clientFactory.ts';
import { AwsClientPool } from '../aws/clientPool.ts';
import { Profiles } from '../aws/profiles.ts';
import { AwsSessions } from '../aws/sessions.ts';
import { SampleAws } from './sampleAws.ts';

let folder: string;
let clients: AwsClientPool;
let sessions: AwsSessions;

async function open(): Promise<void> {
  const aws = new SampleAws(folder);
  await aws.prepare();
  const profiles = new Profiles({
    configFile: aws.configFile,
    credentialsFile: aws.credentialsFile,
    env: {},
  });
  const factory = new ClientFactory({ profiles, appVersion: '0', middleware: [aws.middleware] });
  sessions = new AwsSessions(profiles, factory);
  clients = new AwsClientPool(factory, sessions);
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T10:00:00Z') });
  folder = await mkdtemp(join(tmpdir(), 'cloudops-sample-'));
  await open();
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const production = { profile: 'sample-production', region: 'us-west-2', purpose: 'execute' } as const;

async function database(id: string) {
  const answer = await clients
    .client(RDSClient, production)
    .send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
  return answer.DBInstances?.[0];
}

test('each profile is its own account, without a call leaving the app', async () => {
  expect(await sessions.identity('sample-production')).toMatchObject({ accountId: '123456789012' });
  expect(await sessions.identity('sample-staging')).toMatchObject({ accountId: '210987654321' });
});

test('a stopped database is seen stopping first, then stopped, and is still stopped after a restart', async () => {
  await clients
    .client(RDSClient, production)
    .send(new StopDBInstanceCommand({ DBInstanceIdentifier: 'pg-instance-main1' }));
  expect((await database('pg-instance-main1'))?.DBInstanceStatus).toBe('stopping');
  vi.setSystemTime(Date.now() + 7_000);
  expect((await database('pg-instance-main1'))?.DBInstanceStatus).toBe('stopped');
  await open();
  expect((await database('pg-instance-main1'))?.DBInstanceStatus).toBe('stopped');
});

test('the file of changes names nothing of the estate', async () => {
  await clients
    .client(RDSClient, production)
    .send(new StopDBInstanceCommand({ DBInstanceIdentifier: 'pg-instance-main1' }));
  expect(await readFile(join(folder, 'aws/changes.json'), 'utf8')).not.toMatch(
    /pg-instance|us-west-2|123456789012/,
  );
});

test('a protected database is not deleted, a wrong id and a wrong state are refused by AWS’s own codes', async () => {
  const rds = clients.client(RDSClient, production);
  const remove = (id: string) =>
    rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: id, SkipFinalSnapshot: true }));
  await expect(remove('pg-instance-main2')).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
  await expect(remove('pg-instance-main9')).rejects.toMatchObject({ name: 'DBInstanceNotFoundFault' });
  const stop = () => rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: 'pg-instance-main1' }));
  await stop();
  await expect(stop()).rejects.toMatchObject({ name: 'InvalidDBInstanceState' });
});

test('a dry run changes nothing', async () => {
  const ec2 = clients.client(EC2Client, production);
  const running = async () => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    return (Reservations ?? []).flatMap((r) => r.Instances ?? []).find((i) => i.State?.Name === 'running');
  };
  const before = await running();
  const InstanceIds = [before?.InstanceId ?? ''];
  await expect(ec2.send(new StopInstancesCommand({ InstanceIds, DryRun: true }))).rejects.toMatchObject({
    name: 'DryRunOperation',
  });
  expect((await running())?.InstanceId).toBe(before?.InstanceId);
});

test('a caller that changes an answer does not change the estate', async () => {
  const first = await database('pg-instance-main1');
  if (first) first.DBInstanceStatus = 'spoilt';
  expect((await database('pg-instance-main1'))?.DBInstanceStatus).toBe('available');
});

test('an account holds only its own buckets', async () => {
  const { Buckets } = await clients.client(S3Client, production).send(new ListBucketsCommand({}));
  expect(Buckets?.length).toBeGreaterThan(0);
  expect(Buckets?.every(({ Name }) => Name?.endsWith('9012'))).toBe(true);
});
