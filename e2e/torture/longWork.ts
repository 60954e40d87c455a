import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BACKUP_PARTS } from '../../preload/contract/models.ts';
import type { Actor } from './actor.ts';
import { busy, connect } from './lanes.ts';
import type { Kind, Restorable } from './protocol.ts';
import type { Random } from './random.ts';
import { say } from './say.ts';
import { EVERYTHING, GUEST, OF_GUEST, observe } from './world.ts';

const REQUEST = { reason: 'torture', appVersion: '0.0.0' };

/** One kind of work, with writers beside it where the app lets them. */
export async function work(actor: Actor, kind: Kind, random: Random): Promise<void> {
  switch (kind) {
    case 'replace':
    case 'merge':
    case 'takeover':
      return restore(actor, kind, random);
    case 'export':
      return exportFile(actor, random);
    case 'backup':
      return random.next() < 0.5 ? backup(actor, true) : busy(actor, random, () => backup(actor, false));
    case 'move':
      return perhapsBusy(actor, random, () => move(actor, random));
    case 'rotate':
    case 'reencrypt':
    case 'rebuild':
      return perhapsBusy(actor, random, () => changeKeys(actor, kind));
    case 'forget':
      return forget(actor, random);
    case 'everything':
      return deleteEverything(actor);
    case 'setup':
      return setUp(actor, random);
    case 'send':
    case 'settle': {
      // The AWS SDK is loaded only where it is used.
      const { send, settle } = await import('./bucketWork.ts');
      return kind === 'send' ? send(actor, random) : settle(actor);
    }
    default:
      return busy(actor, random, async () => undefined);
  }
}

const perhapsBusy = (actor: Actor, random: Random, long: () => Promise<unknown>) =>
  random.next() < 0.5 ? long().then(() => undefined) : busy(actor, random, long);

async function setUp(actor: Actor, random: Random): Promise<void> {
  await actor.run('setup', {}, async () => {
    await actor.storage.keys.putSlot({ kind: 'recovery', text: actor.order.recovery });
    return {};
  });
  await busy(actor, random, async () => undefined);
}

export async function backup(actor: Actor, known: boolean): Promise<void> {
  await actor.run('backup', {}, async (handle) => {
    const which = await actor.storage.backup.create(REQUEST, handle);
    if (known) actor.restorable.push({ which, source: { kind: 'here' }, own: true });
    return { backup: { ...which, known, place: 'here' } };
  });
}

async function exportFile(actor: Actor, random: Random): Promise<void> {
  const here = () => actor.restorable.filter(({ source, own }) => source.kind === 'here' && own);
  if (here().length === 0) await backup(actor, true);
  const [own] = here().length === 0 ? [] : [random.pick(here())];
  if (own === undefined) return;
  const file = join(actor.order.folder, '..', `${randomUUID()}.cloudops`);
  await actor.run('export', { from: own.which, file }, async (handle) => {
    await actor.storage.backup.exportFile(own.which, file, handle);
    actor.restorable.push({ which: own.which, source: { kind: 'file', path: file }, own: true });
    return {};
  });
}

/** `takeover`: of another install where there is one, whole. */
async function restore(actor: Actor, kind: 'replace' | 'merge' | 'takeover', random: Random): Promise<void> {
  if (actor.restorable.length === 0) await backup(actor, true);
  const others = actor.restorable.filter(({ which }) => which.installId !== actor.installId);
  const from = kind === 'takeover' && others.length > 0 ? others : actor.restorable;
  if (from.length === 0) return;
  const chosen = random.pick(from);
  const some = BACKUP_PARTS.filter(() => random.next() < 0.5);
  const parts = kind === 'takeover' || some.length === 0 || random.next() < 0.6 ? [...BACKUP_PARTS] : some;
  const mode = kind === 'merge' ? ('merge' as const) : ('replace' as const);
  const done = await actor.run(kind, { from: chosen.which, parts }, async (handle) => {
    const how = { secret: secretOf(actor, chosen), mode, parts };
    const { source, which } = chosen;
    if (source.kind !== 's3') await actor.engine.restore(source, which, how, handle);
    else {
      const { restoreFromBucket } = await import('./bucketWork.ts');
      await restoreFromBucket(actor, { source, ...which, ...how });
    }
    return {};
  });
  // The workspace was closed for it, and may not be open again.
  if (!done) return stuck();
  if (mode === 'merge') say({ t: 'merged', ...(await observe(actor.storage, { single: false })) });
  await actor.readConversations();
}

export function secretOf({ order }: Actor, { own }: Restorable) {
  return own ? { kind: 'own' as const } : { kind: 'recovery' as const, text: order.recovery };
}

function stuck(): Promise<never> {
  say({ t: 'stuck' });
  return new Promise(() => undefined);
}

async function move(actor: Actor, random: Random): Promise<void> {
  const engine = engineIn(actor.order.folder);
  const { remote } = actor.order;
  const targets = [
    ...(engine === 'qdrant' ? [] : [{ kind: 'qdrant' as const }]),
    ...(engine === 'sqlite' ? [] : [{ kind: 'sqlite' as const }]),
    ...(remote === null || engine === 'remote' ? [] : [{ kind: 'remote' as const, ...remote }]),
  ];
  const to = random.pick(targets);
  await actor.run('move', {}, async (handle) => {
    await actor.storage.maintenance.moveEngine({ to, by: 'torture' }, handle);
    return {};
  });
}

/** `sqlite`, `qdrant` or `remote`. */
export const engineIn = (folder: string) =>
  (JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8')) as { engine: string }).engine;

const changeKeys = (actor: Actor, kind: 'rotate' | 'reencrypt' | 'rebuild') =>
  actor.run(kind, {}, async (handle) => {
    const { keys } = actor.storage;
    if (kind === 'rotate') await keys.rotateRecords();
    else if (kind === 'reencrypt') await keys.reencrypt(handle);
    else await keys.rebuildIndexKey(handle);
    return {};
  });

/** Without a writer beside it, as in the app. */
async function forget(actor: Actor, random: Random): Promise<void> {
  if (random.next() < 0.8) await connect(actor);
  await actor.run('forget', { removes: OF_GUEST, whole: true }, async (handle) => {
    await actor.storage.maintenance.forgetAccount({ accountId: GUEST, by: 'torture' }, handle);
    return {};
  });
}

async function deleteEverything(actor: Actor): Promise<void> {
  await backup(actor, true);
  await actor.run('everything', { removes: EVERYTHING, whole: true }, async (handle) => {
    await actor.storage.maintenance.deleteAll({ by: 'torture' }, handle);
    actor.conversations.splice(0);
    return {};
  });
}
