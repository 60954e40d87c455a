import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once as event } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Measured, Task } from './backupChild.ts';
import { resourceAt } from './estate.ts';
import type { Row } from './measure.ts';
import { openBench } from './openBench.ts';

export const ENTRY = join(import.meta.dirname, '../electron');
const CHILD = join(import.meta.dirname, 'backupChild.ts');
const BATCH = 1_000;

/** Backup and restore of `size` resources, each in a process of its own, beside gzip | encrypt | write. */
export async function backupRows(size: number, qdrantBinary: string | null): Promise<Row[]> {
  const parent = await mkdtemp(join(tmpdir(), 'cloudops-bench-'));
  const folder = join(parent, 'workspace');
  const lines = join(parent, 'resources.jsonl');
  const masterKey = randomBytes(32);
  try {
    await mkdir(folder);
    await fill({ folder, masterKey, lines, size, qdrantBinary });
    const task = {
      entry: ENTRY,
      masterKey: masterKey.toString('hex'),
      qdrantBinary,
      to: '',
      which: null,
      s3: null,
    };
    const engine = qdrantBinary === null ? 'sqlite' : 'qdrant, the app’s own processes';
    const piped = join(parent, 'piped');
    const plainBackup = await child({ ...task, what: 'plain backup', from: lines, to: piped });
    const plainRestore = await child({ ...task, what: 'plain restore', from: piped, to: `${piped}.out` });
    const backup = await child({ ...task, what: 'backup', from: folder });
    const restore = await child({ ...task, what: 'restore', from: folder, which: backup.which });
    return [
      ...rowsOf(`backup of ${label(size)}, made and read back (${engine})`, backup, {
        name: 'read | gzip | encrypt | write, once',
        ...plainBackup,
      }),
      ...rowsOf(`restore of ${label(size)}, with a backup before (${engine})`, restore, {
        name: 'read | decrypt | gunzip | write, once',
        ...plainRestore,
      }),
    ];
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

export function rowsOf(name: string, measured: Measured, plain: Measured & { name: string }): Row[] {
  return [
    {
      name: name,
      value: measured.ms / 1_000,
      unit: 's',
      baseline: { name: plain.name, value: plain.ms / 1_000 },
    },
    {
      name: `peak memory: ${name}`,
      value: measured.peakMB,
      unit: 'MB',
      baseline: { name: 'of the process before the work', value: measured.peakMB - measured.addedMB },
    },
    {
      name: `memory added: ${name}`,
      value: measured.addedMB,
      unit: 'MB',
      baseline: { name: `added by ${plain.name}`, value: plain.addedMB },
    },
  ];
}

export async function fill(to: {
  folder: string;
  masterKey: Uint8Array;
  lines: string;
  size: number;
  qdrantBinary: string | null;
}): Promise<void> {
  const storage = await openBench({ ...to, entry: ENTRY });
  const file = await open(to.lines, 'w');
  for (let n = 0; n < to.size; n += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, to.size - n) }, (_, i) => resourceAt(n + i));
    await storage.estate.bulkUpsert(batch, new Date().toISOString());
    await file.write(batch.map((resource) => `${JSON.stringify(resource)}\n`).join(''));
  }
  await file.close();
  await storage.shutdown();
}

export async function child(task: Task): Promise<Measured> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), event(child, 'exit')]);
  if (code !== 0) throw new Error(`${task.what} ended with ${code}`);
  return JSON.parse(output) as Measured;
}

export const label = (size: number) => `${size / 1_000}k`;
