import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FaultProxy } from './faultProxy.ts';
import { type AccessKey, type MotoServer, startMoto } from './moto.ts';

const ACCOUNT = '111122223333';
let moto: MotoServer;
let proxy: FaultProxy;
let key: AccessKey;
let config: { endpoint: string; region: string; credentials: AccessKey; maxAttempts: number };

beforeAll(async () => {
  moto = await startMoto();
  proxy = new FaultProxy(moto.url);
  key = await moto.seed('access_key', { account: ACCOUNT, user: 'tester' });
  config = { endpoint: await proxy.listen(), region: 'us-east-1', credentials: key, maxAttempts: 1 };
  await new STSClient(config).send(new GetCallerIdentityCommand());
});
afterEach(() => proxy.clear());
afterAll(async () => {
  await proxy.close();
  await moto.stop();
});

async function runOne(ec2: EC2Client): Promise<string> {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-12c6146b', MinCount: 1, MaxCount: 1 }),
  );
  return Instances?.[0]?.InstanceId ?? '';
}

test('a held transition shows the state on its way for exactly as many describes as asked', async () => {
  const ec2 = new EC2Client(config);
  const id = await runOne(ec2);
  proxy.holdTransitions(2);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  const states: (string | undefined)[] = [];
  for (let i = 0; i < 3; i += 1) {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    states.push(Reservations?.[0]?.Instances?.[0]?.State?.Name);
  }
  expect(states).toEqual(['stopping', 'stopping', 'stopped']);
});

test('a denial strikes only its account and action and never reaches moto', async () => {
  proxy.add({ kind: 'deny', account: ACCOUNT, service: 'ec2', operation: 'StopInstances' });
  const ec2 = new EC2Client(config);
  const id = await runOne(ec2);
  await expect(ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
  });
  expect(proxy.count({ operation: 'StopInstances' })).toBe(0);
  expect(proxy.count({ operation: 'RunInstances', account: ACCOUNT })).toBe(1);
});

test('a cut after the call counts as sent, a cut before does not', async () => {
  const ec2 = new EC2Client(config);
  const id = await runOne(ec2);
  proxy.add({ kind: 'cutBefore', operation: 'StopInstances', times: 1 });
  await expect(ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))).rejects.toThrow();
  expect(proxy.count({ operation: 'StopInstances' })).toBe(0);
  proxy.add({ kind: 'cutAfter', operation: 'StopInstances', times: 1 });
  await expect(ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))).rejects.toThrow();
  expect(proxy.count({ operation: 'StopInstances' })).toBe(1);
});

test('a throttle reads as a throttle, so that the SDK’s retry sees it', async () => {
  proxy.add({ kind: 'throttle', operation: 'DescribeInstances', times: 2 });
  const ec2 = new EC2Client({ ...config, maxAttempts: 4 });
  const { $metadata } = await ec2.send(new DescribeInstancesCommand({}));
  expect($metadata.attempts).toBe(3);
});
