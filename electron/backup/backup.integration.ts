import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BackupSource, S3Place as S3Settings } from '../../preload/contract/models.ts';
import { manifestName, parseName } from '../storage/backup/names.ts';
import type { Bucket } from './s3Client.ts';
import { type Machine, newMachine } from './testing/machine.ts';
import { isGet, isPart, isPut, S3Bench } from './testing/s3Bench.ts';

const DAY = 24 * 3_600_000;
const MiB = 1024 * 1024;
let bench: S3Bench;

beforeAll(async () => {
  bench = await S3Bench.start();
});
afterEach(() => bench.proxy.clear());
afterAll(() => bench.stop());

const settings = (bucket: Bucket): S3Settings => ({
  bucket: bucket.name,
  region: 'us-east-1',
  profile: 'backup',
  endpoint: null,
  kmsKeyId: null,
});
const source = (bucket: Bucket): BackupSource => ({
  kind: 's3',
  bucket: bucket.name,
  region: 'us-east-1',
  endpoint: bench.url,
  access: { ...bench.key, sessionToken: null },
});

async function machineOn(bucket: Bucket, installId = randomUUID()): Promise<Machine> {
  const machine = await newMachine(bench.folder, bench.clients, installId);
  await machine.useBucket(settings(bucket));
  return machine;
}

async function backUp(machine: Machine) {
  const job = await machine.ended(machine.service.create());
  expect(job).toMatchObject({ state: 'done', error: null });
  return job.backupId ?? '';
}

describe('a backup to S3', () => {
  it('is there whole, listed as verified, and its manifest was written last', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    const id = await backUp(machine);
    const { backups, lastGoodAt, problem } = await machine.service.overview();
    expect(backups.map(({ place, state, backupId }) => [place, state, backupId])).toEqual([
      ['local', 'verified', id],
      ['s3', 'verified', id],
    ]);
    expect(problem).toBeNull();
    expect(lastGoodAt).toBe(backups[0]?.createdAt);
    const puts = bench.proxy.sent.filter(({ call }) => isPut(call)).map(({ call }) => call.path);
    expect(puts.at(-1)).toContain(manifestName(machine.installId, id));
    expect((await bench.keys(bucket)).every((key) => parseName(key)?.installId === machine.installId)).toBe(
      true,
    );
  });

  it('says that the local one is safe when the bucket fails, and is invisible in the bucket', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    bench.proxy.add({ kind: 'expired', when: isPut });
    const job = await machine.ended(machine.service.create());
    expect(job).toMatchObject({ state: 'failed', error: { code: 'CREDENTIALS_EXPIRED' } });
    expect(job.error?.message).toMatch(/on this machine is made and verified.*expired/);
    bench.proxy.clear();
    const { backups } = await machine.service.overview();
    expect(backups.map(({ place }) => place)).toEqual(['local']);
  });

  it('does not become visible when what comes back is not what was sent', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    machine.engine.size = 6 * MiB;
    let spoilt = false;
    bench.proxy.add({
      kind: 'slow',
      ms: 0,
      when: (call) => {
        if (!spoilt && isGet(call)) {
          spoilt = true;
          const Key = decodeURIComponent(call.path.split('?')[0] ?? '').slice(bucket.name.length + 2);
          void bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'spoilt' }));
        }
        return false;
      },
    });
    // The object is replaced before its first byte is read back.
    const slow = bench.proxy;
    slow.add({ kind: 'slow', ms: 300, when: isGet, times: 1 });
    const job = await machine.ended(machine.service.create());
    expect(job).toMatchObject({ state: 'failed', error: { code: 'BACKUP_DAMAGED' } });
    bench.proxy.clear();
    const { backups } = await machine.service.overview();
    expect(backups.filter(({ place }) => place === 's3')).toEqual([]);
  });

  it('goes on after a cancelled and a broken try, and leaves no parts behind', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    machine.engine.size = 17 * MiB;
    bench.proxy.add({ kind: 'slow', ms: 200, when: isPart });
    const job = machine.service.create();
    await expect
      .poll(() => bench.proxy.sent.some(({ call }) => isPart(call)), { timeout: 60_000 })
      .toBe(true);
    machine.jobs.cancel(job.jobId);
    expect(await machine.ended(job)).toMatchObject({ state: 'cancelled' });
    expect(await bench.openUploads(bucket)).toEqual([]);
    bench.proxy.clear();
    await backUp(machine);
  });

  it('waits out a slow, busy bucket that cuts connections', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    machine.engine.size = 9 * MiB;
    bench.proxy.add({ kind: 'cutBody', when: isGet, times: 2 });
    bench.proxy.add({ kind: 'unavailable', when: isPart, times: 2 });
    bench.proxy.add({ kind: 'cutAfter', when: isPut, times: 1 });
    bench.proxy.add({ kind: 'throttle', service: 's3', times: 2 });
    await backUp(machine);
  });
});

