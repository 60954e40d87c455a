import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Places } from '../electron/backup/places.ts';
import { S3Clients } from '../electron/backup/s3Client.ts';
import { sendBackup } from '../electron/backup/transfer.ts';
import { quietWork } from '../electron/storage/work.ts';
import type { StorageClient } from '../electron/storage/workerClient.ts';
import { openBench } from './openBench.ts';

/** One piece of work in a process of its own, so that its memory can be told. Prints a `Measured`. */
export interface Task {
  what: 'backup' | 'restore' | 'upload' | 'plain backup' | 'plain restore' | 'plain upload';
  entry: string;
  /** The workspace, or the file that the plain pipe reads. */
  from: string;
  /** What the plain pipe writes. */
  to: string;
  /** Hexadecimal. */
  masterKey: string;
  qdrantBinary: string | null;
  which: { installId: string; backupId: string } | null;
  /** The bucket of an upload. */
  s3: { url: string; bucket: string; accessKeyId: string; secretAccessKey: string } | null;
}
export interface Measured {
  ms: number;
  /** The most memory the process held while it worked, and how much of that the work added. */
  peakMB: number;
  addedMB: number;
  which: Task['which'];
}

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
/** The plain pipe's; a bench keeps no secret. */
const IV = Buffer.alloc(16);
const key = createHash('sha256').update(task.masterKey).digest();

async function watched(work: () => Promise<Task['which']>): Promise<Measured> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 10);
  const start = performance.now();
  const which = await work();
  const ms = performance.now() - start;
  look();
  clearInterval(timer);
  return { ms, peakMB: peak / 1e6, addedMB: (peak - before) / 1e6, which };
}

async function withWorkspace(work: (storage: StorageClient) => Promise<Task['which']>): Promise<Measured> {
  const { entry, from: folder, qdrantBinary } = task;
  const masterKey = Buffer.from(task.masterKey, 'hex');
  const storage = await openBench({ entry, folder, masterKey, qdrantBinary });
  // The whole index is in memory before, as it is in the app.
  await storage.find.resolve('whole');
  const measured = await watched(() => work(storage));
  await storage.shutdown();
  return measured;
}

function measure(): Promise<Measured> {
  switch (task.what) {
    case 'backup':
      return withWorkspace(({ backup }) =>
        backup.create({ reason: 'bench', appVersion: '0.0.0' }, quietWork()),
      );
    case 'restore':
      return withWorkspace(async ({ backup }) => {
        if (task.which === null) throw new Error('a restore needs a backup');
        const parts = ['chat_history' as const, 'aws_estate' as const, 'state' as const];
        const secret = { secret: { kind: 'own' as const } };
        const request = { secret, mode: 'replace' as const, parts, takeover: null, appVersion: '0.0.0' };
        await backup.restore({ kind: 'here' }, task.which, request, quietWork());
        return null;
      });
    case 'upload':
      return withWorkspace(upload);
    case 'plain upload':
      return watched(plainUpload);
    case 'plain backup': {
      const cipher = createCipheriv('aes-256-ctr', key, IV);
      return plain(createGzip({ level: 6 }), cipher);
    }
    case 'plain restore': {
      const decipher = createDecipheriv('aes-256-ctr', key, IV);
      return plain(decipher, createGunzip());
    }
  }
}

/** Sent and read back, as after every backup, with the workspace open beside it. */
async function upload(): Promise<null> {
  const { s3, clients } = bucket();
  if (task.which === null) throw new Error('an upload needs a backup');
  const places = new Places({
    snapshots: join(task.from, 'snapshots'),
    temp: join(task.from, 'temp'),
    clients,
  });
  const to = await places.s3({
    bucket: s3.bucket,
    region: 'us-east-1',
    endpoint: s3.url,
    kmsKeyId: null,
    access: { ...s3, sessionToken: null },
  });
  await sendBackup(await places.local(), to, task.which, quietWork());
  clients.destroy();
  return null;
}

/** The SDK's own way for files of unknown size: each object once, nothing read back. */
async function plainUpload(): Promise<null> {
  const { s3 } = bucket();
  const { accessKeyId, secretAccessKey } = s3;
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: s3.url,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const entries = await readdir(task.from, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const { size } = await stat(path);
    const Key = `plain/${relative(task.from, path)}`;
    await client.send(
      new PutObjectCommand({ Bucket: s3.bucket, Key, Body: createReadStream(path), ContentLength: size }),
    );
  }
  client.destroy();
  return null;
}

function bucket() {
  const { s3 } = task;
  if (s3 === null) throw new Error('an upload needs a bucket');
  const clients = new S3Clients({
    profiles: { endpoint: () => Promise.resolve(s3.url) },
    sessions: { credentials: () => () => Promise.resolve(s3) },
    appVersion: '0.0.0',
  });
  return { s3, clients };
}

function plain(first: Transform, second: Transform): Promise<Measured> {
  return watched(async () => {
    await pipeline(createReadStream(task.from), first, second, createWriteStream(task.to, { flush: true }));
    return null;
  });
}

process.stdout.write(JSON.stringify(await measure()));
