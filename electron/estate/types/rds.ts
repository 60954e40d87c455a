import type { DBInstance } from '@aws-sdk/client-rds';
import type { Relation } from '../../../preload/contract/models.ts';
import { asRead, links, placeOfArn, tagsOf } from '../reading.ts';
import { type Place, type Stored, typeSpec } from '../typeSpec.ts';

/** RDS also lists the instances of Neptune and DocumentDB: `Engine` tells. */
export const rdsInstance = typeSpec<Stored<DBInstance>>({
  id: 'rds_instance',
  service: 'rds',
  scope: 'region',
  details: [],
  readVersion: 1,
  volatile: ['facts.LatestRestorableTime', 'raw.LatestRestorableTime', 'raw.PercentProgress'],
  ordered: [],
  read(db, at) {
    const id = db.DBInstanceIdentifier;
    if (!id) return null;
    const group = db.DBSubnetGroup;
    return asRead({
      nativeId: id,
      name: id,
      arn: db.DBInstanceArn ?? `arn:${at.partition}:rds:${at.region}:${at.accountId}:db:${id}`,
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
        links(at, 'in', 'ec2_vpc', group?.VpcId),
        links(
          at,
          'in',
          'ec2_subnet',
          (group?.Subnets ?? []).map(({ SubnetIdentifier }) => SubnetIdentifier),
        ),
        links(
          at,
          'uses',
          'ec2_security_group',
          (db.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
        ),
        sourceOf(db.ReadReplicaSourceDBInstanceIdentifier, at),
      ],
      constraints: constraintsOf(db),
    });
  },
});

/** RDS names a source in the same region and account by its identifier, any other by its ARN. */
function sourceOf(source: string | undefined, at: Place): Relation[] {
  const id = source && /^arn:[^:]+:rds:[^:]+:\d{12}:db:(.+)$/.exec(source)?.[1];
  if (!source || !id) return links(at, 'replica_of', 'rds_instance', source);
  return links({ ...at, ...placeOfArn(source, at) }, 'replica_of', 'rds_instance', id);
}

/**
 * RDS refuses StopDBInstance for members of a cluster, for read replicas and their sources, and for SQL
 * Server in several zones. Facts that AWS did not give stay unknown.
 */
function constraintsOf(db: Stored<DBInstance>): Record<string, boolean> {
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
