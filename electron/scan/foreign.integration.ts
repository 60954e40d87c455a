import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  AddTagsCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds';
import { CreateBucketCommand, PutBucketTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { AwsCall } from '../../e2e/support/awsCall.ts';
import { FaultProxy } from '../../e2e/support/faultProxy.ts';
import { FOREIGN_WAYS } from '../../e2e/support/foreignAnswer.ts';
import {
  type AccessKey,
  keySection,
  type MotoServer,
  startMoto,
  writeAwsFiles,
} from '../../e2e/support/moto.ts';
import type { Resource } from '../../preload/contract/models.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import { type LiveApp, startLiveApp } from '../execute/testing/liveApp.ts';
import { allCells } from './fixtures/allCells.ts';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const SERVICES = ['ec2', 'rds', 's3', 'elbv2', 'dynamodb', 'sqs'];

let moto: MotoServer;
let proxy: FaultProxy;
let folder: string;
let app: LiveApp;
let instanceId: string;

beforeAll(async () => {
  moto = await startMoto();
  proxy = new FaultProxy(moto.url);
  const endpoint = await proxy.listen();
  const key = await moto.seed('access_key', { account: ACCOUNT, user: 'ops' });
  proxy.knowKey(key.accessKeyId, ACCOUNT);
  const { ids } = await moto.seed('instances', { account: ACCOUNT, region: REGION, count: 2 });
  instanceId = ids[0] ?? '';
  await seedRest({ endpoint: moto.url, region: REGION, credentials: key });
  folder = mkdtempSync(join(tmpdir(), 'foreign-'));
  mkdirSync(join(folder, 'data'));
  const files = await writeAwsFiles(join(folder, 'aws'), {
    config: { 'profile ops': { region: REGION } },
    credentials: { ops: keySection(key) },
  });
  const masterKey = randomBytes(32).toString('hex');
  app = await startLiveApp({ folder: join(folder, 'data'), masterKey, endpoint, ...files });
  await app.accounts.connect(['ops']);
  await app.accounts.unlock('ops', 60, 'window-1');
  const { run } = await scan();
  expect(run).toMatchObject({ cellsFailed: 0 });
});
afterEach(() => proxy.clear());
afterAll(async () => {
  await app.stop();
  await proxy.close();
  await moto.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function seedRest(options: {
  endpoint: string;
  region: string;
  credentials: AccessKey;
}): Promise<void> {
  const { Subnets } = await new EC2Client(options).send(new DescribeSubnetsCommand({}));
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket-1' }));
  const Tagging = { TagSet: [{ Key: 'team', Value: 'core' }] };
  await s3.send(new PutBucketTaggingCommand({ Bucket: 'bucket-1', Tagging }));
  const queue = { QueueName: 'queue-1', tags: { team: 'core' } };
  await new SQSClient(options).send(new CreateQueueCommand(queue));
  await new DynamoDBClient(options).send(
    new CreateTableCommand({
      TableName: 'table-1',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      Tags: [{ Key: 'team', Value: 'core' }],
    }),
  );
  const db = {
    DBInstanceIdentifier: 'db-1',
    DBInstanceClass: 'db.t3.micro',
    Engine: 'postgres',
    AllocatedStorage: 20,
  };
  await new RDSClient(options).send(new CreateDBInstanceCommand(db));
  const elb = new ElasticLoadBalancingV2Client(options);
  const subnets = (Subnets ?? []).slice(0, 2).map(({ SubnetId }) => SubnetId ?? '');
  const made = await elb.send(new CreateLoadBalancerCommand({ Name: 'lb-1', Subnets: subnets }));
  const group = { Name: 'tg-1', Protocol: 'HTTP', Port: 80, VpcId: Subnets?.[0]?.VpcId } as const;
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(group));
  const arns = [made.LoadBalancers?.[0]?.LoadBalancerArn ?? '', TargetGroups?.[0]?.TargetGroupArn ?? ''];
  await elb.send(new AddTagsCommand({ ResourceArns: arns, Tags: [{ Key: 'team', Value: 'core' }] }));
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: arns[1], Targets: [{ Id: instanceId }] }));
}

async function scan() {
  await app.scanner.start({ regions: [REGION], services: SERVICES });
  await app.scanner.idle();
  const { run } = await app.scanner.status();
  const cells = await allCells(app.scanner);
  if (!run) throw new Error('no run');
  return { run, cells };
}
/** Everything stored, by name, without what tells of the reading itself. */
async function stored(): Promise<Omit<Resource, 'asOf' | 'revision' | 'unknown'>[]> {
  const rows = await app.storage.estate.byAccount(ACCOUNT);
  const all = await Promise.all(rows.map(({ id }) => app.storage.estate.get(id)));
  return all
    .filter((resource) => resource !== null)
    .map(({ asOf: _asOf, revision: _revision, unknown: _unknown, ...content }) => steady(content))
    .toSorted((a, b) => a.id.localeCompare(b.id));
}
/** Without the one time that moves by itself. */
const steady = <T>(content: T): T =>
  JSON.parse(JSON.stringify(content, (key, value) => (key === 'LatestRestorableTime' ? undefined : value)));
