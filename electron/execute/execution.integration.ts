import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FaultProxy } from '../../e2e/support/faultProxy.ts';
import { keySection, type MotoServer, startMoto, writeAwsFiles } from '../../e2e/support/moto.ts';
import type { EventMessage } from '../../preload/contract/events.ts';
import type { Execution, ExecutionNews, ResourceType } from '../../preload/contract/models.ts';
import type { JournalBody } from '../storage/journal/entries.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import type { CrashOrder } from './testing/crashChild.ts';
import { type LiveApp, type LiveOptions, startLiveApp } from './testing/liveApp.ts';

const ACCOUNT = '111122223333';
const REGION = 'us-west-2';

let moto: MotoServer;
let proxy: FaultProxy;
let folder: string;
let options: LiveOptions;
let app: LiveApp;
let direct: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};
let events: EventMessage[] = [];

beforeAll(async () => {
  moto = await startMoto();
  proxy = new FaultProxy(moto.url);
  const endpoint = await proxy.listen();
  const key = await moto.seed('access_key', { account: ACCOUNT, user: 'ops' });
  proxy.knowKey(key.accessKeyId, ACCOUNT);
  direct = { endpoint: moto.url, region: REGION, credentials: key };
  folder = mkdtempSync(join(tmpdir(), 'execute-'));
  mkdirSync(join(folder, 'data'));
  const files = await writeAwsFiles(join(folder, 'aws'), {
    config: { 'profile ops': { region: REGION } },
    credentials: { ops: keySection(key) },
  });
  options = { folder: join(folder, 'data'), masterKey: randomBytes(32).toString('hex'), endpoint, ...files };
  app = await started();
  await app.accounts.connect(['ops']);
  await app.accounts.unlock('ops', 60, 'window-1');
});
afterEach(() => {
  proxy.clear();
});
afterAll(async () => {
  await app.stop();
  await proxy.close();
  await moto.stop();
  rmSync(folder, { recursive: true, force: true });
});

function started(): Promise<LiveApp> {
  events = [];
  return startLiveApp(options, (name, payload) => {
    events.push({ bootId: 'boot', seq: events.length + 1, name, payload });
    for (const listener of listeners) listener();
  });
}
const listeners = new Set<() => void>();

function ended(executionId: string): Promise<Execution> {
  return new Promise((resolve) => {
    const look = () => {
      for (const { name, payload } of events) {
        const execution = payload as ExecutionNews;
        if (name !== 'execution.changed' || execution.executionId !== executionId) continue;
        if (execution.finishedAt === null) continue;
        listeners.delete(look);
        resolve(app.execution.execution(executionId));
      }
    };
    listeners.add(look);
    look();
  });
}

const rds = () => new RDSClient(direct);
const ec2 = () => new EC2Client(direct);

async function makeDb(name: string, patch: object = {}): Promise<string> {
  await rds().send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: name,
      DBInstanceClass: 'db.t3.micro',
      Engine: 'postgres',
      AllocatedStorage: 20,
      MasterUsername: 'postgres',
      MasterUserPassword: 'not-a-secret-1',
      ...patch,
    }),
  );
  return found('rds_instance', name);
}

async function makeInstance(name: string): Promise<string> {
  await ec2().send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
    }),
  );
  return found('ec2_instance', name);
}

/** Scans, and resolves to the id of the resource in the estate. */
async function found(type: ResourceType, name: string): Promise<string> {
  await app.scanner.start({ regions: [REGION], services: ['ec2', 'rds'] });
  await app.scanner.idle();
  const row = (await app.storage.estate.byType(type)).find((one) => one.name === name);
  if (!row) throw new Error(`${name} was not found by the scan`);
  proxy.clear();
  return row.id;
}

async function run(action: string, resourceId: string): Promise<Execution> {
  const { plan } = await app.execution.propose(action, resourceId);
  const view = await app.execution.approve(
    { planId: plan.planId, digest: plan.digest, typedName: plan.confirmName ?? undefined },
    ANA,
  );
  return ended(view.execution?.executionId ?? '');
}

/** Calls of this operation that changed something; EC2's dry runs are none. */
const sends = (operation: string) =>
  proxy.sent.filter(({ call }) => call.operation === operation && call.parameters.get('DryRun') !== 'true');

test('RDS: stop, start and reboot are verified by the states AWS passes through', async () => {
  const id = await makeDb('pg-instance-main1');
  proxy.holdTransitions(3);
  const stop = await run('rds.stop', id);
  expect(stop).toMatchObject({ state: 'succeeded', stateBefore: 'available', stateNow: 'stopped' });
  expect(stop.verifiedAt).not.toBeNull();
  expect(stop.requestId).toBeTruthy();
  expect(JSON.parse(stop.answer?.text ?? '')).toMatchObject({
    DBInstance: { DBInstanceIdentifier: 'pg-instance-main1' },
  });
  expect(stop.answer?.text).not.toContain('not-a-secret-1');
  expect(sends('StopDBInstance')).toHaveLength(1);
  expect(sends('StopDBInstance')[0]?.userAgent).toContain(`cloudops-approval/${stop.plan.planId}`);
  expect(await app.storage.estate.get(id)).toMatchObject({ state: 'stopped' });
  const { DBInstances } = await rds().send(
    new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'pg-instance-main1' }),
  );
  expect(DBInstances?.[0]?.DBInstanceStatus).toBe('stopped');

  proxy.holdTransitions(2);
  expect(await run('rds.start', id)).toMatchObject({ state: 'succeeded', stateNow: 'available' });
  proxy.holdTransitions(2);
  const reboot = await run('rds.reboot', id);
  expect(reboot).toMatchObject({ state: 'succeeded', stateNow: 'available' });
  expect(reboot.verifiedAt).not.toBeNull();
});

