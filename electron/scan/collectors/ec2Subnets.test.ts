import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { ec2Subnets } from './ec2Subnets.ts';

test('a subnet stands in its VPC, and keeps a count of zero free addresses', async () => {
  const aws = cannedAws({
    DescribeSubnetsCommand: () => ({
      Subnets: [
        {
          SubnetId: 'subnet-1',
          SubnetArn: 'arn:aws:ec2:us-east-1:999988887777:subnet/subnet-1',
          State: 'available',
          VpcId: 'vpc-1',
          CidrBlock: '10.0.1.0/28',
          AvailabilityZone: 'us-east-1a',
          AvailableIpAddressCount: 0,
          OwnerId: '999988887777',
        },
      ],
    }),
  });
  expect(await aws.collect(ec2Subnets)).toMatchObject([
    {
      name: 'subnet-1',
      arn: 'arn:aws:ec2:us-east-1:999988887777:subnet/subnet-1',
      facts: { AvailableIpAddressCount: 0, AvailabilityZone: 'us-east-1a' },
      relations: [{ kind: 'in', resourceType: 'ec2_vpc', nativeId: 'vpc-1' }],
    },
  ]);
});

test('a deleted subnet is null', async () => {
  const aws = cannedAws({
    DescribeSubnetsCommand: () => {
      throw awsError('InvalidSubnetID.NotFound');
    },
  });
  expect(await aws.describe(ec2Subnets, 'subnet-9')).toBeNull();
});
