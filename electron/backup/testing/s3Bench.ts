import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import type { AwsCall } from '../../../e2e/support/awsCall.ts';
import { FaultProxy } from '../../../e2e/support/faultProxy.ts';
import { type AccessKey, type MotoServer, startMoto } from '../../../e2e/support/moto.ts';
import { type Bucket, S3Clients, type S3Target } from '../s3Client.ts';
import { fileSource, type UploadSource } from '../s3Upload.ts';

export type TestFile = UploadSource & { path: string };

/** A real S3-shaped server behind the fault proxy, with buckets and files of the test's own. */
export class S3Bench {
  readonly moto: MotoServer;
  readonly proxy: FaultProxy;
  readonly url: string;
  readonly key: AccessKey;
  readonly clients: S3Clients;
  readonly folder: string;
  #buckets = 0;

  private constructor(moto: MotoServer, proxy: FaultProxy, url: string, key: AccessKey, folder: string) {
    this.moto = moto;
    this.proxy = proxy;
    this.url = url;
    this.key = key;
    this.folder = folder;
    this.clients = this.newClients();
  }

  static async start(): Promise<S3Bench> {
    const moto = await startMoto();
    const proxy = new FaultProxy(moto.url);
    const url = await proxy.listen();
    const key = await moto.seed('access_key', { account: '111122223333', user: 'backup' });
    return new S3Bench(moto, proxy, url, key, await mkdtemp(join(tmpdir(), 'cloudops-s3-')));
  }

  /** As AWS: the endpoint is the environment's, so that the code of real AWS runs. */
  newClients(maxAttempts = 6): S3Clients {
    return new S3Clients({
      profiles: { endpoint: () => Promise.resolve(this.url) },
      sessions: { credentials: () => () => Promise.resolve(this.key) },
      appVersion: '0.0.0',
      maxAttempts,
    });
  }

  target(bucket: string, change: Partial<S3Target> = {}): S3Target {
    return {
      bucket,
      region: 'us-east-1',
      endpoint: null,
      kmsKeyId: null,
      access: { profile: 'backup' },
      ...change,
    };
  }

  /** A new bucket, versioned as the app advises. */
  async bucket(options: { versioned?: boolean } = {}): Promise<Bucket> {
    this.#buckets += 1;
    const name = `backups-${process.pid}-${this.#buckets}`;
    const bucket = await this.clients.open(this.target(name));
    await bucket.client.send(new CreateBucketCommand({ Bucket: name }));
    if (options.versioned !== false) {
      const VersioningConfiguration = { Status: 'Enabled' as const };
      await bucket.client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
    }
    this.proxy.clear();
    return bucket;
  }

  async file(name: string, sizeBytes: number): Promise<TestFile> {
    const body = randomBytes(sizeBytes);
    const path = join(this.folder, name);
    await writeFile(path, body);
    return { path, ...fileSource(path, sizeBytes, createHash('sha256').update(body).digest('hex')) };
  }

  async keys(bucket: Bucket): Promise<string[]> {
    const { Contents } = await bucket.client.send(new ListObjectsV2Command({ Bucket: bucket.name }));
    return (Contents ?? []).map(({ Key }) => Key ?? '');
  }

  async openUploads(bucket: Bucket): Promise<string[]> {
    const { Uploads } = await bucket.client.send(new ListMultipartUploadsCommand({ Bucket: bucket.name }));
    return (Uploads ?? []).map(({ Key }) => Key ?? '');
  }

  async stop(): Promise<void> {
    this.clients.destroy();
    await this.proxy.close();
    await this.moto.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const isPart = (call: AwsCall) => call.method === 'PUT' && call.path.includes('partNumber=');
export const isGet = (call: AwsCall) => call.method === 'GET' && call.path.includes('x-id=GetObject');
export const isPut = (call: AwsCall) => call.method === 'PUT' && call.path.includes('x-id=PutObject');
export const isComplete = (call: AwsCall) => call.method === 'POST' && call.path.includes('uploadId=');
