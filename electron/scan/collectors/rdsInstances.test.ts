import { expect, test } from 'vitest';
import { awsError, cannedAws, HERE } from '../fixtures/cannedAws.ts';
import { rdsInstances } from './rdsInstances.ts';

const database = {
  DBInstanceIdentifier: 'pg-1',
  DBInstanceArn: 'arn:aws:rds:us-east-1:111122223333:db:pg-1',
  DBInstanceStatus: 'Available',
  Engine: 'postgres',
  EngineVersion: '16.4',
  MultiAZ: true,
  DeletionProtection: false,
  DBSubnetGroup: { VpcId: 'vpc-1', Subnets: [{ SubnetIdentifier: 'subnet-1' }] },
  VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-1' }],
  Endpoint: { Address: 'pg-1.abc.us-east-1.rds.amazonaws.com', Port: 5432 },
  TagList: [{ Key: 'Name', Value: 'another name' }],
};

test('a database goes by its identifier, which is what RDS takes, not by its Name tag', async () => {
  const aws = cannedAws({ DescribeDBInstancesCommand: () => ({ DBInstances: [database] }) });
  const [found] = await aws.collect(rdsInstances);
  expect(found).toMatchObject({
    name: 'pg-1',
    nativeId: 'pg-1',
    state: 'available',
    tags: { Name: 'another name' },
    facts: { Engine: 'postgres', MultiAZ: true, Port: 5432 },
    constraints: { can_stop: true, multi_az: true, deletion_protection: false, has_read_replicas: false },
  });
  expect(found?.relations).toEqual([
    { kind: 'in', ...HERE, resourceType: 'ec2_vpc', nativeId: 'vpc-1' },
    { kind: 'in', ...HERE, resourceType: 'ec2_subnet', nativeId: 'subnet-1' },
    { kind: 'uses', ...HERE, resourceType: 'ec2_security_group', nativeId: 'sg-1' },
  ]);
  expect(aws.calls[0]?.input.MaxRecords).toBe(100);
});

test.each([
  ['a member of an Aurora cluster', { DBClusterIdentifier: 'aurora-1' }],
  ['the source of a replica', { ReadReplicaDBInstanceIdentifiers: ['pg-2'] }],
  ['a replica', { ReadReplicaSourceDBInstanceIdentifier: 'pg-0' }],
  ['SQL Server in several zones', { Engine: 'sqlserver-se' }],
])('RDS would refuse to stop %s', async (_what, change) => {
  const aws = cannedAws({
    DescribeDBInstancesCommand: () => ({ DBInstances: [{ ...database, ...change }] }),
  });
  expect((await aws.collect(rdsInstances))[0]?.constraints.can_stop).toBe(false);
});

test('what AWS did not say about a database stays unknown', async () => {
  const aws = cannedAws({
    DescribeDBInstancesCommand: () => ({ DBInstances: [{ DBInstanceIdentifier: 'x' }] }),
  });
  expect((await aws.describe(rdsInstances, 'x'))?.constraints).toEqual({
    can_stop: true,
    has_read_replicas: false,
  });
});

test('a replica names its source; a deleted database is null', async () => {
  const replica = { ...database, ReadReplicaSourceDBInstanceIdentifier: 'pg-0' };
  const aws = cannedAws({
    DescribeDBInstancesCommand: ({ DBInstanceIdentifier }) => {
      if (DBInstanceIdentifier === 'gone') throw awsError('DBInstanceNotFound', 404);
      return { DBInstances: [replica] };
    },
  });
  expect((await aws.describe(rdsInstances, 'pg-1'))?.relations).toContainEqual({
    kind: 'replica_of',
    ...HERE,
    resourceType: 'rds_instance',
    nativeId: 'pg-0',
  });
  expect(await aws.describe(rdsInstances, 'gone')).toBeNull();
});
