import { createHash } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Bucket } from './s3Client.ts';
import { headObject, putIfAbsent, readObject } from './s3Objects.ts';
import { upload as send } from './s3Upload.ts';
import { isComplete, isGet, isPart, isPut, S3Bench, type TestFile } from './testing/s3Bench.ts';

const MiB = 1024 * 1024;
const PART = 5 * MiB;
let bench: S3Bench;

beforeAll(async () => {
  bench = await S3Bench.start();
});
afterEach(() => bench.proxy.clear());
afterAll(() => bench.stop());

async function upload(
  bucket: Bucket,
  file: TestFile,
  abort = new AbortController(),
  onProgress?: (bytes: number) => void,
) {
  const seen: number[] = [];
  await send(bucket, 'x/snapshots/a.snapshot', file, {
    signal: abort.signal,
    partBytes: PART,
    onProgress: (bytes) => {
      seen.push(bytes);
      onProgress?.(bytes);
    },
  });
  return seen;
}

async function hashOf(bucket: Bucket, key = 'x/snapshots/a.snapshot'): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readObject(bucket, key)) hash.update(chunk);
  return hash.digest('hex');
}

const parts = () => bench.proxy.sent.filter(({ call }) => isPart(call)).length;

describe('upload', () => {
  it('sends a file of several parts and one of a single put, byte for byte', async () => {
    for (const size of [0, 1, PART, PART + 1, 3 * PART + 17]) {
      const bucket = await bench.bucket();
      const file = await bench.file('whole', size);
      const seen = await upload(bucket, file);
      expect(await hashOf(bucket)).toBe(file.sha256);
      expect(seen.at(-1)).toBe(size);
      expect(await bench.openUploads(bucket)).toEqual([]);
    }
  });

  it('waits out 503 and throttling in mid-upload', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('busy', 3 * PART);
    bench.proxy.add({ kind: 'unavailable', when: isPart, times: 3 });
    bench.proxy.add({ kind: 'throttle', when: isComplete, times: 1 });
    await upload(bucket, file);
    expect(await hashOf(bucket)).toBe(file.sha256);
  });

  it('sends a part again whose connection was cut before or after it arrived', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('cut', 3 * PART);
    bench.proxy.add({ kind: 'cutBefore', when: isPart, times: 1 });
    bench.proxy.add({ kind: 'cutAfter', when: isPart, times: 1 });
    await upload(bucket, file);
    expect(await hashOf(bucket)).toBe(file.sha256);
  });

  it('knows its own object again when the answer to the completion was lost', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('completed', 2 * PART);
    bench.proxy.add({ kind: 'cutAfter', when: isComplete, times: 1 });
    await upload(bucket, file);
    expect(await hashOf(bucket)).toBe(file.sha256);
  });

  it('knows its own object again when the answer to a conditional put was lost', async () => {
    const bucket = await bench.bucket();
    bench.proxy.add({ kind: 'cutAfter', when: isPut, times: 1 });
    expect(await putIfAbsent(bucket, 'm', Buffer.from('manifest'))).toBe(true);
    expect(await putIfAbsent(bucket, 'm', Buffer.from('another'))).toBe(false);
    expect(await hashOf(bucket, 'm')).toBe(createHash('sha256').update('manifest').digest('hex'));
  });

  it('keeps its parts when credentials expire in mid-upload, and sends only the rest afterwards', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('expired', 8 * PART);
    let sent = 0;
    bench.proxy.add({ kind: 'expired', when: (call) => isPart(call) && ++sent > 4 });
    await expect(upload(bucket, file)).rejects.toMatchObject({ code: 'CREDENTIALS_EXPIRED' });
    const arrived = parts();
    expect(arrived).toBe(4);
    expect(await bench.openUploads(bucket)).toHaveLength(1);
    bench.proxy.clear();
    const seen = await upload(bucket, file);
    expect(seen[0]).toBe(arrived * PART);
    expect(parts()).toBe(8 - arrived);
    expect(await hashOf(bucket)).toBe(file.sha256);
    expect(await bench.openUploads(bucket)).toEqual([]);
  });

  it('does not build on parts of a file that has other content', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('first', 4 * PART);
    let sent = 0;
    bench.proxy.add({ kind: 'expired', when: (call) => isPart(call) && ++sent > 2 });
    await expect(upload(bucket, file)).rejects.toThrow();
    bench.proxy.clear();
    const other = await bench.file('second', 4 * PART);
    await upload(bucket, other);
    expect(await hashOf(bucket)).toBe(other.sha256);
  });

  it('leaves nothing in the bucket after a cancel', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('cancelled', 6 * PART);
    const abort = new AbortController();
    const going = upload(bucket, file, abort, (bytes) => bytes >= 2 * PART && abort.abort());
    await expect(going).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await bench.openUploads(bucket)).toEqual([]);
    expect(await bench.keys(bucket)).toEqual([]);
  });

  it('never replaces an object that someone else put at its key', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('mine', 2 * PART);
    const Key = 'x/snapshots/a.snapshot';
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'theirs' }));
    await expect(upload(bucket, file)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    expect(await headObject(bucket, Key)).toMatchObject({ sizeBytes: 6 });
  });

  it('sends an object once only, though asked twice', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('twice', 2 * PART);
    await upload(bucket, file);
    bench.proxy.clear();
    await upload(bucket, file);
    expect(parts()).toBe(0);
  });

  it('says so when the local file was cut meanwhile', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('short', 3 * PART);
    await writeFile(file.path, (await readFile(file.path)).subarray(0, PART + 5));
    await expect(upload(bucket, file)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  });
});

describe('reading', () => {
  it('takes up a broken connection where it stopped instead of giving half an object as whole', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('read', 3 * MiB);
    await upload(bucket, file);
    bench.proxy.add({ kind: 'cutBody', when: isGet, times: 3 });
    expect(await hashOf(bucket)).toBe(file.sha256);
    expect(bench.proxy.sent.filter(({ call }) => isGet(call)).length).toBeGreaterThanOrEqual(4);
  });

  it('refuses to join two versions of an object that was replaced in mid-reading', async () => {
    const bucket = await bench.bucket();
    const file = await bench.file('replaced', 2 * MiB);
    await upload(bucket, file);
    bench.proxy.add({ kind: 'cutBody', when: isGet, times: 1 });
    const reading = readObject(bucket, 'x/snapshots/a.snapshot');
    await reading.next();
    await appendFile(file.path, 'more');
    const Body = await readFile(file.path);
    await bucket.client.send(
      new PutObjectCommand({ Bucket: bucket.name, Key: 'x/snapshots/a.snapshot', Body }),
    );
    const rest = async () => {
      for await (const _ of reading) void _;
    };
    await expect(rest()).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  });

  it('gives up in words when the network stays away', async () => {
    const patient = await bench.bucket();
    const file = await bench.file('offline', MiB);
    await upload(patient, file);
    const bucket = await bench.newClients(1).open(bench.target(patient.name));
    bench.proxy.setOffline(true);
    await expect(hashOf(bucket)).rejects.toMatchObject({ code: 'NETWORK' });
  });
});
