import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once as event } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { appPaths } from '../electron/config.ts';
import { StorageConfig } from '../electron/storage/storageConfig.ts';
import { StorageClient } from '../electron/storage/workerClient.ts';
import type { Measured, Task } from './backupChild.ts';
import { resourceAt } from './estate.ts';
import { medianOf, once, type Row } from './measure.ts';

const ENTRY = join(import.meta.dirname, '../electron');
const CHILD = join(import.meta.dirname, 'backupChild.ts');
const BATCH = 1_000;

/** Backup and restore of `size` resources, each in a process of its own, beside gzip | encrypt | write. */
export async function backupRows(size: number): Promise<Row[]> {
  const parent = await mkdtemp(join(tmpdir(), 'cloudops-bench-'));
  const folder = join(parent, 'workspace');
  const lines = join(parent, 'resources.jsonl');
  const masterKey = randomBytes(32);
  try {
    await mkdir(folder);
    await fill({ folder, masterKey, lines, size });
    const task = { entry: ENTRY, masterKey: masterKey.toString('hex'), to: '', which: null };
    const piped = join(parent, 'piped');
    const plainBackup = await child({ ...task, what: 'plain backup', from: lines, to: piped });
    const plainRestore = await child({ ...task, what: 'plain restore', from: piped, to: `${piped}.out` });
    const backup = await child({ ...task, what: 'backup', from: folder });
    const restore = await child({ ...task, what: 'restore', from: folder, which: backup.which });
    return [
      ...rowsOf(`backup of ${label(size)}, made and read back`, backup, {
        name: 'read | gzip | encrypt | write, once',
        ...plainBackup,
      }),
      ...rowsOf(`restore of ${label(size)}, with a backup before`, restore, {
        name: 'read | decrypt | gunzip | write, once',
        ...plainRestore,
      }),
    ];
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

function rowsOf(name: string, measured: Measured, plain: Measured & { name: string }): Row[] {
  return [
    {
      name: `${name} (sqlite)`,
      value: measured.ms / 1_000,
      unit: 's',
      baseline: { name: plain.name, value: plain.ms / 1_000 },
    },
    {
      name: `peak memory: ${name} (sqlite)`,
      value: measured.peakMB,
      unit: 'MB',
      baseline: { name: 'of the process before the work', value: measured.peakMB - measured.addedMB },
    },
    {
      name: `memory added: ${name} (sqlite)`,
      value: measured.addedMB,
      unit: 'MB',
      baseline: { name: `added by ${plain.name}`, value: plain.addedMB },
    },
  ];
}

async function fill(to: {
  folder: string;
  masterKey: Uint8Array;
  lines: string;
  size: number;
}): Promise<void> {
  const storage = await openStorage(to.folder, to.masterKey);
  const file = await open(to.lines, 'w');
  for (let n = 0; n < to.size; n += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, to.size - n) }, (_, i) => resourceAt(n + i));
    await storage.estate.bulkUpsert(batch, new Date().toISOString());
    await file.write(batch.map((resource) => `${JSON.stringify(resource)}\n`).join(''));
  }
  await file.close();
  await storage.shutdown();
}

async function openStorage(folder: string, masterKey: Uint8Array): Promise<StorageClient> {
  const storage = new StorageClient({ workerPath: appPaths(ENTRY).dataWorker });
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
  await storage.open({ config, folder, masterKey, qdrantBinary: null });
  return storage;
}

async function child(task: Task): Promise<Measured> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), event(child, 'exit')]);
  if (code !== 0) throw new Error(`${task.what} ended with ${code}`);
  return JSON.parse(output) as Measured;
}

const SENTENCES = [
  'Which databases are stopped in us-west-2?',
  'The instance ledger-prod-7 is running since Tuesday.',
  'Stop the reporting cluster before the weekend, please.',
  'Nothing in staging has an owner tag.',
  'Reboot the gateway once the backlog is empty.',
];
const sentence = (n: number) => `${SENTENCES[n % SENTENCES.length] ?? ''} Ticket ops-${n}.`;

/** Search in `size` messages: the first, that builds the index, and those after it. */
export async function conversationRows(size: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-bench-'));
  const masterKey = randomBytes(32);
  try {
    await converse(folder, masterKey, size);
    const storage = await openStorage(folder, masterKey);
    const search = (words: string) => storage.chat.searchConversations(words, 50);
    const whole = async () => {
      while ((await search('ledger')).indexing);
    };
    const first = await once(() => search('ledger'));
    const built = first + (await once(whole));
    const rare = await medianOf(25, (n) => search(`ops-${(size >> 1) + n}`));
    const common = await medianOf(25, () => search('stopped databases'));
    await storage.shutdown();
    const plain = Array.from({ length: size }, (_, n) => sentence(n).toLowerCase());
    const includes = (words: string[]) =>
      plain.filter((line) => words.every((word) => line.includes(word))).slice(0, 50);
    const text = JSON.stringify(plain);
    const base = {
      parse: await once(() => JSON.parse(text)),
      rare: await medianOf(25, (n) => includes([`ops-${(size >> 1) + n}`])),
      common: await medianOf(25, () => includes(['stopped', 'databases'])),
    };
    const parse = { name: 'JSON.parse of the same texts', value: base.parse };
    const of = `${label(size)} messages (sqlite)`;
    return [
      { name: `conversation search, first answer, ${of}`, value: first, unit: 'ms', baseline: parse },
      { name: `conversation search, index whole, ${of}`, value: built, unit: 'ms', baseline: parse },
      {
        name: `conversation search, one message, ${of}`,
        value: rare,
        unit: 'ms',
        baseline: { name: 'String.includes over plain texts', value: base.rare },
      },
      {
        name: `conversation search, every fifth message, ${of}`,
        value: common,
        unit: 'ms',
        baseline: { name: 'String.includes over plain texts', value: base.common },
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In a hundred conversations at once: each append waits for the disk. */
async function converse(folder: string, masterKey: Uint8Array, size: number): Promise<void> {
  const storage = await openStorage(folder, masterKey);
  const lane = async (_: unknown, at: number) => {
    const { conversationId } = await storage.chat.createConversation();
    for (let n = at; n < size; n += 100) {
      const parts = [{ kind: 'text' as const, text: sentence(n) }];
      const metadata = { resourcesMentioned: [], commandsExecuted: [] };
      await storage.chat.append(conversationId, { role: 'user', parts, sources: [], metadata });
    }
  };
  await Promise.all(Array.from({ length: 100 }, lane));
  await storage.shutdown();
}

function label(size: number): string {
  return `${size / 1_000}k`;
}
