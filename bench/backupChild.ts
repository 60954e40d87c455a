import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { appPaths } from '../electron/config.ts';
import { StorageConfig } from '../electron/storage/storageConfig.ts';
import { quietWork } from '../electron/storage/work.ts';
import { StorageClient } from '../electron/storage/workerClient.ts';

/** One piece of work in a process of its own, so that its memory can be told. Prints a `Measured`. */
export interface Task {
  what: 'backup' | 'restore' | 'plain backup' | 'plain restore';
  entry: string;
  /** The workspace, or the file that the plain pipe reads. */
  from: string;
  /** What the plain pipe writes. */
  to: string;
  /** Hexadecimal. */
  masterKey: string;
  which: { installId: string; backupId: string } | null;
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
  const storage = new StorageClient({ workerPath: appPaths(task.entry).dataWorker });
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
  await storage.open({
    config,
    folder: task.from,
    masterKey: Buffer.from(task.masterKey, 'hex'),
    qdrantBinary: null,
  });
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

function plain(first: Transform, second: Transform): Promise<Measured> {
  return watched(async () => {
    await pipeline(createReadStream(task.from), first, second, createWriteStream(task.to, { flush: true }));
    return null;
  });
}

process.stdout.write(JSON.stringify(await measure()));
