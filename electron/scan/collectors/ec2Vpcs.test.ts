import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { ec2Vpcs } from './ec2Vpcs.ts';

test('a VPC has its blocks and whose it is', async () => {
  const aws = cannedAws({
    DescribeVpcsCommand: () => ({
      Vpcs: [
        {
          VpcId: 'vpc-1',
          State: 'available',
          CidrBlock: '10.0.0.0/16',
          IsDefault: false,
          OwnerId: '999988887777',
          Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: '2600:1f18::/56' }],
          Tags: [{ Key: 'Name', Value: 'core' }],
        },
      ],
    }),
  });
  expect(await aws.collect(ec2Vpcs)).toMatchObject([
    {
      name: 'core',
      arn: 'arn:aws:ec2:us-east-1:999988887777:vpc/vpc-1',
      accountId: '111122223333',
      facts: { CidrBlock: '10.0.0.0/16', Ipv6CidrBlock: '2600:1f18::/56', IsDefault: false },
    },
  ]);
});

test('a deleted VPC is null', async () => {
  const aws = cannedAws({
    DescribeVpcsCommand: () => {
      throw awsError('InvalidVpcID.NotFound');
    },
  });
  expect(await aws.describe(ec2Vpcs, 'vpc-9')).toBeNull();
});
