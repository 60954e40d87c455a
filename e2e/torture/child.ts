import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '../../electron/errors.ts';
import { LocalBackupEngine } from '../../electron/storage/backup/backupEngine.ts';
import { writeFileDurably } from '../../electron/storage/files.ts';
import type { Keychain } from '../../electron/storage/keys/keychainSource.ts';
import { keySourceOf, loadMasterKey } from '../../electron/storage/keys/masterKey.ts';
import { StorageConfig } from '../../electron/storage/storageConfig.ts';
import { quietWork } from '../../electron/storage/work.ts';
import { StorageClient } from '../../electron/storage/workerClient.ts';
import { Actor } from './actor.ts';
import { Control } from './control.ts';
import { engineIn, secretOf, work } from './longWork.ts';
import type { Order, Restorable } from './protocol.ts';
import { Random } from './random.ts';
import { say } from './say.ts';
import { observe } from './world.ts';

/**
 * The process that dies: opens a workspace through the real client and data worker, tells what is in it, and works
 * until it is killed. It prints a line before each call and after its promise resolved. Started ahead of its time:
 * its order comes on stdin.
 */
const control = Control.make();
const client = new StorageClient({ workerPath: join(import.meta.dirname, 'worker.mjs') });
say({ t: 'ready' });
const order = await new Promise<Order>((resolve) => {
  const input = createInterface({ input: process.stdin });
  input.once('line', (line) => resolve(JSON.parse(line) as Order));
  // The torture itself has ended.
  input.once('close', () => process.exit());
  input.once('line', () => input.removeAllListeners('close'));
});
process.stdin.destroy();
control.format = order.format;
if (order.follow?.effects != null) control.holdAfter(order.follow.effects);
const { die, folder } = order;

const keySource = keySourceOf(order.keySource, { folder, env: {}, keychain: fileKeychain(order.keychain) });
const engine = new LocalBackupEngine({
  backup: client.backup,
  appVersion: '0.0.0',
  keySource: () => keySource,
  onReopened: async ({ installId }) => {
    actor.installId = installId;
  },
});
const actor = new Actor({ order, storage: client, engine });

await open();
for (const one of order.prove) await prove(one);
await tell();
if (order.first === null) {
  await client.shutdown();
} else {
  if (die?.since === 'working') control.arm(die);
  const random = new Random(order.seed);
  try {
    for (let kind = order.first; ; kind = random.pick(order.others)) {
      await work(actor, kind, random.fork());
      // Whether it was carried out is open: what is there is told anew.
      if (actor.takeUnsure()) await tell();
    }
  } catch (error) {
    // Not within a call that is told: the engine was killed while this looked at what it had done.
    if (!(error instanceof AppError)) throw error;
    say({ t: 'stuck' });
  }
}

async function open(): Promise<void> {
  say({ t: 'opening' });
  const key = await loadMasterKey(folder, keySource);
  if (key.state !== 'ok') throw new Error(`the master key is ${key.state}: ${key.message}`);
  if (die?.since === 'opening') control.arm(die);
  const { restore, installId } = await client.open({
    config: StorageConfig.parse(order.engine === 'sqlite' ? { qdrant: { mode: 'sqlite' } } : {}),
    folder,
    masterKey: key.key,
    qdrantBinary: order.qdrantBinary,
    qdrantApiKey: order.remote?.apiKey ?? null,
  });
  actor.installId = installId;
  say({ t: 'open', restore: restore?.outcome ?? null, engine: engineIn(folder), installId });
}

async function tell(): Promise<void> {
  const { journal } = client;
  const { brokenAt } = await journal.verify();
  const { resultId, total } = await journal.activity({ text: '' });
  const rows = await journal.activityRows(resultId, 0, order.wholeJournal ? total : Math.min(total, 200));
  const observed = await observe(client, { single: order.wholeJournal });
  const { warnings } = await client.health();
  observed.problems.push(...warnings.map((one) => `health warns: ${one}`));
  if (existsSync(join(folder, 'restore'))) observed.problems.push('the folder restore was left');
  say({ t: 'observed', ...observed, brokenAt, titles: rows.map(({ title }) => title) });
  await actor.readConversations();
}

async function prove(one: Restorable): Promise<void> {
  const { which, source } = one;
  let problem: string | null = null;
  try {
    if (source.kind !== 's3') await engine.prove(source, which, secretOf(actor, one), quietWork());
    else {
      const { proveFromBucket } = await import('./bucketWork.ts');
      await proveFromBucket(actor, one);
    }
  } catch (error) {
    problem = String(error);
  }
  say({ t: 'proved', which, source: source.kind, problem });
}

/** Outlives the workspace and every kill, as the system's keychain does. */
function fileKeychain(file: string): Keychain {
  const read = () =>
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const write = (entries: Record<string, string>) => writeFileDurably(file, JSON.stringify(entries));
  return {
    getPassword: async (_service, account) => read()[account] ?? null,
    setPassword: (_service, account, password) => write({ ...read(), [account]: password }),
    deletePassword: async (_service, account) => {
      const { [account]: gone, ...rest } = read();
      await write(rest);
      return gone !== undefined;
    },
  };
}
