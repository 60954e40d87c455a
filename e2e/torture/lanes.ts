import { randomUUID } from 'node:crypto';
import type { Actor } from './actor.ts';
import { UNNAMED } from './expected.ts';
import type { Change } from './protocol.ts';
import type { Random } from './random.ts';
import { inLane } from './turns.ts';
import { ACCOUNT, DOC_KIND, GUEST, GUESTS, resourceAt, SWEPT, WRITTEN } from './world.ts';

const metadata = { resourcesMentioned: [], commandsExecuted: [] };
const stamp = () => new Date().toISOString();
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

async function create(actor: Actor): Promise<void> {
  await actor.run('create', { change: [[UNNAMED, '']] }, async () => {
    const { conversationId } = await actor.storage.chat.createConversation();
    actor.conversations.push(conversationId);
    return { change: [[`conversation/${conversationId}`, '']] };
  });
}

async function append(actor: Actor, random: Random): Promise<void> {
  if (actor.conversations.length < 2) return create(actor);
  const conversationId = random.pick(actor.conversations);
  const text = randomUUID();
  const key = `message/${conversationId}/${text}`;
  await actor.run('append', { change: [[key, '*']] }, async () => {
    const parts = [{ kind: 'text' as const, text }];
    const message = { role: 'user' as const, parts, sources: [], metadata };
    const { messageIndex } = await actor.storage.chat.append(conversationId, message);
    return { change: [[key, String(messageIndex)]] };
  });
}

/** A conversation is marked, or deleted with its messages. */
async function conversation(actor: Actor, random: Random): Promise<void> {
  if (actor.conversations.length < 4) return create(actor);
  const at = random.below(actor.conversations.length);
  const deletes = random.next() < 0.4;
  const [id = ''] = deletes ? actor.conversations.splice(at, 1) : actor.conversations.slice(at, at + 1);
  if (deletes) {
    const removes = [`conversation/${id}`, `message/${id}/`];
    await actor.run('conversation', { removes, whole: true }, async () => {
      await actor.storage.chat.delete(id);
      return {};
    });
    return;
  }
  const label = randomUUID().slice(0, 8);
  await actor.run('conversation', { change: [[`conversation/${id}`, label]] }, async () => {
    await actor.storage.chat.updateContext(id, { labels: [label] });
    return {};
  });
}

/** What a resource is given at a moment: a merge goes by the moment. */
const stateAt = (at: string) => `${Date.parse(at)} ${randomUUID()}`;

async function upsert(actor: Actor, random: Random): Promise<void> {
  const at = stamp();
  const state = stateAt(at);
  const some = names('db', 150).filter(() => random.next() < 0.3);
  const change: Change = some.map((name) => [`resource/${WRITTEN}/${name}`, state]);
  await actor.run('upsert', { change }, async () => {
    const resources = some.map((name) => resourceAt(WRITTEN, name, state));
    await actor.storage.estate.bulkUpsert(resources, at);
    return {};
  });
}

/** A scan of a cell: what it no longer saw is removed. As often it finds everything as it was. */
async function sweep(actor: Actor, random: Random): Promise<void> {
  const { estate, docs } = actor.storage;
  const rows = random.next() < 0.5 ? await estate.byRegion(SWEPT) : [];
  const known = new Map(rows.map(({ name, state }) => [name, state ?? '']));
  const startedAt = stamp();
  const state = stateAt(startedAt);
  const all = names('swept', 60);
  const seen =
    known.size > 0
      ? known
      : new Map(all.filter(() => random.next() < 0.5).map((name) => [name, state] as const));
  const change: Change = all.map((name) => [`resource/${SWEPT}/${name}`, seen.get(name) ?? null]);
  change.push([`cell/${SWEPT}`, startedAt]);
  await actor.run('sweep', { change }, async () => {
    const { ids: listed } = await estate.bulkUpsert(
      [...seen].map(([name, state]) => resourceAt(SWEPT, name, state)),
      startedAt,
    );
    const resourceTypes = ['rds_instance' as const];
    await estate.syncFromAws({ accountId: ACCOUNT, region: SWEPT, resourceTypes, startedAt, listed });
    await docs.putCells([cell(ACCOUNT, SWEPT, startedAt)]);
    return {};
  });
}

/** The account that is forgotten from time to time. */
export async function connect(actor: Actor): Promise<void> {
  const at = stamp();
  const state = stateAt(at);
  const all = names('guest', 40);
  const change: Change = all.map((name) => [`resource/${GUESTS}/${name}`, state]);
  change.push([`account/${GUEST}`, ''], [`cell/${GUESTS}`, at]);
  await actor.run('connect', { change }, async () => {
    const { estate, docs } = actor.storage;
    await docs.put('accounts', GUEST, { accountId: GUEST });
    await estate.bulkUpsert(
      all.map((name) => resourceAt(GUESTS, name, state)),
      at,
    );
    await docs.putCells([cell(GUEST, GUESTS, at)]);
    return {};
  });
}

function cell(accountId: string, region: string, asOf: string) {
  return { accountId, region, service: 'rds', status: 'ok' as const, count: 1, asOf, message: null };
}

async function doc(actor: Actor, random: Random): Promise<void> {
  const key = `doc-${random.below(6)}`;
  const value = random.next() < 0.2 ? null : randomUUID();
  await actor.run('doc', { change: [[`doc/${key}`, value]] }, async () => {
    if (value === null) await actor.storage.docs.delete(DOC_KIND, key);
    else await actor.storage.docs.put(DOC_KIND, key, value);
    return {};
  });
}

async function journal(actor: Actor): Promise<void> {
  const title = randomUUID();
  await actor.run('journal', {}, async () => {
    await actor.storage.journal.append({ kind: 'maintenance', title, accountId: null, by: 'torture' });
    return { title };
  });
}

/** Several writers at once, beside one piece of long work. */
export async function busy(actor: Actor, random: Random, long: () => Promise<unknown>): Promise<void> {
  const lane = async (work: (actor: Actor, random: Random) => Promise<void>, random: Random) => {
    for (let left = 1 + random.below(8); left > 0; left -= 1) await work(actor, random);
  };
  const lanes = [append, append, conversation, upsert, sweep, doc, journal];
  const all = lanes.map((work, at) => {
    const own = random.fork();
    return inLane(at + 1, () => lane(work, own));
  });
  await Promise.all([...all, long()]);
}