const LISTING =
  /^(Describe(Instances|Volumes|Vpcs|Subnets|SecurityGroups|DBInstances|LoadBalancers|TargetGroups)|List(Tables|Queues)|GET \/)$/;
const isListing = ({ operation }: AwsCall) => LISTING.test(operation);

test.each(FOREIGN_WAYS)(
  'in front of every listing, %s: the rows stay, and every cell says so',
  async (way) => {
    const before = await stored();
    proxy.add({ kind: 'foreign', way, when: isListing });
    const { run, cells } = await scan();
    expect(await stored()).toEqual(before);
    expect(run).toMatchObject({ removed: 0, found: 0, cellsFailed: SERVICES.length });
    for (const service of SERVICES) {
      const cell = cells.find((one) => one.service === service);
      expect(cell).toMatchObject({ status: 'failed', message: expect.stringContaining("not AWS's answer") });
    }
    expect(run.message).toContain('Nothing could be read.');
  },
);

test.each(FOREIGN_WAYS)(
  'a refresh that is answered with %s does not say that AWS no longer has it',
  async (way) => {
    const before = await stored();
    proxy.add({ kind: 'foreign', way, when: isListing });
    for (const resource of before.filter(({ name }) => ['db-1', 'lb-1', 'tg-1'].includes(name))) {
      await expect(app.scanner.refresh(resource)).rejects.toMatchObject({
        code: 'AWS_FAILED',
        message: expect.stringContaining("not AWS's answer"),
      });
    }
    expect(await stored()).toEqual(before);
  },
);

test.each<[string, (call: AwsCall) => boolean]>([
  ['DescribeTable', ({ operation }) => operation === 'DescribeTable'],
  ['ListTagsOfResource', ({ operation }) => operation === 'ListTagsOfResource'],
  ['GetQueueAttributes', ({ operation }) => operation === 'GetQueueAttributes'],
  ['ListQueueTags', ({ operation }) => operation === 'ListQueueTags'],
  ['DescribeTags', ({ operation }) => operation === 'DescribeTags'],
  ['DescribeTargetHealth', ({ operation }) => operation === 'DescribeTargetHealth'],
  ['GetBucketTagging', ({ path }) => path.includes('?tagging')],
  ['GetPublicAccessBlock', ({ path }) => path.includes('?publicAccessBlock')],
  ['GetBucketLocation', ({ path }) => path.includes('?location')],
])('%s denied, or answered by somebody else, erases nothing', async (_what, when) => {
  const before = await stored();
  for (const fault of [{ kind: 'deny' as const }, { kind: 'foreign' as const, way: 'page' as const }]) {
    proxy.add({ ...fault, when });
    const { run } = await scan();
    expect(await stored()).toEqual(before);
    expect(run).toMatchObject({ removed: 0, cellsFailed: 0 });
    proxy.clear();
  }
});

const ENDS = [
  ...FOREIGN_WAYS.map((way) => ['stop or start', way] as const),
  ['terminate', 'withoutMember'] as const,
];
test.each(ENDS)('after a %s, %s is no seen end: only AWS’s own answer verifies', async (what, way) => {
  const rows = await app.storage.estate.byType('ec2_instance');
  const target = rows.find(({ nativeId }) => nativeId === instanceId);
  if (!target) throw new Error('no instance');
  const state = (await app.scanner.refresh(target))?.state;
  const change = what === 'terminate' ? 'ec2.terminate' : state === 'stopped' ? 'ec2.start' : 'ec2.stop';
  const { plan } = await app.execution.propose(change, target.id);
  const sent = proxy.sent.length;
  let foreign = 0;
  proxy.add({
    kind: 'foreign',
    way,
    times: 3,
    when: ({ operation }) => {
      const changed = proxy.sent
        .slice(sent)
        .some(({ call }) => /^(Stop|Start|Terminate)I/.test(call.operation));
      const strikes = operation === 'DescribeInstances' && changed;
      if (strikes) foreign += 1;
      return strikes;
    },
  });
  const { planId, digest, confirmName } = plan;
  const approval = { planId, digest, typedName: confirmName ?? undefined };
  const { execution } = await app.execution.approve(approval, ANA);
  const executionId = execution?.executionId ?? '';
  const record = () => app.storage.journal.execution(executionId);
  await expect.poll(async () => (await record())?.state, { timeout: 30_000 }).toBe('succeeded');
  expect(foreign).toBe(3);
  expect((await record())?.targets[0]?.stateNow).toBe(plan.expectedState);
  expect(JSON.stringify(await app.storage.journal.log(executionId, 0, 100))).toContain("not AWS's answer");
});
