import { expect, test } from 'vitest';
import { awsError, type CannedAnswers, cannedAws } from '../fixtures/cannedAws.ts';
import { collectors } from './index.ts';

/** What each kind of thing is asked by, an answer without it, and the code that says that it is gone. */
const ASKED: Record<string, [command: string, empty: object, gone: string]> = {
  ec2_instance: ['DescribeInstancesCommand', { Reservations: [] }, 'InvalidInstanceID.NotFound'],
  ec2_volume: ['DescribeVolumesCommand', { Volumes: [] }, 'InvalidVolume.NotFound'],
  ec2_vpc: ['DescribeVpcsCommand', { Vpcs: [] }, 'InvalidVpcID.NotFound'],
  ec2_subnet: ['DescribeSubnetsCommand', { Subnets: [] }, 'InvalidSubnetID.NotFound'],
  ec2_security_group: ['DescribeSecurityGroupsCommand', { SecurityGroups: [] }, 'InvalidGroup.NotFound'],
  rds_instance: ['DescribeDBInstancesCommand', { DBInstances: [] }, 'DBInstanceNotFound'],
  s3_bucket: ['GetBucketLocationCommand', {}, 'NoSuchBucket'],
  lambda_function: ['GetFunctionCommand', {}, 'ResourceNotFoundException'],
  elbv2_load_balancer: ['DescribeLoadBalancersCommand', { LoadBalancers: [] }, 'LoadBalancerNotFound'],
  elbv2_target_group: ['DescribeTargetGroupsCommand', { TargetGroups: [] }, 'TargetGroupNotFound'],
  dynamodb_table: ['DescribeTableCommand', {}, 'ResourceNotFoundException'],
  sqs_queue: ['GetQueueAttributesCommand', {}, 'QueueDoesNotExist'],
};
const listing: CannedAnswers = { ListBucketsCommand: () => ({ Buckets: [] }) };

test.each(collectors.map((collector) => [collector.resourceTypes[0] ?? '', collector] as const))(
  '%s: an answer without what was asked for is no word that it is gone; the code is',
  async (type, collector) => {
    const [command, empty, gone] = ASKED[type] ?? ['', {}, ''];
    for (const answer of [empty, {}]) {
      const aws = cannedAws({ ...listing, [command]: () => answer });
      await expect(aws.describe(collector, 'x')).rejects.toMatchObject({ code: 'AWS_FAILED' });
    }
    const aws = cannedAws({
      ...listing,
      [command]: () => {
        throw awsError(gone, 404);
      },
    });
    expect(await aws.describe(collector, 'x')).toBeNull();
  },
);

test('another instance than the one asked for is no answer', async () => {
  const other = { Reservations: [{ Instances: [{ InstanceId: 'i-2' }] }] };
  const aws = cannedAws({ DescribeInstancesCommand: () => other });
  const [ec2Instances] = collectors;
  if (!ec2Instances) throw new Error('no collector');
  await expect(aws.describe(ec2Instances, 'i-1')).rejects.toMatchObject({ code: 'AWS_FAILED' });
});