describe('two machines in one bucket', () => {
  it('neither list, nor clean up, nor continue what belongs to the other', async () => {
    const bucket = await bench.bucket();
    const [a, b] = [await machineOn(bucket), await machineOn(bucket)];
    a.time.offset = -100 * DAY;
    const old = await backUp(a);
    const [, fresh] = [await backUp(a), await backUp(b)];
    b.time.offset = 300 * DAY;
    await backUp(b);
    expect((await a.service.overview()).backups.filter(({ place }) => place === 's3').length).toBe(2);
    expect((await b.service.overview()).backups.some(({ backupId }) => backupId === old)).toBe(false);
    expect((await b.service.overview()).backups.some(({ backupId }) => backupId === fresh)).toBe(false);
    const { installs } = await b.restore.discover(source(bucket));
    expect(installs.map(({ installId }) => installId).sort()).toEqual([a.installId, b.installId].sort());
  });
});

describe('foreign objects in the bucket', () => {
  it('are neither listed nor removed, whatever they are called', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    const foreign = [
      'readme.txt',
      'logs/2026/x.gz',
      `${machine.installId}/snapshots/aws_estate/holiday.jpg`,
      `${machine.installId}/snapshots/manifest/manifest_latest.json`,
      `${machine.installId}/snapshots/manifest/manifest_2026-13-45T99-99-99.json`,
      `${machine.installId}/snapshots/state/state_2020-02-31T00-00-00.snapshot`,
      `${machine.installId}/photos/state_2020-01-01T00-00-00.snapshot`,
      `${machine.installId}/snapshots/state/chat_history_2020-01-01T00-00-00.snapshot`,
    ];
    for (const Key of foreign)
      await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'x' }));
    machine.time.offset = -60 * DAY;
    const old = await backUp(machine);
    machine.time.offset = 0;
    await backUp(machine);
    const keys = await bench.keys(bucket);
    for (const key of foreign) expect(keys).toContain(key);
    expect(keys.some((key) => key.includes(old))).toBe(false);
    expect((await machine.service.overview()).backups.filter(({ place }) => place === 's3').length).toBe(1);
  });
});

describe('removing', () => {
  it('refuses the last good backup of a place and removes another whole', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    machine.time.offset = -2 * DAY;
    const older = await backUp(machine);
    machine.time.offset = 0;
    const newer = await backUp(machine);
    await expect(machine.service.delete(newer, 's3')).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await machine.service.delete(older, 's3');
    expect((await bench.keys(bucket)).some((key) => key.includes(older))).toBe(false);
    await expect(machine.service.delete(older, 's3')).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND' });
    expect(
      (await machine.service.overview()).backups.some(
        (one) => one.place === 'local' && one.backupId === older,
      ),
    ).toBe(true);
  });

  it('gives the last good place to an older one when the newest is found damaged', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    machine.time.offset = -2 * DAY;
    const older = await backUp(machine);
    machine.time.offset = 0;
    const newer = await backUp(machine);
    const Key = `${machine.installId}/snapshots/state/state_${newer}.snapshot`;
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: Buffer.alloc(1_000) }));
    const proof = await machine.ended(await machine.service.prove(newer, 's3'));
    expect(proof).toMatchObject({ state: 'failed', error: { code: 'BACKUP_DAMAGED' } });
    expect(proof.error?.message).toContain(Key);
    const { backups, lastGoodAt } = await machine.service.overview();
    expect(backups.find((one) => one.place === 's3' && one.backupId === newer)?.state).toBe('damaged');
    expect(lastGoodAt).toBe(backups.find((one) => one.backupId === older)?.createdAt);
    await expect(machine.service.delete(older, 's3')).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });

  it('shows a backup with a missing object as damaged', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    const id = await backUp(machine);
    const Key = `${machine.installId}/snapshots/state/state_${id}.snapshot`;
    await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key }));
    const { backups, lastGoodAt } = await machine.service.overview();
    expect(backups.find(({ place }) => place === 's3')?.state).toBe('damaged');
    expect(lastGoodAt).toBeNull();
  });
});

