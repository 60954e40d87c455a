import type { ResourceType } from '../../../../preload/contract/models.ts';
import { type Concept, isFalse, isTrue, type ResourceView, type Wording, wordings } from './concept.ts';

type Entry = [
  id: string,
  label: string,
  types: ResourceType[] | undefined,
  holds: (view: ResourceView) => boolean | number | undefined,
  surely: string,
  loosely?: string,
];

const engine =
  (pattern: RegExp) =>
  (view: ResourceView): boolean =>
    pattern.test(view.text('Engine'));
const runtime =
  (pattern: RegExp) =>
  (view: ResourceView): boolean =>
    pattern.test(view.text('Runtime'));
const instance: ResourceType[] = ['ec2_instance'];
const database: ResourceType[] = ['rds_instance'];
const lambda: ResourceType[] = ['lambda_function'];
const balancer: ResourceType[] = ['elbv2_load_balancer'];
const table: ResourceType[] = ['dynamodb_table'];
const ENCRYPTION = [
  'StorageEncrypted',
  'Encrypted',
  'ServerSideEncryption',
  'KmsKeyId',
  'SSEDescription',
  'SqsManagedSseEnabled',
  'KmsMasterKeyId',
  'BucketEncryption',
];

const encryption = (view: ResourceView) => view.fact(...ENCRYPTION);
const isPublic = (view: ResourceView) =>
  isTrue(view.fact('PubliclyAccessible')) ||
  view.text('Scheme') === 'internet-facing' ||
  view.text('PublicIpAddress', 'PublicIp', 'PublicDnsName') !== '' ||
  isTrue(view.fact('MapPublicIpOnLaunch')) ||
  isTrue(view.fact('OpenToInternet', 'IsPublic', 'Public')) ||
  view.constraint('public') === true ||
  isFalse(view.fact('BlockPublicAccess', 'PublicAccessBlocked', 'BlockPublicAcls')) ||
  (view.named('public', 'external') && 0.8);
const isPrivate = (view: ResourceView) =>
  isFalse(view.fact('PubliclyAccessible')) ||
  view.text('Scheme') === 'internal' ||
  isFalse(view.fact('MapPublicIpOnLaunch')) ||
  isTrue(view.fact('BlockPublicAccess', 'PublicAccessBlocked', 'BlockPublicAcls')) ||
  (view.type === 'ec2_instance' && view.text('PublicIpAddress', 'PublicIp') === '' && 0.7) ||
  (view.named('private', 'internal', 'priv') && 0.8);
/** Undefined where AWS did not say: unknown is neither yes nor no. */
const flag = (value: unknown) => (isTrue(value) ? true : isFalse(value) ? false : undefined);
const multiAz = (view: ResourceView) => view.constraint('multi_az') ?? flag(view.fact('MultiAZ'));
const isProtected = (view: ResourceView) =>
  view.constraint('deletion_protection') ??
  flag(view.fact('DeletionProtection', 'DeletionProtectionEnabled', 'DisableApiTermination'));
const versioning = (view: ResourceView) => view.fact('Versioning', 'VersioningStatus');
const isReplica = (view: ResourceView) =>
  view.resource.relations.some((relation) => relation.kind === 'replica_of') ||
  view.text('ReadReplicaSourceDBInstanceIdentifier') !== '' ||
  (view.named('replica', 'reader') && 0.8);

