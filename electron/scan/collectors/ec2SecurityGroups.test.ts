import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { ec2SecurityGroups } from './ec2SecurityGroups.ts';

const group = {
  GroupId: 'sg-1',
  GroupName: 'web-in',
  Description: 'web',
  VpcId: 'vpc-1',
  OwnerId: '111122223333',
  IpPermissions: [
    { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
    { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-1' }, { GroupId: 'sg-2' }, { GroupId: 'sg-2' }] },
  ],
  IpPermissionsEgress: [{ IpProtocol: '-1' }],
};

test('a group without a Name tag goes by its group name, shows openness and the groups it lets in', async () => {
  const aws = cannedAws({ DescribeSecurityGroupsCommand: () => ({ SecurityGroups: [group] }) });
  expect(await aws.collect(ec2SecurityGroups)).toMatchObject([
    {
      name: 'web-in',
      state: null,
      arn: 'arn:aws:ec2:us-east-1:111122223333:security-group/sg-1',
      facts: { InboundRules: 2, OutboundRules: 1, OpenToInternet: true },
      relations: [
        { kind: 'in', resourceType: 'ec2_vpc', nativeId: 'vpc-1' },
        { kind: 'uses', resourceType: 'ec2_security_group', nativeId: 'sg-2' },
      ],
    },
  ]);
  expect(aws.calls[0]?.input.MaxResults).toBe(1_000);
});

test('a deleted group is null', async () => {
  const aws = cannedAws({
    DescribeSecurityGroupsCommand: () => {
      throw awsError('InvalidGroup.NotFound');
    },
  });
  expect(await aws.describe(ec2SecurityGroups, 'sg-9')).toBeNull();
});
