import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { nodeErrorCode } from '../../electron/errors.ts';
import { StorageConfig } from '../../electron/storage/storageConfig.ts';
import { quietWork, type Work } from '../../electron/storage/work.ts';
import { StorageClient } from '../../electron/storage/workerClient.ts';
import type { Change, Kind, Line, Order, Restorable } from './protocol.ts';
import { Random } from './random.ts';
import { ACCOUNT, DOC_KIND, observe, resourceAt, SWEPT, UNNAMED, WRITTEN } from './world.ts';

/**
 * The process that dies: works on a workspace through the real client and data worker until it is killed, and
 * prints a line before each call and after its promise resolved.
 */
const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const masterKey = Buffer.from(order.masterKey, 'hex');
const client = new StorageClient({
  workerPath: join(import.meta.dirname, '../../electron/storage/dataWorker.ts'),
});

/** Whole and at once: a line in a buffer of the process would die with it. */
function say(line: Line): void {
  let bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      // The parent reads more slowly than this writes.
      if (nodeErrorCode(error) !== 'EAGAIN') throw error;
    }
  }
}

let last = 0;
type Ack = Omit<Extract<Line, { t: 'ack' }>, 't' | 'n' | 'kind'>;
type Begin = Partial<Omit<Extract<Line, { t: 'begin' }>, 't' | 'n' | 'kind'>>;

async function run(kind: Kind, begin: Begin, call: (work: Work) => Promise<Ack>): Promise<void> {
  last += 1;
  const n = last;
  const step = () => say({ t: 'step', n, kind });
  say({ t: 'begin', n, kind, change: [], ...begin });
  try {
    const ack = await call({ ...quietWork(), step, progress: step });
    say({ t: 'ack', n, kind, ...ack });
  } catch (error) {
    const message = error instanceof Error ? `${error.name} ${error.message}` : String(error);
    say({ t: 'fail', n, kind, message });
  }
}

const conversations: string[] = [];
const restorable: Restorable[] = [...order.restorable];
const metadata = { resourcesMentioned: [], commandsExecuted: [] };
const stamp = () => new Date().toISOString();
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

const create = () =>
  run('create', { change: [[UNNAMED, '']] }, async () => {
    const { conversationId } = await client.chat.createConversation();
    conversations.push(conversationId);
    return { change: [[`conversation/${conversationId}`, '']] };
  });

async function append(random: Random): Promise<void> {
  if (conversations.length === 0) return create();
  const conversationId = random.pick(conversations);
  const text = randomUUID();
  const key = `message/${conversationId}/${text}`;
  await run('append', { change: [[key, '*']] }, async () => {
    const parts = [{ kind: 'text' as const, text }];
    const message = { role: 'user' as const, parts, sources: [], metadata };
    const { messageIndex } = await client.chat.append(conversationId, message);
    return { change: [[key, String(messageIndex)]] };
  });
}

async function upsert(random: Random): Promise<void> {
  const state = randomUUID();
  const some = names('db', 150).filter(() => random.next() < 0.3);
  const change: Change = some.map((name) => [`resource/${WRITTEN}/${name}`, state]);
  await run('upsert', { change }, async () => {
    const resources = some.map((name) => resourceAt(WRITTEN, name, state));
    await client.estate.bulkUpsert(resources, stamp());
    return { change };
  });
}

/** A scan of a cell: what it no longer saw is removed. */
async function sweep(random: Random): Promise<void> {
  const state = randomUUID();
  const all = names('swept', 60);
  const seen = new Set(all.filter(() => random.next() < 0.5));
  const written: Change = [...seen].map((name) => [`resource/${SWEPT}/${name}`, state]);
  const removed: Change = all
    .filter((name) => !seen.has(name))
    .map((name) => [`resource/${SWEPT}/${name}`, null]);
  const change = [...written, ...removed];
  await run('sweep', { change }, async () => {
    const startedAt = stamp();
    const resources = [...seen].map((name) => resourceAt(SWEPT, name, state));
    await client.estate.bulkUpsert(resources, startedAt);
    const resourceTypes = ['rds_instance' as const];
    await client.estate.syncFromAws({ accountId: ACCOUNT, region: SWEPT, resourceTypes, startedAt });
    return { change };
  });
}

async function doc(random: Random): Promise<void> {
  const key = `doc-${random.below(6)}`;
  const value = random.next() < 0.2 ? null : randomUUID();
  const change: Change = [[`doc/${key}`, value]];
  await run('doc', { change }, async () => {
    if (value === null) await client.docs.delete(DOC_KIND, key);
    else await client.docs.put(DOC_KIND, key, value);
    return { change };
  });
}

