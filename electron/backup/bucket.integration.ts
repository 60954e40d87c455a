import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorBody } from '../../e2e/support/awsCall.ts';
import { s3Error } from './s3Errors.ts';
import { type Machine, newMachine } from './testing/machine.ts';
import { isPart, isPut, S3Bench } from './testing/s3Bench.ts';

let bench: S3Bench;
let machine: Machine;

beforeAll(async () => {
  bench = await S3Bench.start();
  machine = await newMachine(bench.folder, bench.clients);
});
afterEach(() => bench.proxy.clear());
afterAll(() => bench.stop());

const place = (bucket: string, change = {}) => ({
  bucket,
  region: 'us-east-1',
  profile: 'backup',
  endpoint: null as string | null,
  kmsKeyId: null as string | null,
  ...change,
});
const configure = (s3: ReturnType<typeof place>) => machine.service.configure({ s3 });

/** An S3 of one answer, for what moto does not show. */
async function answering(
  status: number,
  headers: Record<string, string>,
  body = '',
): Promise<[string, Server]> {
  const server = createServer((_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server];
}

describe("the bucket's own problem is a sentence of its own, and nothing is saved", () => {
  const savedNothing = async () => expect((await machine.service.records.settings()).s3).toBeNull();

  it('missing', async () => {
    const refused = configure(place('no-such-bucket-here'));
    await expect(refused).rejects.toMatchObject({
      code: 'BACKUP_PLACE',
      message: expect.stringMatching(/There is no bucket no-such-bucket-here/),
    });
    await savedNothing();
  });

  it('denied', async () => {
    const { name } = await bench.bucket();
    bench.proxy.add({ kind: 'deny', service: 's3' });
    await expect(configure(place(name))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/role policy that the Backups screen prints/),
    });
    await savedNothing();
  });

  it('writing denied', async () => {
    const { name } = await bench.bucket();
    bench.proxy.add({ kind: 'deny', when: isPut });
    await expect(configure(place(name))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/s3:PutObject/),
    });
    await savedNothing();
  });

  it('expired credentials', async () => {
    const { name } = await bench.bucket();
    bench.proxy.add({ kind: 'expired', service: 's3' });
    await expect(configure(place(name))).rejects.toMatchObject({
      code: 'CREDENTIALS_EXPIRED',
      message: expect.stringMatching(/profile backup have expired/),
    });
    await savedNothing();
  });

  it('in another region, which the answer names', async () => {
    const [url, server] = await answering(301, { 'x-amz-bucket-region': 'eu-west-1' });
    const refused = configure(place('elsewhere', { endpoint: url }));
    await expect(refused).rejects.toMatchObject({
      code: 'BACKUP_PLACE',
      message: expect.stringMatching(/lies in eu-west-1, not in us-east-1/),
    });
    server.close();
    await savedNothing();
  });

  it('an endpoint that nobody answers at', async () => {
    const [url, server] = await answering(200, {});
    await new Promise((resolve) => server.close(resolve));
    const refused = configure(place('anything', { endpoint: url }));
    await expect(refused).rejects.toMatchObject({ code: 'NETWORK', message: expect.stringContaining(url) });
    await savedNothing();
  });

  it('an endpoint that is no address, without repeating what was typed', async () => {
    const refused = configure(place('anything', { endpoint: 'https://AKIA:secret@host' }));
    await expect(refused).rejects.toMatchObject({
      code: 'BACKUP_PLACE',
      message: expect.not.stringContaining('secret'),
    });
  });

  it.each([
    [{ region: '' }, 'The region is missing.'],
    [{ region: 'Oregon, US' }, '"Oregon, US" is not a region.'],
    [{ bucket: 's3://backups' }, 'without s3:// and folders'],
    [{ bucket: 'backups/laptop' }, 'without s3:// and folders'],
  ])('what cannot be a bucket or a region: %o', async (change, words) => {
    await expect(configure(place('anything', change))).rejects.toMatchObject({
      code: 'BACKUP_PLACE',
      message: expect.stringContaining(words),
    });
  });

  it('typed keys that cannot be keys, without repeating them', async () => {
    const access = { accessKeyId: 'AKIA', secretAccessKey: 'pa\nste', sessionToken: null };
    const refused = bench.clients.open(bench.target('anything', { access }));
    await expect(refused).rejects.toMatchObject({
      code: 'CREDENTIALS_MISSING',
      message: 'The typed secret access key holds blanks or characters that no key has. Copy it again.',
    });
  });

  it('an address where something else than S3 answers: no bucket is said to be missing', async () => {
    const [url, server] = await answering(404, { 'content-type': 'text/html' }, '<html>Not found');
    const refused = configure(place('anything', { endpoint: url }));
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('not as S3 does') });
    server.close();
    const { name } = await bench.bucket();
    const doubled = configure(place(name, { endpoint: `${bench.url}/${name}` }));
    await expect(doubled).rejects.toMatchObject({ message: expect.stringContaining('not as S3 does') });
    await savedNothing();
  });

  it('a gateway that says with a page of its own that it fails: the address is not doubted', async () => {
    const [url, server] = await answering(502, { 'content-type': 'text/html' }, '<html>Bad Gateway</html>');
    const refused = configure(place('anything', { endpoint: url }));
    await expect(refused).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining('kept failing (HTTP 502)'),
    });
    server.close();
  });

  it('a certificate that is not trusted, and a KMS key that the store does not know', async () => {
    const bucket = await bench.clients.open(bench.target('b-b-b', { endpoint: 'https://store.example' }));
    const untrusted = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(s3Error(untrusted, bucket, 's3:ListBucket')).toMatchObject({
      code: 'BACKUP_PLACE',
      message: expect.stringMatching(/certificate of the endpoint https:\/\/store.example is not trusted/),
    });
    const unknown = Object.assign(new Error('no such key'), { name: 'kms:KeyNotFound' });
    expect(s3Error(unknown, bucket, 's3:PutObject')).toMatchObject({
      code: 'BACKUP_PLACE',
      message: expect.stringContaining('the KMS key'),
    });
  });

  it('a KMS key that may not be used', async () => {
    const call = {
      service: 's3',
      operation: '',
      region: '',
      accessKeyId: '',
      parameters: new URLSearchParams(),
      method: 'PUT',
      path: '',
    };
    const text =
      'User: arn:aws:iam::1:user/x is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:1:key/k';
    const { contentType, body } = errorBody(call, 'AccessDenied', text);
    const server = createServer((request, response) => {
      const denied = request.method === 'PUT';
      response.writeHead(denied ? 403 : 200, { 'content-type': denied ? contentType : 'text/xml' });
      response.end(
        denied ? body : '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const refused = configure(place('sealed', { endpoint: url, kmsKeyId: 'arn:aws:kms:us-east-1:1:key/k' }));
    await expect(refused).rejects.toMatchObject({
      code: 'BACKUP_PLACE',
      message: expect.stringMatching(/KMS key arn:aws:kms:us-east-1:1:key\/k cannot be used/),
    });
    server.close();
  });
});

describe('what is only worth a warning is saved and said', () => {
  it('no versioning', async () => {
    const { client, name } = await bench.bucket({ versioned: false });
    const overview = await configure(place(name));
    expect(overview.settings.s3?.bucket).toBe(name);
    const words = [expect.stringMatching(/Versioning is off/)];
    expect(overview).toMatchObject({ problem: null, warnings: words });
    // Said as long as it is so, and no longer.
    expect((await machine.service.overview()).warnings).toEqual(words);
    await client.send(
      new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    expect((await machine.service.overview()).warnings).toEqual([]);
  });

  it('object lock with a default time', async () => {
    const { client, name } = await bench.bucket();
    const locked = `${name}-locked`;
    await client.send(new CreateBucketCommand({ Bucket: locked, ObjectLockEnabledForBucket: true }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket: locked, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    await client.send(
      new PutObjectLockConfigurationCommand({
        Bucket: locked,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 90 } },
        },
      }),
    );
    const overview = await configure(place(locked));
    expect(overview.warnings).toEqual([
      expect.stringMatching(/Object lock keeps every version .* for 90 days/),
    ]);
    expect(await machine.ended(machine.service.create())).toMatchObject({ state: 'done' });
  });

  it('a good bucket has nothing to say and keeps nothing of the check', async () => {
    const bucket = await bench.bucket();
    expect(await configure(place(bucket.name))).toMatchObject({ problem: null, warnings: [] });
    expect(await bench.keys(bucket)).toEqual([]);
  });

  it('an S3-compatible store by its address, with a KMS key', async () => {
    const bucket = await bench.bucket();
    await configure(place(bucket.name, { endpoint: bench.url, kmsKeyId: 'alias/backup' }));
    machine.engine.size = 9 * 1024 * 1024;
    expect(await machine.ended(machine.service.create())).toMatchObject({ state: 'done' });
    machine.engine.size = 1_000;
  });
});

describe('the printed policies', () => {
  it('allow every call of a whole life of backups, under enforced IAM, and no more than is called', async () => {
    const bucket = await bench.bucket();
    const own = await newMachine(bench.folder, bench.clients, randomUUID());
    await own.useBucket(place(bucket.name));
    const { rolePolicy } = await own.service.policies(bucket.name);
    const policy = JSON.parse(rolePolicy) as { Statement: { Effect: string; Action: string[] }[] };
    const key = await bench.moto.seed('access_key', {
      account: '111122223333',
      user: `u-${randomUUID()}`,
      policy,
    });
    const original = { ...bench.key };
    Object.assign(bench.key, key);
    await bench.moto.enforceIam(true);
    try {
      bench.proxy.clear();
      await own.service.records.saveSettings({ ...(await own.service.records.settings()), s3: null });
      await own.service.configure({ s3: place(bucket.name) });
      own.engine.size = 11 * 1024 * 1024;
      own.time.offset = -90 * 24 * 3_600_000;
      expect(await own.ended(own.service.create())).toMatchObject({ error: null, state: 'done' });
      own.time.offset = 0;
      const cancelled = own.service.create();
      const sentParts = () => bench.proxy.sent.filter(({ call }) => isPart(call)).length;
      const before = sentParts();
      await expect.poll(sentParts, { timeout: 60_000 }).toBeGreaterThan(before);
      own.jobs.cancel(cancelled.jobId);
      await own.ended(cancelled);
      let expired = true;
      bench.proxy.add({ kind: 'expired', when: (call) => expired && call.path.includes('partNumber=2') });
      await own.ended(own.service.create());
      expired = false;
      const resumed = await own.service.settleInterrupted();
      if (resumed) expect(await own.ended(resumed)).toMatchObject({ error: null });
      const made = await own.ended(own.service.create());
      expect(made).toMatchObject({ error: null, state: 'done' });
      expect(await own.ended(await own.service.prove(made.backupId ?? '', 's3'))).toMatchObject({
        error: null,
      });
      const s3 = {
        kind: 's3' as const,
        bucket: bucket.name,
        region: 'us-east-1',
        endpoint: null,
        access: { profile: 'backup' },
      };
      await own.restore.discover(s3);
      const stranger = await newMachine(bench.folder, bench.clients);
      const elsewhere = stranger.service.configure({ s3: place(bucket.name) });
      await expect(elsewhere).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    } finally {
      await bench.moto.enforceIam(false);
      Object.assign(bench.key, original);
    }
    const called = new Set(bench.proxy.sent.map(({ call }) => actionOf(call.method, call.path, bucket.name)));
    const allowed = new Set(
      policy.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action),
    );
    expect([...called].sort()).toEqual([...allowed].sort());
    expect([...called]).not.toContain('s3:DeleteObjectVersion');
  });

  it('let a machine neither write nor delete below the prefix of another, nor end a version', async () => {
    const { rolePolicy, bucketPolicy } = await machine.service.policies('b-b-b');
    const role = JSON.parse(rolePolicy) as {
      Statement: { Sid: string; Effect: string; Action: string[]; Resource: string }[];
    };
    const write = role.Statement.find(({ Sid }) => Sid === 'WriteOwnBackups');
    expect(write?.Resource).toBe(`arn:aws:s3:::b-b-b/${machine.installId}/snapshots/*`);
    expect(role.Statement.find(({ Effect }) => Effect === 'Deny')?.Action).toContain(
      's3:DeleteObjectVersion',
    );
    expect(bucketPolicy).toContain('s3:DeleteObjectVersion');
    expect(rolePolicy).not.toContain('"s3:*"');
  });
});

/** The IAM action behind a call, as AWS's service authorization reference lists them. */
function actionOf(method: string, path: string, bucket: string): string {
  const url = new URL(path, 'http://s3');
  const isBucket = url.pathname === `/${bucket}` || url.pathname === `/${bucket}/`;
  const has = (name: string) => url.searchParams.has(name);
  if (isBucket) {
    if (has('versioning')) return 's3:GetBucketVersioning';
    if (has('object-lock')) return 's3:GetBucketObjectLockConfiguration';
    if (has('uploads')) return 's3:ListBucketMultipartUploads';
    return 's3:ListBucket';
  }
  if (method === 'DELETE')
    return has('uploadId')
      ? 's3:AbortMultipartUpload'
      : has('versionId')
        ? 's3:DeleteObjectVersion'
        : 's3:DeleteObject';
  if (method === 'GET') return has('uploadId') ? 's3:ListMultipartUploadParts' : 's3:GetObject';
  return method === 'HEAD' ? 's3:GetObject' : 's3:PutObject';
}
