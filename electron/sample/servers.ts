import type { Instance, Volume } from '@aws-sdk/client-ec2';
import type { DBInstance } from '@aws-sdk/client-rds';
import { SAMPLE_APPS, type SampleAccount } from './accounts.ts';
import { choose, hex, pick } from './ids.ts';
import type { Network } from './network.ts';

export interface Servers {
  instances: Instance[];
  volumes: Volume[];
  databases: DBInstance[];
}

interface Place {
  account: SampleAccount;
  region: string;
  network: Network;
}

const launched = (words: string) =>
  new Date(Date.UTC(2026, pick(`${words} month`, 10), 1 + pick(`${words} day`, 27), 6, 30));

export function appsOf(account: SampleAccount) {
  return SAMPLE_APPS.filter(({ data }) => data === (account.alias === 'analytics-account'));
}

export function sampleServers(place: Place): Servers {
  const { account, region } = place;
  const servers: Servers = { instances: [], volumes: [], databases: [] };
  for (const { app, team } of appsOf(account)) {
    for (let index = 1; index <= 1 + pick(`${account.accountId} ${region} ${app} size`, 2); index += 1) {
      addInstance(servers, place, {
        name: `${app}-${account.env === 'staging' ? 'stg' : 'prod'}-web-0${index}`,
        app,
        team,
      });
    }
    if (pick(`${region} ${app} db`, 2) === 0) servers.databases.push(database(place, `${app}-db`, app, team));
  }
  addInstance(servers, place, { name: `${account.env}-bastion`, app: 'bastion', team: 'platform' });
  if (region === 'us-west-2' && account.env === 'production') {
    servers.databases.push(database(place, 'pg-instance-main1', 'main', 'backend'));
    servers.databases.push(database(place, 'pg-instance-main2', 'main', 'backend'));
  }
  return servers;
}

function addInstance(
  servers: Servers,
  place: Place,
  what: { name: string; app: string; team: string },
): void {
  const { account, region, network } = place;
  const seed = `${account.accountId} ${region} ${what.name}`;
  const InstanceId = `i-${hex(seed, 17)}`;
  const subnet = network.subnets[what.app === 'bastion' ? 0 : 1];
  const group = network.securityGroups[what.app === 'bastion' ? 3 : 1];
  const stopped = pick(`${seed} state`, 7) === 0;
  const tags = [
    { Key: 'Name', Value: what.name },
    { Key: 'env', Value: account.env },
    { Key: 'app', Value: what.app },
    { Key: 'team', Value: what.team },
  ];
  const VolumeId = `vol-${hex(seed, 17)}`;
  servers.instances.push({
    InstanceId,
    InstanceType: choose(`${seed} type`, ['t3.medium', 'm7g.large', 'c7g.xlarge', 't3.small']),
    State: stopped ? { Code: 80, Name: 'stopped' } : { Code: 16, Name: 'running' },
    ImageId: `ami-${hex(`${region} image`, 17)}`,
    Architecture: 'x86_64',
    RootDeviceType: 'ebs',
    RootDeviceName: '/dev/xvda',
    PlatformDetails: 'Linux/UNIX',
    LaunchTime: launched(seed),
    Placement: { AvailabilityZone: subnet?.AvailabilityZone, Tenancy: 'default' },
    PrivateIpAddress: `10.${pick(seed, 250)}.32.${1 + pick(`${seed} ip`, 250)}`,
    PrivateDnsName: `ip-10-0-32-${1 + pick(`${seed} ip`, 250)}.${region}.compute.internal`,
    VpcId: network.vpc.VpcId,
    SubnetId: subnet?.SubnetId,
    SecurityGroups: [{ GroupId: group?.GroupId, GroupName: group?.GroupName }],
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: { VolumeId, Status: 'attached', DeleteOnTermination: true, AttachTime: launched(seed) },
      },
    ],
    Tags: tags,
  });
  servers.volumes.push({
    VolumeId,
    VolumeType: 'gp3',
    Size: choose(`${seed} disk`, [30, 50, 100, 200]),
    Iops: 3_000,
    Throughput: 125,
    Encrypted: pick(`${seed} encrypted`, 4) !== 0,
    State: 'in-use',
    AvailabilityZone: subnet?.AvailabilityZone,
    CreateTime: launched(seed),
    Attachments: [
      { InstanceId, VolumeId, Device: '/dev/xvda', State: 'attached', DeleteOnTermination: true },
    ],
    Tags: [{ Key: 'Name', Value: `${what.name}-root` }, ...tags.slice(1)],
  });
}

function database({ account, region, network }: Place, id: string, app: string, team: string): DBInstance {
  const seed = `${account.accountId} ${region} ${id}`;
  const name = id.startsWith('pg-') ? id : `${id}-${account.env === 'staging' ? 'stg' : 'prod'}`;
  const postgres = id.startsWith('pg-') || pick(`${seed} engine`, 3) !== 0;
  const stopped = !id.startsWith('pg-') && pick(`${seed} state`, 5) === 0;
  return {
    DBInstanceIdentifier: name,
    DBInstanceArn: `arn:aws:rds:${region}:${account.accountId}:db:${name}`,
    DbiResourceId: `db-${hex(seed, 26).toUpperCase()}`,
    DBInstanceClass: choose(`${seed} class`, ['db.t3.medium', 'db.m7g.large', 'db.r7g.xlarge']),
    DBInstanceStatus: stopped ? 'stopped' : 'available',
    Engine: postgres ? 'postgres' : 'mysql',
    EngineVersion: postgres ? '16.4' : '8.0.39',
    DBName: app,
    MasterUsername: 'app_admin',
    Endpoint: {
      Address: `${name}.${hex(region, 12)}.${region}.rds.amazonaws.com`,
      Port: postgres ? 5432 : 3306,
    },
    AllocatedStorage: choose(`${seed} storage`, [100, 200, 500]),
    StorageType: 'gp3',
    StorageEncrypted: true,
    InstanceCreateTime: launched(seed),
    BackupRetentionPeriod: account.env === 'staging' ? 1 : 7,
    MultiAZ: account.env === 'production' && pick(`${seed} az`, 2) === 0,
    PubliclyAccessible: false,
    DeletionProtection: name === 'pg-instance-main2',
    AutoMinorVersionUpgrade: true,
    AvailabilityZone: `${region}a`,
    DBSubnetGroup: {
      DBSubnetGroupName: 'data',
      VpcId: network.vpc.VpcId,
      Subnets: [{ SubnetIdentifier: network.subnets[2]?.SubnetId }],
    },
    VpcSecurityGroups: [{ VpcSecurityGroupId: network.securityGroups[2]?.GroupId, Status: 'active' }],
    ReadReplicaDBInstanceIdentifiers: [],
    TagList: [
      { Key: 'env', Value: account.env },
      { Key: 'app', Value: app },
      { Key: 'team', Value: team },
    ],
  };
}
