import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AwsCall } from '../../e2e/support/awsCall.ts';
import type { Bucket } from './s3Client.ts';
import { openMachine } from './testing/machine.ts';
import { isComplete, isGet, isPart, isPut, S3Bench } from './testing/s3Bench.ts';

const CHILD = fileURLToPath(new URL('testing/uploadChild.ts', import.meta.url));
const DAY = 24 * 3_600_000;
const SIZE = 20 * 1024 * 1024;
let bench: S3Bench;

beforeAll(async () => {
  bench = await S3Bench.start();
});
afterEach(() => bench.proxy.clear());
afterAll(() => bench.stop());

/** Kills the child with -9 when the bucket has carried out the nth call of this kind. */
async function killAt(
  bucket: Bucket,
  folder: string,
  installId: string,
  kind: (call: AwsCall) => boolean,
  nth: number,
) {
  const { key, url } = bench;
  const args = [
    CHILD,
    url,
    key.accessKeyId,
    key.secretAccessKey,
    bucket.name,
    folder,
    installId,
    String(SIZE),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let seen = 0;
  bench.proxy.add({
    kind: 'cutBefore',
    when: (call) => {
      if (!kind(call)) return false;
      seen += 1;
      if (seen === nth) child.kill('SIGKILL');
      return seen >= nth;
    },
  });
  await ended;
  bench.proxy.clear();
  expect(output).toBe('');
}

async function restarted(bucket: Bucket, folder: string, installId: string, endpoint: string | null = null) {
  const machine = openMachine(folder, bench.clients, installId);
  await machine.useBucket({
    bucket: bucket.name,
    region: 'us-east-1',
    profile: 'backup',
    endpoint,
    kmsKeyId: null,
  });
  return machine;
}

describe('killed with -9 in mid-upload', () => {
  it.each<[string, (call: AwsCall) => boolean, number]>([
    ['in the first part', isPart, 1],
    ['among the parts', isPart, 5],
    ['before an upload was completed', isComplete, 2],
    ['while reading back', isGet, 2],
    ['before the manifest', (call) => isPut(call) && call.path.includes('/manifest/'), 1],
  ])('%s: invisible until the next start finishes it', async (_name, kind, nth) => {
    const bucket = await bench.bucket();
    const folder = await mkdtemp(join(bench.folder, 'killed-'));
    const installId = randomUUID();
    await killAt(bucket, folder, installId, kind, nth);
    const machine = await restarted(bucket, folder, installId);
    expect((await machine.service.overview()).backups.map(({ place }) => place)).toEqual(['local']);
    const before = bench.proxy.sent.filter(({ call }) => isPart(call)).length;
    const job = await machine.service.settleInterrupted();
    expect(job && (await machine.ended(job))).toMatchObject({ state: 'done' });
    const { backups } = await machine.service.overview();
    expect(backups.map(({ place, state }) => [place, state])).toEqual([
      ['local', 'verified'],
      ['s3', 'verified'],
    ]);
    expect(await bench.openUploads(bucket)).toEqual([]);
    // Nine parts in all: what had arrived was not sent again.
    const sent = bench.proxy.sent.filter(({ call }) => isPart(call)).length - before;
    expect(sent).toBeLessThanOrEqual(9 - Math.max(0, kind === isPart ? nth - 3 : 6));
    expect(await machine.service.settleInterrupted()).toBeNull();
  });

  it('removes the parts of a backup that is no longer on this machine, after a day', async () => {
    const bucket = await bench.bucket();
    const folder = await mkdtemp(join(bench.folder, 'killed-'));
    const installId = randomUUID();
    await killAt(bucket, folder, installId, isPart, 6);
    expect(await bench.openUploads(bucket)).toHaveLength(1);
    await rm(join(folder, 'snapshots'), { recursive: true });
    const machine = await restarted(bucket, folder, installId);
    expect(await machine.service.settleInterrupted()).toBeNull();
    // Another machine of this install may be sending it right now.
    expect(await bench.openUploads(bucket)).toHaveLength(1);
    machine.time.offset = 2 * DAY;
    expect(await machine.service.settleInterrupted()).toBeNull();
    expect(await bench.openUploads(bucket)).toEqual([]);
    expect(await bench.keys(bucket)).toEqual([]);
  });

  describe('in a store that tells of an open upload only by its exact key, as MinIO does', () => {
    const hideUploads = () =>
      bench.proxy.add({
        kind: 'answer',
        when: ({ path }) => path.includes('uploads') && !path.includes('.snapshot'),
        body: '<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>',
      });

    async function killedInFirstObject() {
      const bucket = await bench.bucket();
      const folder = await mkdtemp(join(bench.folder, 'killed-'));
      const installId = randomUUID();
      await killAt(bucket, folder, installId, isPart, 2);
      expect(await bench.openUploads(bucket)).toHaveLength(1);
      expect(await bench.keys(bucket)).toEqual([]);
      hideUploads();
      return { bucket, machine: await restarted(bucket, folder, installId, bench.url) };
    }

    it('the next start finishes it', async () => {
      const { machine } = await killedInFirstObject();
      const job = await machine.service.settleInterrupted();
      expect(job && (await machine.ended(job))).toMatchObject({ state: 'done' });
    });

    it('a later backup removes its parts', async () => {
      const { bucket, machine } = await killedInFirstObject();
      machine.engine.size = 1_000;
      expect(await machine.ended(machine.service.create())).toMatchObject({ state: 'done' });
      bench.proxy.clear();
      expect(await bench.openUploads(bucket)).toEqual([]);
    });
  });

  it("leaves another machine's upload alone", async () => {
    const bucket = await bench.bucket();
    const folder = await mkdtemp(join(bench.folder, 'killed-'));
    await killAt(bucket, folder, randomUUID(), isPart, 6);
    const other = await restarted(bucket, await mkdtemp(join(bench.folder, 'other-')), randomUUID());
    other.time.offset = 20 * DAY;
    await other.ended(other.service.create());
    expect(await other.service.settleInterrupted()).toBeNull();
    expect(await bench.openUploads(bucket)).toHaveLength(1);
  });

  it('clears what it had fetched, and nothing else in that folder', async () => {
    const folder = await mkdtemp(join(bench.folder, 'temp-'));
    const machine = openMachine(folder, bench.clients, randomUUID());
    await mkdir(join(folder, 'temp', `fetched-${randomUUID()}`), { recursive: true });
    await writeFile(join(folder, 'temp', 'mine.txt'), 'x');
    await machine.service.settleInterrupted();
    expect(await readdir(join(folder, 'temp'))).toEqual(['mine.txt']);
  });
});