test('RDS: a reboot that AWS does not show is not called verified', async () => {
  const id = await makeDb('pg-quick');
  expect(await run('rds.reboot', id)).toMatchObject({ state: 'succeeded', verifiedAt: null });
});

test('RDS: a snapshot exists afterwards, and a delete leaves its final snapshot', async () => {
  const id = await makeDb('pg-goes');
  const snapshot = await run('rds.snapshot', id);
  expect(snapshot).toMatchObject({ state: 'succeeded', stateNow: 'available' });
  const gone = await run('rds.delete', id);
  expect(gone).toMatchObject({ state: 'succeeded', stateNow: 'gone' });
  const { DBSnapshots } = await rds().send(
    new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: 'pg-goes', SnapshotType: 'manual' }),
  );
  expect(DBSnapshots?.map((s) => s.DBSnapshotIdentifier).sort()).toEqual(
    [
      String(gone.plan.call.parameters.FinalDBSnapshotIdentifier),
      String(snapshot.plan.call.parameters.DBSnapshotIdentifier),
    ].sort(),
  );
  expect(await app.storage.estate.get(id)).toBeNull();
});

test('RDS: deletion protection forbids the plan', async () => {
  const id = await makeDb('pg-kept', { DeletionProtection: true });
  await expect(app.execution.propose('rds.delete', id)).rejects.toMatchObject({ code: 'INVALID_STATE' });
});

test('EC2: stop, start, reboot and terminate, each once, dry runs changing nothing', async () => {
  const id = await makeInstance('web-1');
  const { plan } = await app.execution.propose('ec2.stop', id);
  expect(plan.checks.find((c) => c.name === 'permission')).toMatchObject({ status: 'pass' });
  expect(sends('StopInstances')).toHaveLength(0);

  proxy.holdTransitions(2);
  expect(await run('ec2.stop', id)).toMatchObject({ state: 'succeeded', stateNow: 'stopped' });
  proxy.holdTransitions(2);
  expect(await run('ec2.start', id)).toMatchObject({ state: 'succeeded', stateNow: 'running' });
  expect(await run('ec2.reboot', id)).toMatchObject({ state: 'succeeded', verifiedAt: null });
  proxy.holdTransitions(2);
  expect(await run('ec2.terminate', id)).toMatchObject({ state: 'succeeded' });
  for (const operation of ['StopInstances', 'StartInstances', 'RebootInstances', 'TerminateInstances'])
    expect(sends(operation)).toHaveLength(1);
});

test('a denied call is a failure that changed nothing', async () => {
  const id = await makeDb('pg-denied');
  proxy.add({ kind: 'deny', account: ACCOUNT, operation: 'StopDBInstance' });
  const execution = await run('rds.stop', id);
  expect(execution).toMatchObject({ state: 'failed', error: { code: 'ACCESS_DENIED' } });
  expect(execution.stateNow).toBe('available');
});

test.each(['cutAfter', 'serverError'] as const)(
  'an answer lost to %s leads to one send, and to what is really there',
  async (kind) => {
    const id = await makeDb(`pg-${kind.toLowerCase()}`);
    proxy.add({ kind, operation: 'StopDBInstance', times: 5 });
    const execution = await run('rds.stop', id);
    const carriedOut = kind === 'cutAfter';
    expect(sends('StopDBInstance')).toHaveLength(carriedOut ? 1 : 0);
    expect(execution.state).toBe(carriedOut ? 'succeeded' : 'unknown');
    expect(execution.stateNow).toBe(carriedOut ? 'stopped' : 'available');
  },
);

test('a locked profile approves nothing and sends nothing', async () => {
  const id = await makeDb('pg-locked');
  await app.accounts.lock('ops', 'window-1');
  const { plan } = await app.execution.propose('rds.stop', id);
  expect(plan.identity.readOnly).toBe(true);
  await expect(
    app.execution.approve({ planId: plan.planId, digest: plan.digest }, ANA),
  ).rejects.toMatchObject({ code: 'READ_ONLY' });
  await app.accounts.unlock('ops', 60, 'window-1');
  expect(sends('StopDBInstance')).toHaveLength(0);
});

const DEATHS: [string, JournalBody['kind'], 'before' | 'after', number, Execution['state']][] = [
  ['before the intent', 'intent', 'before', 0, 'refused'],
  ['after the intent', 'intent', 'after', 0, 'unknown'],
  ['after the send', 'answered', 'before', 1, 'succeeded'],
  ['while waiting', 'state', 'after', 1, 'succeeded'],
  ['before the result', 'result', 'before', 1, 'succeeded'],
];
test.each(DEATHS)(
  'kill -9 %s: the next start settles it and at most one call was sent',
  async (what, kind, when, sent, state) => {
    const name = `pg-${what.replaceAll(' ', '-')}`;
    const resourceId = await makeDb(name);
    await app.stop();
    proxy.holdTransitions(2);
    const signal = await crash({ ...options, action: 'rds.stop', resourceId, kind, when });
    expect(signal).toBe('SIGKILL');
    app = await started();
    const [left] = await app.storage.journal.unfinished();
    await app.execution.reconcile();
    const execution = await ended(left?.executionId ?? '');
    expect(execution.plan.target.name).toBe(name);
    expect(execution.state).toBe(state);
    expect(sends('StopDBInstance')).toHaveLength(sent);
    expect(await app.storage.journal.verify()).toMatchObject({ brokenAt: null });
    await expect(
      app.execution.approve({ planId: execution.plan.planId, digest: execution.plan.digest }, ANA),
    ).rejects.toMatchObject({ code: 'PLAN_USED' });
  },
);

function crash(order: CrashOrder): Promise<NodeJS.Signals | null> {
  const script = fileURLToPath(new URL('./testing/crashChild.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
}
