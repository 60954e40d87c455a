import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import PQueue from 'p-queue';
import type { EventMessage } from '../preload/contract/events.ts';
import { type RunningApp, startApp } from '../e2e/support/app.ts';
import { type AppClient, connect } from '../e2e/support/appClient.ts';
import { keySection, writeAwsFiles } from '../e2e/support/moto.ts';
import { keyAt, type Listing, PAGE, regionsOf } from './cannedListing.ts';
import { once, type Row } from './measure.ts';

const TIMES = 5;
/** As many listings at once as the app's scanner has. */
const AT_ONCE = 40;
/** One listing of each, all at once. */
const ACCOUNTS = 8;
const REGIONS = 5;

interface Cost {
  seconds: number;
  /** What the process handed to the file system, MB; null where the system does not say. */
  written: number | null;
  /** By how much the workspace's files grew or shrank, MB. */
  grown: number;
  events: number;
  estateEvents: number;
}

/** Scanning what has not changed, beside the SDK's paginators alone over the same pages with the same concurrency. */
export async function rescanRows(sizes: number[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes)
    rows.push(...(await rescan({ accounts: ACCOUNTS, regions: REGIONS, rows: size })));
  return rows;
}

async function rescan(listing: Listing): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-bench-rescan-'));
  const aws = await startAws(listing);
  let app: RunningApp | undefined;
  try {
    const accounts = Array.from({ length: listing.accounts }, (_, n) => n);
    const key = (n: number) => ({ accessKeyId: keyAt(n), secretAccessKey: 'bench' });
    const files = await writeAwsFiles(folder, {
      config: Object.fromEntries(
        accounts.map((n) => [`profile p${n}`, { region: regionsOf(listing)[0] ?? '' }]),
      ),
      credentials: Object.fromEntries(accounts.map((n) => [`p${n}`, keySection(key(n))])),
    });
    app = await startApp({
      env: {
        AWS_CONFIG_FILE: files.configFile,
        AWS_SHARED_CREDENTIALS_FILE: files.credentialsFile,
        AWS_ENDPOINT_URL: aws.url,
      },
    });
    const client = await connect(app.address);
    await client.ask('accounts.connect', { profiles: accounts.map((n) => `p${n}`) });
    const { found } = await scan(client);
    if (found !== listing.rows) throw new Error(`the first scan found ${found} of ${listing.rows}`);
    const costs: Cost[] = [];
    const plain: number[] = [];
    // By turns, so that whatever else the machine does meets both.
    for (let n = 0; n < TIMES; n += 1) {
      costs.push(await costOf(app, client));
      plain.push((await once(() => listPlainly(aws.url, listing, key))) / 1_000);
    }
    client.close();
    return rowsOf(listing.rows, costs, median(plain));
  } finally {
    await app?.stop();
    aws.stop();
    await rm(folder, { recursive: true, force: true });
    if (app) await rm(app.home, { recursive: true, force: true });
  }
}

function rowsOf(size: number, costs: Cost[], plain: number): Row[] {
  const label = `rescan of ${size / 1_000}k unchanged rows`;
  const middle = (pick: (cost: Cost) => number) => median(costs.map(pick));
  const nothing = { name: 'a plain listing loop keeps nothing', value: 0 };
  const silent = { name: 'a plain listing loop announces nothing', value: 0 };
  const written: Row[] = costs.some((cost) => cost.written === null)
    ? []
    : [
        {
          name: `${label}: bytes written`,
          value: middle((c) => c.written ?? 0),
          unit: 'MB',
          baseline: nothing,
        },
      ];
  return [
    {
      name: `${label}: time`,
      value: middle((c) => c.seconds),
      unit: 's',
      baseline: { name: `SDK paginators, ${AT_ONCE} at once, same pages`, value: plain },
    },
    ...written,
    { name: `${label}: files grown`, value: middle((c) => c.grown), unit: 'MB', baseline: nothing },
    {
      name: `${label}: estate.changed`,
      value: middle((c) => c.estateEvents),
      unit: 'events',
      baseline: silent,
    },
    {
      name: `${label}: all events, progress included`,
      value: middle((c) => c.events),
      unit: 'events',
      baseline: silent,
    },
  ];
}

async function scan(client: AppClient): Promise<{ found: number }> {
  const { runId } = await client.ask('scan.start', { services: ['ec2'] });
  await client.scanDone(runId);
  const { run } = await client.ask('scan.status', {});
  if (run?.state !== 'done' || run.cellsFailed > 0) throw new Error(`the scan failed: ${run?.message}`);
  return { found: run.found };
}

async function costOf(app: RunningApp, client: AppClient): Promise<Cost> {
  await resting(app, client);
  const before = await standing(app);
  const events: EventMessage[] = [];
  let counting = false;
  // Never fulfilled: it only looks on.
  void client.event((event) => {
    if (counting) events.push(event);
    return false;
  });
  counting = true;
  const seconds = (await once(() => scan(client))) / 1_000;
  // What was put off belongs to it.
  await resting(app, client);
  counting = false;
  const after = await standing(app);
  return {
    seconds,
    written:
      before.written === null || after.written === null ? null : (after.written - before.written) / 1e6,
    grown: (after.size - before.size) / 1e6,
    events: events.length,
    estateEvents: events.filter(({ name }) => name === 'estate.changed').length,
  };
}

/** Until the app's files are left alone and every row can be found. */
async function resting(app: RunningApp, client: AppClient): Promise<void> {
  const query = { text: 'ledger', filter: {}, sort: [], ignoreChips: [] };
  while ((await client.ask('resources.query', query)).indexing) await pause(200);
  for (let before = await standing(app); ; ) {
    await pause(1_500);
    const now = await standing(app);
    if (now.size === before.size && now.written === before.written) return;
    before = now;
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function standing({ pid, data }: RunningApp): Promise<{ written: number | null; size: number }> {
  const io = await readFile(`/proc/${pid}/io`, 'utf8').catch(() => '');
  const written = /^write_bytes: (\d+)$/m.exec(io)?.[1];
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0);
  const size = (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0);
  return { written: written === undefined ? null : Number(written), size };
}

async function listPlainly(
  endpoint: string,
  listing: Listing,
  key: (n: number) => { accessKeyId: string; secretAccessKey: string },
): Promise<void> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  let seen = 0;
  const list = async (account: number, region: string) => {
    const client = new EC2Client({ endpoint, region, credentials: key(account) });
    for await (const page of paginateDescribeInstances({ client, pageSize: PAGE }, {})) {
      seen += (page.Reservations ?? []).reduce((sum, r) => sum + (r.Instances?.length ?? 0), 0);
    }
    client.destroy();
  };
  for (let n = 0; n < listing.accounts; n += 1)
    for (const region of regionsOf(listing)) void queue.add(() => list(n, region));
  await queue.onIdle();
  if (seen !== listing.rows) throw new Error(`listed ${seen} of ${listing.rows} instances`);
}

async function startAws({ accounts, regions, rows }: Listing): Promise<{ url: string; stop(): void }> {
  const script = join(import.meta.dirname, 'cannedListing.ts');
  const child: ChildProcess = spawn(process.execPath, [script, `${accounts}`, `${regions}`, `${rows}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the canned pages ended with ${code}`)));
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
  });
  return { url, stop: () => void child.stdin?.end() };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
