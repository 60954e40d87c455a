import { CreateTagsCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateDBInstanceCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { FaultProxy } from './faultProxy.ts';
import { type AccessKey, keySection, type MotoServer, startMoto, writeAwsFiles } from './moto.ts';

export const PRODUCTION = '111122223333';
export const TOOLING = '444455556666';
export const DATABASE = 'pg-instance-main1';

/** Two accounts on a real AWS-shaped server behind the fault proxy; the second is reached by a role. */
export interface MotoEstate {
  moto: MotoServer;
  proxy: FaultProxy;
  /** For the app: the proxy as AWS, and the AWS files of this folder. */
  env(folder: string): Promise<Record<string, string>>;
  /** As moto has it, past the proxy. */
  databaseState(): Promise<string>;
  close(): Promise<void>;
}

export async function startEstate(): Promise<MotoEstate> {
  const moto = await startMoto();
  const proxy = new FaultProxy(moto.url);
  const endpoint = await proxy.listen();
  const key = await moto.seed('access_key', { account: PRODUCTION, user: 'operator' });
  const role = await moto.seed('role', { account: TOOLING, name: 'ReadTooling', trusted: PRODUCTION });
  proxy.knowKey(key.accessKeyId, PRODUCTION);
  await seedProduction(moto.url, key);
  await seedTooling(moto.url, key, role.arn);
  const rds = new RDSClient({ endpoint: moto.url, region: 'us-west-2', credentials: key });
  return {
    moto,
    proxy,
    env: async (folder) => {
      const files = await writeAwsFiles(folder, {
        config: {
          'profile prod': { region: 'us-west-2' },
          'profile tooling': { role_arn: role.arn, source_profile: 'prod', region: 'us-west-2' },
          'profile corporate': { sso_session: 'corp', sso_account_id: TOOLING, sso_role_name: 'Admin' },
          'sso-session corp': { sso_region: 'us-east-1', sso_start_url: 'https://example.awsapps.com/start' },
        },
        credentials: { prod: keySection(key) },
      });
      return {
        AWS_CONFIG_FILE: files.configFile,
        AWS_SHARED_CREDENTIALS_FILE: files.credentialsFile,
        AWS_ENDPOINT_URL: endpoint,
      };
    },
    databaseState: async () => {
      const { DBInstances } = await rds.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier: DATABASE }),
      );
      return DBInstances?.[0]?.DBInstanceStatus ?? 'gone';
    },
    close: async () => {
      await proxy.close();
      await moto.stop();
    },
  };
}

async function seedProduction(endpoint: string, credentials: AccessKey): Promise<void> {
  const rds = new RDSClient({ endpoint, region: 'us-west-2', credentials });
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: DATABASE,
      Engine: 'postgres',
      DBInstanceClass: 'db.t3.medium',
      AllocatedStorage: 100,
      MasterUsername: 'app_admin',
      MasterUserPassword: 'correct-horse',
      Tags: [{ Key: 'env', Value: 'production' }],
    }),
  );
  await runNamed(new EC2Client({ endpoint, region: 'us-west-2', credentials }), [
    'web-frontend',
    'batch-runner',
  ]);
  await runNamed(new EC2Client({ endpoint, region: 'eu-west-1', credentials }), ['web-frontend']);
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'quarterly-ledgers' }));
}

async function seedTooling(endpoint: string, source: AccessKey, RoleArn: string): Promise<void> {
  const sts = new STSClient({ endpoint, region: 'us-east-1', credentials: source });
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'seed' }));
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  await runNamed(new EC2Client({ endpoint, region: 'us-west-2', credentials }), ['ci-runner']);
}

async function runNamed(ec2: EC2Client, names: string[]): Promise<void> {
  for (const name of names) {
    const run = new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      InstanceType: 't3.micro',
    });
    const { Instances } = await ec2.send(run);
    const Resources = (Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []);
    await ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'Name', Value: name }] }));
  }
}
