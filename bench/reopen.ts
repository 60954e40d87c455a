import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { appPaths } from '../electron/config.ts';
import { StorageConfig } from '../electron/storage/storageConfig.ts';
import { StorageClient } from '../electron/storage/workerClient.ts';
import { resourceAt } from './estate.ts';
import { once, type Row } from './measure.ts';

const ENTRY = join(import.meta.dirname, '../electron');
const BATCH = 1_000;

interface Opened {
  openMs: number;
  indexedMs: number;
  rssMb: number;
}

/** Opening a folder with `size` resources in a process of its own, beside the same rows as plain objects. */
export async function reopenRows(size: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-bench-'));
  const masterKey = randomBytes(32);
  try {
    const storage = await open(folder, masterKey);
    for (let n = 0; n < size; n += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, i) => resourceAt(n + i));
      await storage.estate.bulkUpsert(batch, new Date().toISOString());
    }
    await storage.shutdown();
    const app = await inOwnProcess('app', folder, masterKey.toString('hex'), size);
    const plain = await inOwnProcess('plain', folder, '', size);
    const label = `${size / 1_000}k`;
    const objects = { name: 'JSON.parse of the same rows, kept', value: plain.openMs };
    return [
      { name: `open, first answer, ${label} (sqlite)`, value: app.openMs, unit: 'ms', baseline: objects },
      { name: `open, index whole, ${label} (sqlite)`, value: app.indexedMs, unit: 'ms', baseline: objects },
      {
        name: `memory with ${label} open (sqlite)`,
        value: app.rssMb,
        unit: 'MB',
        baseline: { name: 'Node with the same rows as objects', value: plain.rssMb },
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inOwnProcess(...args: (string | number)[]): Promise<Opened> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, ...args.map(String)]);
  return JSON.parse(stdout) as Opened;
}

async function open(folder: string, masterKey: Uint8Array): Promise<StorageClient> {
  const storage = new StorageClient({ workerPath: appPaths(ENTRY).dataWorker });
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
  await storage.open({ config, folder, masterKey, qdrantBinary: null });
  return storage;
}

async function measureApp(folder: string, key: string): Promise<Opened> {
  const query = { text: 'ledger', filter: {}, sort: [], ignoreChips: [] };
  let storage: StorageClient | undefined;
  const openMs = await once(async () => {
    storage = await open(folder, Buffer.from(key, 'hex'));
    await storage.find.query(query);
  });
  const restMs = await once(async () => {
    while (storage && (await storage.find.query(query)).indexing) await new Promise(setImmediate);
  });
  const rssMb = process.memoryUsage().rss / 1e6;
  await storage?.shutdown();
  return { openMs, indexedMs: openMs + restMs, rssMb };
}

async function measurePlain(size: number): Promise<Opened> {
  const text = JSON.stringify(Array.from({ length: size }, (_, n) => resourceAt(n)));
  let rows: unknown;
  const openMs = await once(() => {
    rows = JSON.parse(text);
  });
  return { openMs, indexedMs: openMs, rssMb: rows ? process.memoryUsage().rss / 1e6 : 0 };
}

if (import.meta.main) {
  const [mode, folder = '', key = '', size = '0'] = process.argv.slice(2);
  const result = mode === 'app' ? await measureApp(folder, key) : await measurePlain(Number(size));
  process.stdout.write(JSON.stringify(result));
}
