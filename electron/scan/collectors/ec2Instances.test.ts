import { expect, test } from 'vitest';
import { awsError, cannedAws, HERE } from '../fixtures/cannedAws.ts';
import { ec2Instances } from './ec2Instances.ts';

const instance = {
  InstanceId: 'i-0a1',
  InstanceType: 't3.large',
  State: { Name: 'running', Code: 16 },
  LaunchTime: new Date('2026-11-20T08:00:00Z'),
  RootDeviceType: 'ebs',
  Placement: { AvailabilityZone: 'us-east-1a' },
  VpcId: 'vpc-1',
  SubnetId: 'subnet-1',
  SecurityGroups: [{ GroupId: 'sg-1' }, { GroupId: 'sg-2' }],
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-1', AttachTime: new Date('2025-01-02T03:04:05Z') } },
  ],
  Tags: [
    { Key: 'Name', Value: 'api-\u202Eprod\u200B' },
    { Key: 'env', Value: 'prod' },
  ],
};

test('every reservation of every page is read, with an explicit page size', async () => {
  const aws = cannedAws({
    DescribeInstancesCommand: ({ NextToken }) =>
      NextToken
        ? { Reservations: [{ Instances: [{ InstanceId: 'i-3' }] }] }
        : {
            NextToken: 'more',
            Reservations: [{ Instances: [instance, { InstanceId: 'i-2' }] }, { Instances: [] }],
          },
  });
  expect((await aws.collect(ec2Instances)).map(({ nativeId }) => nativeId)).toEqual(['i-0a1', 'i-2', 'i-3']);
  expect(aws.calls.map(({ input }) => input.MaxResults)).toEqual([1_000, 1_000]);
});

test('an instance has a harmless name, its first start, its relations and its raw answer as JSON', async () => {
  const aws = cannedAws({ DescribeInstancesCommand: () => ({ Reservations: [{ Instances: [instance] }] }) });
  const [found] = await aws.collect(ec2Instances);
  expect(found).toMatchObject({
    name: 'api-prod',
    arn: 'arn:aws:ec2:us-east-1:111122223333:instance/i-0a1',
    state: 'running',
    tags: { env: 'prod' },
    createdAt: '2025-01-02T03:04:05.000Z',
    facts: {
      InstanceType: 't3.large',
      AvailabilityZone: 'us-east-1a',
      LaunchTime: '2026-11-20T08:00:00.000Z',
    },
    constraints: { can_stop: true },
    raw: { LaunchTime: '2026-11-20T08:00:00.000Z' },
  });
  expect(found?.relations).toEqual([
    { kind: 'in', ...HERE, resourceType: 'ec2_vpc', nativeId: 'vpc-1' },
    { kind: 'in', ...HERE, resourceType: 'ec2_subnet', nativeId: 'subnet-1' },
    { kind: 'uses', ...HERE, resourceType: 'ec2_security_group', nativeId: 'sg-1' },
    { kind: 'uses', ...HERE, resourceType: 'ec2_security_group', nativeId: 'sg-2' },
  ]);
});

test('what would lose its disk when stopped cannot be stopped; of a spot instance its request tells', async () => {
  const aws = cannedAws({
    DescribeInstancesCommand: () => ({
      Reservations: [
        {
          Instances: [
            { ...instance, RootDeviceType: 'instance-store' },
            { ...instance, InstanceLifecycle: 'spot' },
          ],
        },
      ],
    }),
  });
  expect((await aws.collect(ec2Instances)).map(({ constraints }) => constraints.can_stop)).toEqual([
    false,
    undefined,
  ]);
});

test('an instance AWS no longer has is null, one it will not show is an error', async () => {
  const gone = cannedAws({
    DescribeInstancesCommand: () => {
      throw awsError('InvalidInstanceID.NotFound');
    },
  });
  expect(await gone.describe(ec2Instances, 'i-9')).toBeNull();
  expect(gone.calls[0]?.input).toEqual({ InstanceIds: ['i-9'] });
  const denied = cannedAws({
    DescribeInstancesCommand: () => {
      throw awsError('UnauthorizedOperation', 403);
    },
  });
  await expect(denied.describe(ec2Instances, 'i-9')).rejects.toThrow('UnauthorizedOperation');
});
