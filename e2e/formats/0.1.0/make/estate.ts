import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateDBInstanceCommand, CreateDBInstanceReadReplicaCommand, RDSClient } from '@aws-sdk/client-rds';
import { CreateBucketCommand, PutBucketTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { FaultProxy } from '../../../support/faultProxy.ts';
import {
  type AccessKey,
  keySection,
  type MotoServer,
  startMoto,
  writeAwsFiles,
} from '../../../support/moto.ts';

export const PAYMENTS = '111122223333';
export const TOOLING = '444455556666';
export const VISITOR = '777788889999';
export const HOME = 'us-west-2';
export const ABROAD = 'eu-west-1';
/** Nothing is there; its cells end in every other way. */
export const TROUBLED = 'ap-south-1';

/** One for each way in which a change can end; named after it. */
export const DATABASES = [
  'pg-verified',
  'pg-rebooted',
  'pg-failed',
  'pg-refused',
  'pg-unknown',
  'pg-left',
  'pg-proposed',
  'pg-rejected',
  'pg-deleted',
  'pg-open-checking',
  'pg-open-sending',
  'pg-open-waiting',
];

/** The instances of DocumentDB and Neptune, which this server does not make; RDS lists them among its own. */
const CLUSTERED = [
  { id: 'documents-1', engine: 'docdb', cluster: 'documents', port: 27017 },
  { id: 'graph-1', engine: 'neptune', cluster: 'graph', port: 8182 },
]
  .map(
    ({ id, engine, cluster, port }) => `<DBInstance>
      <DBInstanceIdentifier>${id}</DBInstanceIdentifier><Engine>${engine}</Engine>
      <EngineVersion>5.0.0</EngineVersion><DBInstanceClass>db.r6g.large</DBInstanceClass>
      <DBInstanceStatus>available</DBInstanceStatus><AllocatedStorage>1</AllocatedStorage>
      <DBInstanceArn>arn:aws:rds:${ABROAD}:${PAYMENTS}:db:${id}</DBInstanceArn>
      <DbiResourceId>db-${id.toUpperCase()}</DbiResourceId>
      <DBClusterIdentifier>${cluster}</DBClusterIdentifier>
      <Endpoint><Address>${id}.example.eu-west-1.rds.amazonaws.com</Address><Port>${port}</Port></Endpoint>
      <TagList><Tag><Key>team</Key><Value>${cluster}</Value></Tag></TagList>
    </DBInstance>`,
  )
  .join('');

/** No faults but the standing answer for what the server behind does not know. */
export function calm(proxy: FaultProxy): void {
  proxy.clear();
  proxy.add({
    kind: 'answer',
    service: 'rds',
    operation: 'DescribeDBInstances',
    account: PAYMENTS,
    region: ABROAD,
    body: `<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBInstancesResult><DBInstances>${CLUSTERED}</DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`,
  });
}

type Credentials = AccessKey & { sessionToken?: string };

/** Three accounts on a real AWS-shaped server behind the fault proxy. */
export interface FixtureEstate {
  moto: MotoServer;
  proxy: FaultProxy;
  key: AccessKey;
  env(folder: string): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export async function startFixtureEstate(): Promise<FixtureEstate> {
  const moto = await startMoto();
  const proxy = new FaultProxy(moto.url);
  const endpoint = await proxy.listen();
  const key = await moto.seed('access_key', { account: PAYMENTS, user: 'operator' });
  const visitor = await moto.seed('access_key', { account: VISITOR, user: 'visitor' });
  const role = await moto.seed('role', { account: TOOLING, name: 'ReadTooling', trusted: PAYMENTS });
  const lambdaRole = await moto.seed('role', { account: PAYMENTS, name: 'Worker', trusted: PAYMENTS });
  proxy.knowKey(key.accessKeyId, PAYMENTS);
  proxy.knowKey(visitor.accessKeyId, VISITOR);
  await seedPayments(moto.url, key, lambdaRole.arn);
  await seedNetwork(moto.url, key);
  await seedTooling(moto.url, await assumed(moto.url, key, role.arn));
  await runNamed(new EC2Client({ endpoint: moto.url, region: HOME, credentials: visitor }), [
    'visiting-1',
    'visiting-2',
  ]);
  calm(proxy);
  return {
    moto,
    proxy,
    key,
    env: async (folder) => {
      const files = await writeAwsFiles(folder, {
        config: {
          'profile payments': { region: HOME },
          'profile tooling': { role_arn: role.arn, source_profile: 'payments', region: HOME },
          'profile visitor': { region: HOME },
        },
        credentials: { payments: keySection(key), visitor: keySection(visitor) },
      });
      return {
        AWS_CONFIG_FILE: files.configFile,
        AWS_SHARED_CREDENTIALS_FILE: files.credentialsFile,
        AWS_ENDPOINT_URL: endpoint,
      };
    },
    close: async () => {
      await proxy.close();
      await moto.stop();
    },
  };
}

async function seedPayments(endpoint: string, credentials: AccessKey, role: string): Promise<void> {
  const at = { endpoint, region: HOME, credentials };
  const rds = new RDSClient(at);
  const database = (DBInstanceIdentifier: string, Engine: string) =>
    new CreateDBInstanceCommand({
      DBInstanceIdentifier,
      Engine,
      DBInstanceClass: 'db.t3.medium',
      AllocatedStorage: 100,
      MasterUsername: 'app_admin',
      MasterUserPassword: 'correct-horse',
      Tags: [
        { Key: 'env', Value: 'production' },
        { Key: 'Owner', Value: 'Zoë 😀' },
      ],
    });
  for (const name of DATABASES) await rds.send(database(name, 'postgres'));
  await rds.send(
    new CreateDBInstanceReadReplicaCommand({
      DBInstanceIdentifier: 'pg-replica',
      SourceDBInstanceIdentifier: 'pg-rebooted',
    }),
  );
  const s3 = new S3Client({ ...at, region: 'us-east-1', forcePathStyle: true });
  for (const Bucket of ['quarterly-ledgers', 'short-lived'])
    await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutBucketTaggingCommand({
      Bucket: 'quarterly-ledgers',
      Tagging: { TagSet: [{ Key: 'team', Value: 'finance' }] },
    }),
  );
  const lambda = new LambdaClient(at);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'nightly-report',
      Role: role,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: EMPTY_ZIP },
      Tags: { app: 'reports' },
    }),
  );
  const dynamodb = new DynamoDBClient(at);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'sessions',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      Tags: [{ Key: 'stage', Value: 'beta' }],
    }),
  );
  const sqs = new SQSClient(at);
  await sqs.send(new CreateQueueCommand({ QueueName: 'orders', tags: { service: 'checkout' } }));
  await sqs.send(new CreateQueueCommand({ QueueName: 'orders-dead', tags: {} }));
}

