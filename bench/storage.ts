import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import MiniSearch from 'minisearch';
import type { CollectedResource } from '../electron/scan/types.ts';
import type { NewMessage } from '../electron/storage/api.ts';
import type { StorageClient } from '../electron/storage/workerClient.ts';
import { resourceAt } from './estate.ts';
import { longestStall, medianOf, type Row } from './measure.ts';
import { openBench } from './openBench.ts';

const ENTRY = join(import.meta.dirname, '../electron');
const BATCH = 1_000;

interface Bench {
  storage: StorageClient;
  folder: string;
  /** The same rows as plain objects in this thread: what the baselines work on. */
  plain: CollectedResource[];
  engine: string;
}

export async function storageRows(
  engine: 'sqlite' | 'qdrant',
  qdrantBinary: string | null,
  sizes: number[],
): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-bench-'));
  const storage = await openBench({ entry: ENTRY, folder, masterKey: randomBytes(32), qdrantBinary });
  const bench: Bench = { storage, folder, plain: [], engine };
  const rows: Row[] = [];
  try {
    rows.push(...(await chatRows(bench)));
    for (const size of sizes) rows.push(...(await estateRows(bench, size)));
  } finally {
    await storage.shutdown();
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

async function chatRows({ storage, engine }: Bench): Promise<Row[]> {
  const { conversationId } = await storage.chat.createConversation();
  const message: NewMessage = {
    role: 'user',
    parts: [{ kind: 'text', text: 'Which databases are stopped in us-west-2? '.repeat(4) }],
    sources: [],
    metadata: { resourcesMentioned: [], commandsExecuted: [] },
  };
  const plain = plainLog(JSON.stringify(message));
  const append = await medianOf(500, () => storage.chat.append(conversationId, message));
  const history = await medianOf(50, () => storage.chat.getHistory(conversationId, { limit: 100 }));
  const rows: Row[] = [
    {
      name: `append a message (${engine})`,
      value: append,
      unit: 'ms',
      baseline: { name: 'node:sqlite INSERT, FULL', value: await medianOf(500, plain.append) },
      target: '< 1 ms',
    },
    {
      name: `history, 100 messages (${engine})`,
      value: history,
      unit: 'ms',
      baseline: { name: 'node:sqlite SELECT 100 + JSON.parse', value: await medianOf(50, plain.read) },
      target: '< 10 ms',
    },
  ];
  await plain.close();
  return rows;
}

/** The least that durable appends of the same text cost on this disk. */
function plainLog(text: string) {
  const folder = mkdtemp(join(tmpdir(), 'cloudops-plain-'));
  let db: DatabaseSync | undefined;
  const open = async () => {
    if (db) return db;
    db = new DatabaseSync(join(await folder, 'plain.db'));
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT)',
    );
    return db;
  };
  return {
    append: async () => (await open()).prepare('INSERT INTO log (text) VALUES (?)').run(text),
    read: async () =>
      (await open())
        .prepare('SELECT text FROM log ORDER BY id DESC LIMIT 100')
        .all()
        .map((row) => JSON.parse(String(row.text))),
    close: async () => {
      db?.close();
      await rm(await folder, { recursive: true });
    },
  };
}

async function estateRows(bench: Bench, size: number): Promise<Row[]> {
  const { storage, plain, engine, folder } = bench;
  const label = `${size / 1_000}k`;
  const stall = await longestStall(async () => {
    while (plain.length < size) {
      const batch = Array.from({ length: Math.min(BATCH, size - plain.length) }, (_, i) =>
        resourceAt(plain.length + i),
      );
      await storage.estate.bulkUpsert(batch, new Date().toISOString());
      plain.push(...batch);
    }
    while ((await query(storage, 'ledger prod')).indexing) await new Promise(setImmediate);
  });
  const index = new MiniSearch<{ id: number; name: string; tags: string }>({ fields: ['name', 'tags'] });
  index.addAll(plain.map(({ name, tags }, id) => ({ id, name, tags: Object.values(tags).join(' ') })));

  const words = [
    'stopped postgres in oregon',
    'ledger prod',
    'claims-staging',
    'telemetri dev',
    'running functions team-3',
  ];
  const word = (n: number) => words[n % words.length] ?? '';
  const exact = plain[size >> 1]?.name ?? '';
  const filter = { resourceTypes: ['rds_instance' as const], regions: ['us-west-2'] };
  const search = await medianOf(25, (n) => query(storage, word(n)));
  const byName = await medianOf(25, () => query(storage, exact));
  const filtered = await medianOf(25, () =>
    storage.find.query({ text: '', filter, sort: [], ignoreChips: [] }),
  );
  const { resultId } = await query(storage, '');
  const page = await medianOf(25, (n) => storage.find.rows(resultId, n * 10, 200));
  return [
    {
      name: `search, ${label} (${engine})`,
      value: search,
      unit: 'ms',
      baseline: {
        name: 'MiniSearch, same words',
        value: await medianOf(25, (n) => index.search(word(n), { prefix: true, fuzzy: 0.2 })),
      },
      ...(size === 10_000 && { target: '10–50 ms' }),
    },
    {
      name: `exact name, ${label} (${engine})`,
      value: byName,
      unit: 'ms',
      baseline: {
        name: 'Array.find by name',
        value: await medianOf(25, () => plain.find(({ name }) => name === exact)),
      },
    },
    {
      name: `filter with facets, ${label} (${engine})`,
      value: filtered,
      unit: 'ms',
      baseline: {
        name: 'Array.filter, no facets',
        value: await medianOf(25, () =>
          plain.filter((r) => r.resourceType === 'rds_instance' && r.region === 'us-west-2'),
        ),
      },
      target: '< 10 ms',
    },
    {
      name: `page of 200, ${label} (${engine})`,
      value: page,
      unit: 'ms',
      baseline: {
        name: 'slice + structuredClone',
        value: await medianOf(25, (n) => structuredClone(plain.slice(n * 10, n * 10 + 200))),
      },
    },
    {
      name: `main loop’s longest stall while writing to ${label} (${engine})`,
      value: stall,
      unit: 'ms',
      baseline: {
        name: 'the same rows through JSON.stringify',
        value: await longestStall(async () => void plain.map((row) => JSON.stringify(row))),
      },
    },
    {
      name: `disk, ${label} (${engine})`,
      value: (await sizeOf(folder)) / 1e6,
      unit: 'MB',
      baseline: { name: 'the same rows as JSON text', value: Buffer.byteLength(JSON.stringify(plain)) / 1e6 },
      ...(size === 10_000 && { target: '100–200 MB with vectors' }),
    },
  ];
}

function query(storage: StorageClient, text: string) {
  return storage.find.query({ text, filter: {}, sort: [], ignoreChips: [] });
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.filter((e) => e.isFile()).map(async (e) => (await stat(join(e.parentPath, e.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
