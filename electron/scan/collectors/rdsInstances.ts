import type { DBInstance } from '@aws-sdk/client-rds';
import { untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { orNull, relation, scopeOf, tagsOf, theOne, toResource } from './common.ts';

/** RDS answers at most 100 per page. It also lists the instances of Neptune and DocumentDB. */
const PAGE = 100;

export const rdsInstances: Collector = {
  service: 'rds',
  global: false,
  resourceTypes: ['rds_instance'],
  listAction: 'rds:DescribeDBInstances',

  async *collect(context) {
    const { sdk, client } = await load(context);
    const pages = sdk.paginateDescribeDBInstances(
      { client, pageSize: PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ Marker }) => Marker)) {
      yield (page.DBInstances ?? []).flatMap((instance) => toDbInstance(context, instance));
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await load(context);
    const answer = await orNull(['DBInstanceNotFound', 'DBInstanceNotFoundFault'], () =>
      client.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: nativeId }), {
        abortSignal: context.signal,
      }),
    );
    if (answer === null) return null;
    const instance = theOne(
      'rds:DescribeDBInstances',
      nativeId,
      answer.DBInstances,
      (one) => one.DBInstanceIdentifier,
    );
    return toDbInstance(context, instance)[0] ?? null;
  },
};

async function load(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-rds');
  return { sdk, client: context.clients.client(sdk.RDSClient, scopeOf(context)) };
}

function toDbInstance(context: CollectContext, db: DBInstance): CollectedResource[] {
  const id = db.DBInstanceIdentifier;
  if (!id) return [];
  const group = db.DBSubnetGroup;
  return [
    toResource(context, {
      resourceType: 'rds_instance',
      service: 'rds',
      nativeId: id,
      name: id,
      arn: db.DBInstanceArn ?? `arn:${context.partition}:rds:${context.region}:${context.accountId}:db:${id}`,
      state: db.DBInstanceStatus,
      tags: tagsOf(db.TagList),
      createdAt: db.InstanceCreateTime,
      facts: {
        Engine: db.Engine,
        EngineVersion: db.EngineVersion,
        DBInstanceClass: db.DBInstanceClass,
        AllocatedStorage: db.AllocatedStorage,
        StorageType: db.StorageType,
        StorageEncrypted: db.StorageEncrypted,
        MultiAZ: db.MultiAZ,
        AvailabilityZone: db.AvailabilityZone,
        Endpoint: db.Endpoint?.Address,
        Port: db.Endpoint?.Port,
        PubliclyAccessible: db.PubliclyAccessible,
        BackupRetentionPeriod: db.BackupRetentionPeriod,
        LatestRestorableTime: db.LatestRestorableTime,
        DBClusterIdentifier: db.DBClusterIdentifier,
        AutomaticRestartTime: db.AutomaticRestartTime,
      },
      relations: [
        relation('in', 'ec2_vpc', group?.VpcId),
        ...(group?.Subnets ?? []).map((subnet) => relation('in', 'ec2_subnet', subnet.SubnetIdentifier)),
        ...(db.VpcSecurityGroups ?? []).map((member) =>
          relation('uses', 'ec2_security_group', member.VpcSecurityGroupId),
        ),
        relation('replica_of', 'rds_instance', db.ReadReplicaSourceDBInstanceIdentifier),
      ],
      constraints: constraintsOf(db),
      raw: db,
    }),
  ];
}

/**
 * RDS refuses StopDBInstance for members of a cluster, for read replicas and their sources, and for SQL
 * Server in several zones. Facts that AWS did not give stay unknown.
 */
function constraintsOf(db: DBInstance): Record<string, boolean> {
  const hasReplicas =
    (db.ReadReplicaDBInstanceIdentifiers ?? []).length > 0 ||
    (db.ReadReplicaDBClusterIdentifiers ?? []).length > 0;
  const multiAzSqlServer = Boolean(db.MultiAZ) && Boolean(db.Engine?.startsWith('sqlserver'));
  return {
    can_stop:
      !db.DBClusterIdentifier &&
      !hasReplicas &&
      !db.ReadReplicaSourceDBInstanceIdentifier &&
      !multiAzSqlServer,
    has_read_replicas: hasReplicas,
    ...(db.MultiAZ !== undefined && { multi_az: db.MultiAZ }),
    ...(db.DeletionProtection !== undefined && { deletion_protection: db.DeletionProtection }),
  };
}