/** An empty archive: nothing of it is ever run. */
const EMPTY_ZIP = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');

async function seedNetwork(endpoint: string, credentials: AccessKey): Promise<void> {
  const ec2 = new EC2Client({ endpoint, region: HOME, credentials });
  const [web = ''] = await runNamed(ec2, [
    'web-1',
    'web-2',
    'batch-stopped',
    'batch-left',
    'batch-terminated',
  ]);
  await runNamed(new EC2Client({ endpoint, region: ABROAD, credentials }), ['web-1']);
  const { VolumeId = '' } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: `${HOME}a`, Size: 8, VolumeType: 'gp3' }),
  );
  await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: web, Device: '/dev/sdf' }));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const elb = new ElasticLoadBalancingV2Client({ endpoint, region: HOME, credentials });
  await elb.send(
    new CreateLoadBalancerCommand({
      Name: 'front-door',
      Subnets: Subnets.slice(0, 2).flatMap(({ SubnetId }) => SubnetId ?? []),
      SecurityGroups: SecurityGroups.slice(0, 1).flatMap(({ GroupId }) => GroupId ?? []),
      Tags: [{ Key: 'team', Value: 'edge' }],
    }),
  );
  const { TargetGroups = [] } = await elb.send(
    new CreateTargetGroupCommand({
      Name: 'web-servers',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: Subnets[0]?.VpcId,
      TargetType: 'instance',
    }),
  );
  const TargetGroupArn = TargetGroups[0]?.TargetGroupArn;
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: web }] }));
}

async function assumed(endpoint: string, source: AccessKey, RoleArn: string): Promise<Credentials> {
  const sts = new STSClient({ endpoint, region: HOME, credentials: source });
  const { Credentials: got } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'seed' }));
  return {
    accessKeyId: got?.AccessKeyId ?? '',
    secretAccessKey: got?.SecretAccessKey ?? '',
    sessionToken: got?.SessionToken ?? '',
  };
}

async function seedTooling(endpoint: string, credentials: Credentials): Promise<void> {
  await runNamed(new EC2Client({ endpoint, region: HOME, credentials }), ['ci-runner', 'web-1']);
}

/** The ids, in the order of the names. */
async function runNamed(ec2: EC2Client, names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        InstanceType: 't3.micro',
      }),
    );
    const Resources = Instances.flatMap(({ InstanceId }) => InstanceId ?? []);
    await ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'Name', Value: name }] }));
    ids.push(...Resources);
  }
  return ids;
}