describe('restoring from S3', () => {
  it('finds the installs with typed keys, tries the secret, fetches, verifies and restores', async () => {
    const bucket = await bench.bucket();
    const lost = await machineOn(bucket);
    const backupId = await backUp(lost);
    const fresh = await newMachine(bench.folder, bench.clients);
    const which = { installId: lost.installId, backupId };
    const { installs } = await fresh.restore.discover(source(bucket));
    expect(installs).toHaveLength(1);
    const wrong = { kind: 'recovery', text: 'wrong' } as const;
    await expect(fresh.restore.open(source(bucket), which, wrong)).rejects.toMatchObject({
      code: 'KEY_WRONG',
    });
    const secret = { kind: 'recovery', text: 'right' } as const;
    expect(await fresh.restore.open(source(bucket), which, secret)).toMatchObject({ backupId, place: 's3' });
    const parts = ['state', 'chat_history'] as const;
    const request = { ...which, source: source(bucket), secret, mode: 'replace' as const, parts };
    const job = await fresh.ended(await fresh.restore.run(request));
    expect(job).toMatchObject({
      state: 'done',
      kind: 'restore',
      result: '6 records restored.',
      backupId,
    });
    expect(JSON.stringify([...fresh.stored, fresh.seen])).not.toContain(bench.key.secretAccessKey);
    expect(await readdir(join(fresh.folder, 'temp'))).toEqual([]);
  });

  it('fetches a damaged object once more, then names it and the next older good backup', async () => {
    const bucket = await bench.bucket();
    const machine = await machineOn(bucket);
    machine.time.offset = -2 * DAY;
    const older = await backUp(machine);
    machine.time.offset = 0;
    const backupId = await backUp(machine);
    const Key = `${machine.installId}/snapshots/state/state_${backupId}.snapshot`;
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: Buffer.alloc(1_000) }));
    bench.proxy.clear();
    const request = {
      installId: machine.installId,
      backupId,
      source: source(bucket),
      secret: { kind: 'own' } as const,
      mode: 'replace' as const,
      parts: ['state'] as const,
    };
    const job = await machine.ended(await machine.restore.run(request));
    expect(job).toMatchObject({ state: 'failed', error: { code: 'BACKUP_DAMAGED' } });
    expect(job.error?.message).toContain(Key);
    expect(job.error?.message).toContain(older);
    expect(bench.proxy.sent.filter(({ call }) => isGet(call) && call.path.includes(Key)).length).toBe(2);
    expect(machine.engine.restored).toEqual([]);
  });

  it('says so when a place holds no backup', async () => {
    const bucket = await bench.bucket();
    const machine = await newMachine(bench.folder, bench.clients);
    await expect(machine.restore.discover(source(bucket))).rejects.toMatchObject({
      code: 'BACKUP_NOT_FOUND',
    });
  });
});

describe('kept on this machine', () => {
  it('are proved, exported and cleaned up without any bucket', async () => {
    const machine = await newMachine(bench.folder, bench.clients);
    machine.time.offset = -10 * DAY;
    const old = await backUp(machine);
    machine.time.offset = 0;
    const id = await backUp(machine);
    expect((await machine.service.overview()).backups.some(({ backupId }) => backupId === old)).toBe(false);
    expect(await machine.ended(await machine.service.prove(id, 'local'))).toMatchObject({ state: 'done' });
    expect((await machine.service.overview()).backups[0]?.provedAt).not.toBeNull();
    const exported = await machine.ended(machine.service.export());
    expect(exported).toMatchObject({ state: 'done' });
    const path = exported.result?.match(/^Saved as (.+): \d/)?.[1] ?? '';
    expect((await readFile(path)).length).toBeGreaterThan(100);
    expect(bench.proxy.sent).toEqual([]);
  });

  it('notice damage when proved', async () => {
    const machine = await newMachine(bench.folder, bench.clients);
    const id = await backUp(machine);
    await writeFile(
      join(machine.snapshots, machine.installId, 'snapshots/state', `state_${id}.snapshot`),
      Buffer.alloc(1_000),
    );
    expect(await machine.ended(await machine.service.prove(id, 'local'))).toMatchObject({ state: 'failed' });
    expect((await machine.service.overview()).backups[0]?.state).toBe('damaged');
  });
});