async function journal(): Promise<void> {
  const title = randomUUID();
  await run('journal', {}, async () => {
    await client.journal.append({ kind: 'maintenance', title, accountId: null, by: 'torture' });
    return { change: [], title };
  });
}

const REQUEST = { reason: 'torture', appVersion: '0.0.0' };

async function backup(quiet: boolean): Promise<void> {
  await run('backup', {}, async (work) => {
    const { installId, backupId } = await client.backup.create(REQUEST, work);
    const which = { installId, backupId };
    if (quiet) restorable.push({ which, source: { kind: 'here' } });
    return { change: [], backup: { ...which, quiet } };
  });
}

async function exportFile(random: Random): Promise<void> {
  if (restorable.length === 0) await backup(true);
  const own = restorable.filter(({ source }) => source.kind === 'here');
  if (own.length === 0) return;
  const { which } = random.pick(own);
  const file = join(order.folder, '..', `${randomUUID()}.cloudops-backup`);
  await run('export', { from: which, file }, async (work) => {
    await client.backup.exportFile(which, file, work);
    restorable.push({ which, source: { kind: 'file', path: file } });
    return { change: [] };
  });
}

async function restore(random: Random, mode: 'replace' | 'merge'): Promise<void> {
  if (restorable.length === 0) await backup(true);
  if (restorable.length === 0) return;
  const { which, source } = random.pick(restorable);
  await run(mode, { from: which }, async (work) => {
    const parts = ['chat_history' as const, 'aws_estate' as const, 'state' as const];
    const secret = { secret: { kind: 'own' as const }, masterKey };
    const request = { secret, mode, parts, takeover: null, appVersion: '0.0.0' };
    const { before } = await client.backup.restore(source, which, request, work);
    if (before === null) return { change: [] };
    return { change: [], backup: { ...before, quiet: false } };
  });
  if (mode === 'merge') {
    const { world, problems } = await observe(client);
    say({ t: 'merged', world: [...world], problems });
  }
  await readConversations();
}

async function move(): Promise<void> {
  const { engine } = await client.health();
  const kind = engine === 'sqlite' ? 'qdrant' : 'sqlite';
  await run('move', {}, async (work) => {
    await client.maintenance.moveEngine({ to: { kind }, by: 'torture' }, work);
    return { change: [] };
  });
}

const keyWork = (kind: 'rotate' | 'reencrypt' | 'rebuild') =>
  run(kind, {}, async (work) => {
    if (kind === 'rotate') await client.keys.rotateRecords();
    else if (kind === 'reencrypt') await client.keys.reencrypt(work);
    else await client.keys.rebuildIndexKey(work);
    return { change: [] };
  });

async function readConversations(): Promise<void> {
  const all = await client.chat.getAllContexts();
  conversations.splice(0, Infinity, ...all.map(({ conversationId }) => conversationId));
}

/** Several writers at once, beside one piece of long work. */
async function busy(random: Random, long: () => Promise<void>): Promise<void> {
  const lane = async (work: (random: Random) => Promise<void>, random: Random) => {
    for (let left = 1 + random.below(8); left > 0; left -= 1) await work(random);
  };
  await Promise.all([
    lane(append, random.fork()),
    lane(append, random.fork()),
    lane(upsert, random.fork()),
    lane(sweep, random.fork()),
    lane(doc, random.fork()),
    lane(journal, random.fork()),
    long(),
  ]);
}

async function work(kind: Kind, random: Random): Promise<void> {
  switch (kind) {
    case 'replace':
    case 'merge':
      return restore(random, kind);
    case 'export':
      return exportFile(random);
    case 'backup':
      return random.next() < 0.5 ? backup(true) : busy(random, () => backup(false));
    case 'move':
      return busy(random, move);
    case 'rotate':
    case 'reencrypt':
    case 'rebuild':
      return busy(random, () => keyWork(kind));
    case 'create':
      return create();
    default:
      return busy(random, async () => undefined);
  }
}

const LONG: Kind[] = ['backup', 'export', 'replace', 'merge', 'rotate', 'reencrypt', 'rebuild', 'append'];

say({ t: 'opening' });
const report = await client.open({
  config: StorageConfig.parse(order.engine === 'sqlite' ? { qdrant: { mode: 'sqlite' } } : {}),
  folder: order.folder,
  masterKey,
  qdrantBinary: order.qdrantBinary,
});
say({ t: 'open', restore: report.restore?.outcome ?? null });
if (order.openOnly) {
  await client.shutdown();
} else {
  await readConversations();
  const random = new Random(order.seed);
  const kinds = order.engine === 'qdrant' ? [...LONG, 'move' as const] : LONG;
  for (let kind = order.first; ; kind = random.pick(kinds)) await work(kind, random.fork());
}
