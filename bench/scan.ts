import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { startApp } from '../e2e/support/app.ts';
import { connect } from '../e2e/support/appClient.ts';
import { keySection, startMoto, writeAwsFiles } from '../e2e/support/moto.ts';
import { once, type Row } from './measure.ts';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const INSTANCES = 2_000;

/** The app's own scan of 2,000 instances in one region, sealed and indexed, beside a bare SDK listing of them. */
export async function scanRows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-bench-aws-'));
  const moto = await startMoto();
  try {
    const key = await moto.seed('access_key', { account: ACCOUNT, user: 'bench' });
    await moto.seed('instances', { account: ACCOUNT, region: REGION, count: INSTANCES, perReservation: 20 });
    const files = await writeAwsFiles(folder, {
      config: { default: { region: REGION } },
      credentials: { default: keySection(key) },
    });
    const env = {
      AWS_CONFIG_FILE: files.configFile,
      AWS_SHARED_CREDENTIALS_FILE: files.credentialsFile,
      AWS_ENDPOINT_URL: moto.url,
    };
    const listing = await once(() => listPlainly(moto.url, key));
    let ready = 0;
    let app: Awaited<ReturnType<typeof startApp>> | undefined;
    ready = await once(async () => {
      app = await startApp({ env });
    });
    if (!app) throw new Error('the app did not start');
    const client = await connect(app.address);
    await client.ask('accounts.connect', { profiles: ['default'] });
    const scan = await once(async () => {
      const { runId } = await client.ask('scan.start', { regions: [REGION], services: ['ec2'] });
      await client.scanDone(runId);
    });
    client.close();
    await app.stop();
    const bare = await once(() => bareNode());
    return [
      {
        name: 'scan of 2,000 EC2 instances, stored and indexed',
        value: scan / 1_000,
        unit: 's',
        baseline: { name: 'a plain SDK listing loop', value: listing / 1_000 },
      },
      { name: 'start to ready', value: ready, unit: 'ms', baseline: { name: 'node -e 0', value: bare } },
    ];
  } finally {
    await moto.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function listPlainly(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
): Promise<void> {
  const client = new EC2Client({ endpoint, region: REGION, credentials });
  let seen = 0;
  for await (const page of paginateDescribeInstances({ client, pageSize: 1_000 }, {})) {
    seen += (page.Reservations ?? []).reduce((sum, r) => sum + (r.Instances?.length ?? 0), 0);
  }
  client.destroy();
  if (seen !== INSTANCES) throw new Error(`listed ${seen} of ${INSTANCES} instances`);
}

async function bareNode(): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  spawnSync(process.execPath, ['-e', '0']);
}
