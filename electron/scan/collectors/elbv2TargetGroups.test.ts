import { expect, test } from 'vitest';
import { awsError, cannedAws, HERE } from '../fixtures/cannedAws.ts';
import { elbv2TargetGroups } from './elbv2TargetGroups.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/abc';
const LB = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/1';
const group = {
  TargetGroupArn: ARN,
  TargetGroupName: 'web',
  Protocol: 'HTTP',
  Port: 80,
  TargetType: 'instance',
  VpcId: 'vpc-1',
  LoadBalancerArns: [LB],
};
const answers = {
  DescribeTargetGroupsCommand: () => ({ TargetGroups: [group] }),
  DescribeTagsCommand: () => ({
    TagDescriptions: [{ ResourceArn: ARN, Tags: [{ Key: 'env', Value: 'prod' }] }],
  }),
  DescribeTargetHealthCommand: () => ({
    TargetHealthDescriptions: [
      { Target: { Id: 'i-1' }, TargetHealth: { State: 'healthy' } },
      { Target: { Id: 'i-2' }, TargetHealth: { State: 'unhealthy' } },
    ],
  }),
};

test('a group names its balancer and the instances it sends traffic to', async () => {
  const aws = cannedAws(answers);
  expect(await aws.collect(elbv2TargetGroups)).toMatchObject([
    {
      name: 'web',
      nativeId: ARN,
      tags: { env: 'prod' },
      facts: { Targets: 2, HealthyTargets: 1, Port: 80 },
      relations: [
        { kind: 'in', ...HERE, resourceType: 'ec2_vpc', nativeId: 'vpc-1' },
        { kind: 'attached_to', ...HERE, resourceType: 'elbv2_load_balancer', nativeId: LB },
        { kind: 'targets', ...HERE, resourceType: 'ec2_instance', nativeId: 'i-1' },
        { kind: 'targets', ...HERE, resourceType: 'ec2_instance', nativeId: 'i-2' },
      ],
    },
  ]);
});

test('a function behind a group is related by its name; addresses are related to nothing', async () => {
  const target = (Id: string) => ({ TargetHealthDescriptions: [{ Target: { Id } }] });
  const of = (TargetType: string, id: string) =>
    cannedAws({
      ...answers,
      DescribeTargetGroupsCommand: () => ({ TargetGroups: [{ TargetGroupArn: ARN, TargetType }] }),
      DescribeTargetHealthCommand: () => target(id),
    });
  const fn = of('lambda', 'arn:aws:lambda:us-east-1:111122223333:function:resize:live');
  expect((await fn.describe(elbv2TargetGroups, ARN))?.relations).toEqual([
    { kind: 'targets', ...HERE, resourceType: 'lambda_function', nativeId: 'resize' },
  ]);
  expect((await of('ip', '10.0.0.7').describe(elbv2TargetGroups, ARN))?.relations).toEqual([]);
});

test('denied health makes the cell partial; a deleted group is null', async () => {
  const aws = cannedAws({
    ...answers,
    DescribeTargetGroupsCommand: ({ TargetGroupArns }) => {
      if (TargetGroupArns) throw awsError('TargetGroupNotFound');
      return { TargetGroups: [group] };
    },
    DescribeTargetHealthCommand: () => {
      throw awsError('AccessDenied', 403);
    },
  });
  expect(await aws.collect(elbv2TargetGroups)).toHaveLength(1);
  expect(aws.partial).toEqual([expect.stringContaining('DescribeTargetHealth')]);
  expect(await aws.describe(elbv2TargetGroups, ARN)).toBeNull();
});
