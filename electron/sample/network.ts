import type { SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { SampleAccount } from './accounts.ts';
import { hex, pick } from './ids.ts';

/** The VPC of one account and region with its subnets and security groups, in the SDK's shapes. */
export interface Network {
  vpc: Vpc;
  subnets: Subnet[];
  securityGroups: SecurityGroup[];
}

const TIERS = ['public', 'private', 'data'] as const;
const GROUPS = [
  { name: 'alb-public', description: 'HTTPS from the internet', port: 443, cidr: '0.0.0.0/0' },
  { name: 'app', description: 'HTTP from the load balancers', port: 8080, cidr: '10.0.0.0/8' },
  { name: 'database', description: 'PostgreSQL from the app tier', port: 5432, cidr: '10.0.0.0/8' },
  { name: 'bastion-ssh', description: 'SSH from the office network', port: 22, cidr: '198.51.100.0/24' },
] as const;

export function sampleNetwork(account: SampleAccount, region: string): Network {
  const seed = `${account.accountId} ${region}`;
  const name = `${account.env}-${region}`;
  const second = 10 + pick(seed, 200);
  const VpcId = `vpc-${hex(`${seed} vpc`, 17)}`;
  const common = [
    { Key: 'env', Value: account.env },
    { Key: 'managed-by', Value: 'terraform' },
  ];
  return {
    vpc: {
      VpcId,
      CidrBlock: `10.${second}.0.0/16`,
      State: 'available',
      IsDefault: false,
      OwnerId: account.accountId,
      DhcpOptionsId: `dopt-${hex(`${seed} dopt`, 17)}`,
      InstanceTenancy: 'default',
      Tags: [{ Key: 'Name', Value: `${name}-vpc` }, ...common],
    },
    subnets: TIERS.map((tier, index) => ({
      SubnetId: `subnet-${hex(`${seed} ${tier}`, 17)}`,
      SubnetArn: `arn:aws:ec2:${region}:${account.accountId}:subnet/subnet-${hex(`${seed} ${tier}`, 17)}`,
      VpcId,
      CidrBlock: `10.${second}.${index * 32}.0/19`,
      AvailabilityZone: `${region}${'abc'[index] ?? 'a'}`,
      AvailableIpAddressCount: 8_187 - pick(`${seed} ${tier}`, 400),
      MapPublicIpOnLaunch: tier === 'public',
      State: 'available',
      OwnerId: account.accountId,
      Tags: [
        { Key: 'Name', Value: `${name}-${tier}-${'abc'[index] ?? 'a'}` },
        { Key: 'tier', Value: tier },
        ...common,
      ],
    })),
    securityGroups: GROUPS.map(({ name: group, description, port, cidr }) => ({
      GroupId: `sg-${hex(`${seed} ${group}`, 17)}`,
      GroupName: `${account.env}-${group}`,
      Description: description,
      OwnerId: account.accountId,
      VpcId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: cidr }] }],
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      Tags: [{ Key: 'Name', Value: `${account.env}-${group}` }, ...common],
    })),
  };
}