const ENTRIES: Entry[] = [
  [
    'unhealthy_targets',
    'Unhealthy targets',
    ['elbv2_target_group'],
    (v) => Number(v.fact('HealthyTargets')) < Number(v.fact('Targets')),
    'unhealthy, unhealthy targets, with unhealthy targets, failing targets, failing health checks, failing health check, sick targets, no healthy targets, without healthy targets',
  ],
  [
    'empty',
    'Empty',
    ['elbv2_target_group', 'dynamodb_table', 'sqs_queue'],
    (v) => v.fact('Targets', 'ItemCount', 'ApproximateNumberOfMessages') === 0,
    'empty, without targets, no targets, without items, no items, without registered targets, no registered targets, without messages, no messages',
  ],
  [
    'postgres',
    'PostgreSQL',
    database,
    engine(/postgres/),
    'postgres, postgresql, postgre, postgress, pg, pgsql, psql',
  ],
  ['mysql', 'MySQL', database, engine(/mysql/), 'mysql, my sql, mysql database, mysql db, mysql instance'],
  ['mariadb', 'MariaDB', database, engine(/mariadb/), 'mariadb, maria db, maria'],
  ['oracle', 'Oracle', database, engine(/oracle/), 'oracle, oracle database, oracle db, ora'],
  [
    'sqlserver',
    'SQL Server',
    database,
    engine(/sqlserver/),
    'sql server, sqlserver, mssql, ms sql, microsoft sql, microsoft sql server',
  ],
  ['aurora', 'Aurora', database, engine(/aurora/), 'aurora, aurora database, aurora db, aurora cluster'],
  ['python', 'Python', lambda, runtime(/python/), 'python, python function, python lambda, py'],
  ['nodejs', 'Node.js', lambda, runtime(/nodejs/), 'nodejs, node js, javascript, js, typescript', 'node'],
  ['java', 'Java', lambda, runtime(/^java/), 'java, jvm, corretto, java function, java lambda, kotlin'],
  ['golang', 'Go', lambda, runtime(/^go|^provided/), 'golang, go lambda, go function, go runtime'],
  ['ruby', 'Ruby', lambda, runtime(/ruby/), 'ruby, ruby function'],
  ['dotnet', '.NET', lambda, runtime(/dotnet/), 'dotnet, dot net, csharp, c sharp, net core'],
  ['custom', 'Custom runtime', lambda, runtime(/^provided/), 'custom runtime, provided runtime, rust'],
  [
    'image',
    'Container image',
    lambda,
    (v) => v.text('PackageType') === 'image',
    'container image, docker image, image based, container based',
    'docker, container',
  ],
  [
    'windows',
    'Windows',
    instance,
    (v) => /windows/.test(v.text('Platform', 'PlatformDetails')),
    'windows, win, microsoft windows',
  ],
  ['linux', 'Linux', instance, (v) => !/windows/.test(v.text('Platform', 'PlatformDetails')), 'linux, unix'],
  [
    'arm',
    'ARM',
    ['ec2_instance', 'lambda_function'],
    (v) =>
      /arm/.test(v.text('Architecture', 'Architectures')) ||
      /^[a-z]+\d+g[a-z]*\./.test(v.text('InstanceType')),
    'arm, arm64, graviton, aarch64',
  ],
  [
    'x86',
    'x86',
    ['ec2_instance', 'lambda_function'],
    (v) => /x86/.test(v.text('Architecture', 'Architectures')),
    'x86, x86 64, amd64, intel',
  ],
  [
    'gpu',
    'GPU',
    instance,
    (v) => /^(p|g|gr|inf|trn)\d/.test(v.text('InstanceType')),
    'gpu, graphics card, accelerated, accelerator, nvidia, cuda',
  ],
  [
    'burstable',
    'Burstable',
    ['ec2_instance', 'rds_instance'],
    (v) => /^(db\.)?t\d/.test(v.text('InstanceType', 'DBInstanceClass')),
    'burstable, burst',
  ],
  ['spot', 'Spot', instance, (v) => v.text('InstanceLifecycle') === 'spot', 'spot, preemptible'],
  [
    'public',
    'Public',
    undefined,
    isPublic,
    'public, publicly, publicly accessible, publicly reachable, publicly available, publicly exposed, internet facing, public facing, facing the internet, exposed, exposed to the internet, open to the internet, open to the world, open to the public, open to public, reachable from the internet, reachable from outside, accessible from the internet, accessible from outside, world readable, internet accessible, externally accessible, public access, public ip, with a public ip, with public ip, with public address',
    'internet, external, open, outward facing',
  ],
  [
    'private',
    'Private',
    undefined,
    isPrivate,
    'private, privately accessible, internal, internal only, internal facing, not public, non public, not publicly accessible, not internet facing, not exposed, not reachable from the internet, without public ip, without a public ip, without public access, no public ip, no public access, intranet, not open to the internet',
    'closed',
  ],
  [
    'encrypted',
    'Encrypted',
    undefined,
    (v) => {
      const value = encryption(v);
      return value !== undefined && !isFalse(value) && value !== '';
    },
    'encrypted, encryption, encrypted at rest, with encryption, at rest encryption, encryption enabled, encryption at rest, kms encrypted',
    'kms',
  ],
  [
    'unencrypted',
    'Not encrypted',
    undefined,
    (v) => isFalse(encryption(v)) || encryption(v) === '',
    'unencrypted, un encrypted, not encrypted, non encrypted, nonencrypted, without encryption, without encryption at rest, no encryption, missing encryption, lacking encryption, lack encryption, encryption disabled, plaintext, plain text, encryption off, isnt encrypted, arent encrypted',
  ],
  [
    'multi_az',
    'Multi-AZ',
    database,
    multiAz,
    'multi az, multiaz, multi zone, multi availability zone, highly available, high availability, ha, redundant, with standby, with failover, standby replica, fault tolerant, ha enabled, several zones, multiple zones, multiple availability zones',
    'standby, failover, resilient',
  ],
  [
    'single_az',
    'Single-AZ',
    database,
    (v) => multiAz(v) === false,
    'single az, singleaz, single zone, one zone, single availability zone, not multi az, non multi az, without multi az, no multi az, not highly available, without high availability, without ha, no ha, not redundant, without failover, without standby, no standby, no failover, not fault tolerant, non ha, non redundant',
  ],
  [
    'protected',
    'Deletion protection',
    undefined,
    isProtected,
    'deletion protection, delete protection, deletion protected, delete protected, protected, protected from deletion, termination protection, termination protected, cannot be deleted, cant be deleted, protected against deletion',
  ],
  [
    'unprotected',
    'No deletion protection',
    ['rds_instance', 'dynamodb_table', 'elbv2_load_balancer', 'ec2_instance'],
    (v) => isProtected(v) === false,
    'without deletion protection, no deletion protection, not protected, unprotected, deletion protection off, deletion protection disabled, missing deletion protection, not deletion protected, without delete protection, lacking deletion protection, can be deleted, not protected from deletion, not protected against deletion',
  ],
  [
    'replica',
    'Read replica',
    database,
    isReplica,
    'replica, read replica, read only copy, read only replica, reader, read copy',
    'secondary, slave, read only',
  ],
  [
    'replicated',
    'Has read replicas',
    database,
    (v) => v.constraint('has_read_replicas'),
    'has replicas, has read replicas, with replicas, with read replicas, having read replicas, with a read replica, have read replicas, replicated, that has replicas',
  ],
  [
    'fifo',
    'FIFO',
    ['sqs_queue'],
    (v) =>
      v.resource.name.endsWith('.fifo') ||
      v.resource.nativeId.endsWith('.fifo') ||
      isTrue(v.fact('FifoQueue')),
    'fifo, first in first out, exactly once',
    'ordered',
  ],
  [
    'dlq',
    'Dead-letter queue',
    ['sqs_queue'],
    (v) => v.named('dlq', 'deadletter', 'dead'),
    'dlq, dead letter, deadletter, dead letters, failed messages, failed message queue, error queue, poison queue, undeliverable messages',
  ],
  [
    'default',
    'Default',
    ['ec2_vpc', 'ec2_subnet', 'ec2_security_group'],
    (v) => isTrue(v.fact('IsDefault', 'DefaultForAz')) || v.resource.name === 'default',
    'default',
  ],
  [
    'application',
    'Application load balancer',
    balancer,
    (v) => v.text('Type') === 'application' || /\/app\//.test(v.resource.arn),
    'application load balancer, alb, application lb, http load balancer, layer 7, l7, layer seven, l7 load balancer, layer 7 load balancer',
  ],
  [
    'network',
    'Network load balancer',
    balancer,
    (v) => v.text('Type') === 'network' || /\/net\//.test(v.resource.arn),
    'network load balancer, nlb, network lb, tcp load balancer, layer 4, l4, layer four, l4 load balancer, layer 4 load balancer',
  ],
  [
    'gateway',
    'Gateway load balancer',
    balancer,
    (v) => v.text('Type') === 'gateway' || /\/gwy\//.test(v.resource.arn),
    'gateway load balancer, gwlb',
  ],
  [
    'on_demand',
    'On demand',
    table,
    (v) => /pay_per_request/.test(v.text('BillingMode', 'BillingModeSummary')),
    'on demand, pay per request, ondemand, on demand billing, on demand capacity',
  ],
  [
    'provisioned',
    'Provisioned',
    table,
    (v) => v.text('BillingMode', 'BillingModeSummary') === 'provisioned',
    'provisioned, provisioned capacity, provisioned throughput, fixed capacity, provisioned billing',
  ],
  [
    'versioned',
    'Versioned',
    ['s3_bucket'],
    (v) => isTrue(versioning(v)),
    'versioned, versioning, version control, with versioning, versioning enabled, versioning on',
  ],
  [
    'unversioned',
    'Not versioned',
    ['s3_bucket'],
    (v) => versioning(v) !== undefined && !isTrue(versioning(v)),
    'unversioned, not versioned, without versioning, no versioning, versioning disabled, versioning off, missing versioning, lacking versioning, non versioned',
  ],
  ['ssd', 'SSD', ['ec2_volume'], (v) => /^(gp|io)\d/.test(v.text('VolumeType')), 'ssd, solid state, flash'],
  [
    'hdd',
    'HDD',
    ['ec2_volume'],
    (v) => /^(st1|sc1|standard)/.test(v.text('VolumeType')),
    'hdd, magnetic, spinning, throughput optimized, cold hdd',
  ],
  [
    'piops',
    'Provisioned IOPS',
    ['ec2_volume'],
    (v) => /^io\d/.test(v.text('VolumeType')),
    'provisioned iops, piops, high iops, io optimized, fast disk',
  ],
  [
    'general_purpose',
    'General purpose',
    ['ec2_volume'],
    (v) => /^gp\d/.test(v.text('VolumeType')),
    'general purpose, general purpose ssd',
  ],
  [
    'bastion',
    'Bastion',
    instance,
    (v) => v.named('bastion', 'jump', 'jumpbox', 'jumphost'),
    'bastion, bastion host, bastion server, jump host, jump box, jump server, jumpbox, jumphost, jump machine, ssh gateway, ssh entry, ssh jump',
  ],
  [
    'untagged',
    'Untagged',
    undefined,
    (v) => ![...v.tags.keys()].some((key) => key !== 'name' && !key.startsWith('aws:')),
    'untagged, not tagged, without tags, without any tags, without a tag, without any tag, no tags, no tag, no tags at all, missing tags, missing all tags, has no tags, have no tags, having no tags, lacking tags, lack tags, tagless, unlabelled, unlabeled, without labels, no labels, nobody tagged, arent tagged, isnt tagged, are not tagged, never tagged, missing any tags, zero tags, with no tags, with no tags at all, that are not tagged, without tagging',
  ],
  [
    'unnamed',
    'Without a name',
    undefined,
    (v) => v.resource.name === '' || v.resource.name === v.resource.nativeId,
    'unnamed, nameless, without a name, without name, no name, missing name, not named, without a name tag, without name tag, no name tag, missing name tag, missing a name',
  ],
];

export const factConcepts: Concept[] = ENTRIES.map(([id, label, types, holds]) => ({
  id: `fact:${id}`,
  kind: 'words',
  label,
  ...(types && { types }),
  holds: (view) => Number(holds(view) ?? 0),
}));

export const factWordings: Wording[] = ENTRIES.flatMap(([id, , , , surely, loosely]) =>
  wordings(`fact:${id}`, surely, loosely),
);
