import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { Instance } from '@aws-sdk/client-ec2';
import type { LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { SampleAccount } from './accounts.ts';
import { choose, hex, pick } from './ids.ts';
import type { Network } from './network.ts';
import { appsOf } from './servers.ts';

export type Tags = Record<string, string>;

/** Everything beside servers and network; tags by ARN, since these services list them apart. */
export interface Platform {
  loadBalancers: LoadBalancer[];
  targetGroups: TargetGroup[];
  /** Instance ids by target group ARN. */
  targets: Map<string, string[]>;
  functions: FunctionConfiguration[];
  tables: TableDescription[];
  queues: { url: string; arn: string; attributes: Record<string, string> }[];
  tags: Map<string, Tags>;
}

export interface Bucket {
  name: string;
  region: string;
  created: Date;
  tags: Tags;
}

const created = new Date(Date.UTC(2025, 8, 14, 9, 12));

export function samplePlatform(
  account: SampleAccount,
  region: string,
  network: Network,
  instances: Instance[],
): Platform {
  const platform: Platform = {
    loadBalancers: [],
    targetGroups: [],
    targets: new Map(),
    functions: [],
    tables: [],
    queues: [],
    tags: new Map(),
  };
  for (const { app, team } of appsOf(account)) {
    const tags = { env: account.env, app, team };
    const at = { account, region, app, tags };
    if (pick(`${region} ${app} web`, 2) === 0) addLoadBalancer(platform, at, network, instances);
    for (const task of app === 'ingest' ? ['parse', 'route', 'archive'] : ['worker'])
      addFunction(platform, at, task);
    if (pick(`${region} ${app} table`, 2) === 0) addTable(platform, at);
    if (pick(`${region} ${app} queue`, 3) !== 0) addQueue(platform, at);
  }
  return platform;
}

interface At {
  account: SampleAccount;
  region: string;
  app: string;
  tags: Tags;
}

function addLoadBalancer(
  platform: Platform,
  { account, region, app, tags }: At,
  network: Network,
  instances: Instance[],
): void {
  const id = hex(`${account.accountId} ${region} ${app} lb`, 16);
  const prefix = `arn:aws:elasticloadbalancing:${region}:${account.accountId}`;
  const lbArn = `${prefix}:loadbalancer/app/${app}-alb/${id}`;
  const groupArn = `${prefix}:targetgroup/${app}-web/${id}`;
  platform.loadBalancers.push({
    LoadBalancerArn: lbArn,
    LoadBalancerName: `${app}-alb`,
    DNSName: `${app}-alb-${pick(id, 1_000_000_000)}.${region}.elb.amazonaws.com`,
    Scheme: 'internet-facing',
    Type: 'application',
    State: { Code: 'active' },
    VpcId: network.vpc.VpcId,
    CreatedTime: created,
    IpAddressType: 'ipv4',
    SecurityGroups: [network.securityGroups[0]?.GroupId ?? ''],
    AvailabilityZones: network.subnets
      .slice(0, 2)
      .map((s) => ({ ZoneName: s.AvailabilityZone, SubnetId: s.SubnetId })),
  });
  platform.targetGroups.push({
    TargetGroupArn: groupArn,
    TargetGroupName: `${app}-web`,
    Protocol: 'HTTP',
    Port: 8080,
    TargetType: 'instance',
    VpcId: network.vpc.VpcId,
    HealthCheckPath: '/healthz',
    HealthCheckProtocol: 'HTTP',
    LoadBalancerArns: [lbArn],
  });
  const targets = instances.filter((one) => one.Tags?.some((t) => t.Key === 'app' && t.Value === app));
  platform.targets.set(
    groupArn,
    targets.flatMap((one) => one.InstanceId ?? []),
  );
  platform.tags.set(lbArn, tags);
  platform.tags.set(groupArn, tags);
}

function addFunction(platform: Platform, { account, region, app, tags }: At, task: string): void {
  const name = `${app}-${task}`;
  const arn = `arn:aws:lambda:${region}:${account.accountId}:function:${name}`;
  platform.functions.push({
    FunctionName: name,
    FunctionArn: arn,
    Runtime: choose(`${name} runtime`, ['nodejs24.x', 'python3.13', 'java21']),
    Handler: 'index.handler',
    Role: `arn:aws:iam::${account.accountId}:role/${name}-role`,
    MemorySize: choose(`${region} ${name} memory`, [256, 512, 1024]),
    Timeout: 30,
    CodeSize: 1_048_576 + pick(name, 9_000_000),
    LastModified: '2026-10-02T08:15:00.000+0000',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: ['arm64'],
  });
  platform.tags.set(arn, tags);
}

function addTable(platform: Platform, { account, region, app, tags }: At): void {
  const name = `${app}-${choose(`${app} table`, ['sessions', 'events', 'state'])}`;
  const arn = `arn:aws:dynamodb:${region}:${account.accountId}:table/${name}`;
  platform.tables.push({
    TableName: name,
    TableArn: arn,
    TableStatus: 'ACTIVE',
    CreationDateTime: created,
    ItemCount: pick(`${arn} items`, 2_000_000),
    TableSizeBytes: pick(`${arn} bytes`, 900_000_000),
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    DeletionProtectionEnabled: account.env === 'production',
  });
  platform.tags.set(arn, tags);
}

function addQueue(platform: Platform, { account, region, app, tags }: At): void {
  for (const name of [`${app}-jobs`, `${app}-jobs-dlq`]) {
    const arn = `arn:aws:sqs:${region}:${account.accountId}:${name}`;
    platform.queues.push({
      url: `https://sqs.${region}.amazonaws.com/${account.accountId}/${name}`,
      arn,
      attributes: {
        QueueArn: arn,
        ApproximateNumberOfMessages: String(name.endsWith('dlq') ? pick(arn, 3) : pick(arn, 400)),
        VisibilityTimeout: '60',
        MessageRetentionPeriod: '345600',
        CreatedTimestamp: '1757841120',
        SqsManagedSseEnabled: 'true',
      },
    });
    platform.tags.set(arn, tags);
  }
}

export function sampleBuckets(account: SampleAccount): Bucket[] {
  const home = account.regions[0] ?? 'us-east-1';
  const purposes =
    account.alias === 'analytics-account'
      ? ['raw-events', 'curated', 'models']
      : ['assets', 'uploads', 'logs', 'terraform-state'];
  return purposes.map((purpose) => ({
    name: `${account.env}-${purpose}-${account.accountId.slice(-4)}`,
    region: home,
    created,
    tags: { env: account.env, purpose, team: purpose === 'terraform-state' ? 'platform' : 'storefront' },
  }));
}
