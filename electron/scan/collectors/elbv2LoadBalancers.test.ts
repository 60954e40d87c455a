import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { elbv2LoadBalancers } from './elbv2LoadBalancers.ts';

const arn = (n: number) => `arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/lb-${n}/abc`;
const balancer = (n: number) => ({
  LoadBalancerArn: arn(n),
  LoadBalancerName: `lb-${n}`,
  State: { Code: 'active' },
  Type: 'application',
  VpcId: 'vpc-1',
  AvailabilityZones: [{ ZoneName: 'us-east-1a', SubnetId: 'subnet-1' }],
  SecurityGroups: ['sg-1'],
});

test('tags are asked for twenty at a time, the most AWS takes, and reach their own balancer', async () => {
  const aws = cannedAws({
    DescribeLoadBalancersCommand: () => ({
      LoadBalancers: Array.from({ length: 45 }, (_, n) => balancer(n)),
    }),
    DescribeTagsCommand: ({ ResourceArns }) => ({
      TagDescriptions: (ResourceArns as string[]).map((ResourceArn) => ({
        ResourceArn,
        Tags: [{ Key: 'arn', Value: ResourceArn }],
      })),
    }),
  });
  const found = await aws.collect(elbv2LoadBalancers);
  expect(found.map(({ tags }) => tags.arn)).toEqual(found.map(({ nativeId }) => nativeId));
  const sizes = aws.sent('DescribeTagsCommand').map(({ input }) => (input.ResourceArns as string[]).length);
  expect(sizes).toEqual([20, 20, 5]);
  expect(found[0]).toMatchObject({
    name: 'lb-0',
    state: 'active',
    facts: { Type: 'application', AvailabilityZones: 'us-east-1a' },
    relations: [
      { kind: 'in', resourceType: 'ec2_vpc', nativeId: 'vpc-1' },
      { kind: 'in', resourceType: 'ec2_subnet', nativeId: 'subnet-1' },
      { kind: 'uses', resourceType: 'ec2_security_group', nativeId: 'sg-1' },
    ],
  });
});

test('denied tags make the cell partial, a deleted balancer is null', async () => {
  const aws = cannedAws({
    DescribeLoadBalancersCommand: ({ LoadBalancerArns }) => {
      if (LoadBalancerArns) throw awsError('LoadBalancerNotFound');
      return { LoadBalancers: [balancer(1)] };
    },
    DescribeTagsCommand: () => {
      throw awsError('AccessDenied', 403);
    },
  });
  expect(await aws.collect(elbv2LoadBalancers)).toMatchObject([{ name: 'lb-1', tags: {} }]);
  expect(aws.partial).toHaveLength(1);
  expect(await aws.describe(elbv2LoadBalancers, arn(9))).toBeNull();
});

const many = Array.from({ length: 20 }, (_, at) => ({
  LoadBalancerName: `lb-${at}`,
  LoadBalancerArn: `arn:${at}`,
}));
test.each([
  ['gone', 'LoadBalancerNotFound', 400],
  ['denied', 'AccessDenied', 403],
])('one that is %s costs the other nineteen of its batch nothing', async (what, code, status) => {
  const aws = cannedAws({
    DescribeLoadBalancersCommand: () => ({ LoadBalancers: many }),
    DescribeTagsCommand: ({ ResourceArns }) => {
      const arns = ResourceArns as string[];
      if (arns.includes('arn:7')) throw awsError(code, status);
      return {
        TagDescriptions: arns.map((ResourceArn) => ({ ResourceArn, Tags: [{ Key: 'a', Value: '1' }] })),
      };
    },
  });
  const found = await aws.collect(elbv2LoadBalancers);
  expect(found).toHaveLength(20);
  for (const { arn, tags } of found) expect(tags).toEqual(arn === 'arn:7' ? {} : { a: '1' });
  const own = found.find(({ arn }) => arn === 'arn:7');
  if (what === 'denied') expect(own?.unknown?.tags).toContain('elasticloadbalancing:DescribeTags on arn:7');
  expect(aws.partial).toHaveLength(what === 'denied' ? 1 : 0);
});

test('an answer that names not all that were asked for leaves those unknown', async () => {
  const aws = cannedAws({
    DescribeLoadBalancersCommand: () => ({ LoadBalancers: many.slice(0, 2) }),
    DescribeTagsCommand: () => ({ TagDescriptions: [{ ResourceArn: 'arn:0', Tags: [] }] }),
  });
  const [first, second] = await aws.collect(elbv2LoadBalancers);
  expect(first?.unknown).toBeUndefined();
  expect(second?.unknown).toHaveProperty('tags');
});
