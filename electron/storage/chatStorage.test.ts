import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewMessage } from './api.ts';
import { CHAT_CONTENT } from './chatDeletions.ts';
import { ChatStorage } from './chatStorage.ts';
import { SqlitePointStore } from './engines/sqlite/SqlitePointStore.ts';
import { createKeyring, unlockKeyring } from './keys/keyring.ts';
import { Sealer } from './sealing.ts';
import { StorageConfig, toCollectionSpec } from './storageConfig.ts';

const masterKey = randomBytes(32);
const sealer = new Sealer(unlockKeyring(createKeyring(masterKey, 'install'), masterKey));
const spec = toCollectionSpec(StorageConfig.parse({}).collections.chat_history);
let folder: string;
let store: SqlitePointStore;
let chat: ChatStorage;
/** No two messages of one time, whose order would be anyone's guess. */
let clock = Date.parse('2026-11-21T09:00:00.000Z');
const tick = () => {
  clock += 1_000;
  return new Date(clock);
};

async function open(): Promise<void> {
  store = new SqlitePointStore({ path: path.join(folder, 'data.db') });
  await store.ensureCollection(spec);
  chat = new ChatStorage({
    store,
    collection: 'chat_history',
    sealer,
    now: tick,
  });
}
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'chat-'));
  await open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const message = (text: string, role: NewMessage['role'] = 'user'): NewMessage => ({
  role,
  parts: [{ kind: 'text', text }],
  sources: [],
  metadata: { resourcesMentioned: [], commandsExecuted: [] },
});
const texts = (messages: NewMessage[]) =>
  messages.map(({ parts: [part] }) => (part?.kind === 'text' ? part.text : part?.kind));

test('messages come back in order, across a restart, with what was said of them', async () => {
  const { conversationId } = await chat.createConversation();
  await chat.append(conversationId, message('stop pg-instance-main1'));
  const answer = {
    ...message('Here is the plan.', 'assistant'),
    metadata: { resourcesMentioned: ['r1'], commandsExecuted: ['c1'] },
  };
  await chat.append(conversationId, answer);
  await store.close();
  await open();
  const { messages, total } = await chat.getHistory(conversationId);
  expect(total).toBe(2);
  expect(texts(messages)).toEqual(['stop pg-instance-main1', 'Here is the plan.']);
  expect(messages[1]).toMatchObject({ role: 'assistant', messageIndex: 1, metadata: answer.metadata });
});

test('concurrent appends of several conversations get indices without gaps or twins, also after a restart', async () => {
  const ids = await Promise.all([1, 2, 3].map(async () => (await chat.createConversation()).conversationId));
  const round = () =>
    Promise.all(
      ids.flatMap((id) => Array.from({ length: 20 }, (_, n) => chat.append(id, message(String(n))))),
    );
  await round();
  await store.close();
  await open();
  await round();
  for (const id of ids) {
    const { messages, total } = await chat.getHistory(id);
    expect(total).toBe(40);
    expect(messages.map((m) => m.messageIndex)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  }
});

test('history pages backwards by index', async () => {
  const { conversationId } = await chat.createConversation();
  for (let n = 0; n < 7; n++) await chat.append(conversationId, message(String(n)));
  expect(texts((await chat.getHistory(conversationId, { limit: 3 })).messages)).toEqual(['4', '5', '6']);
  expect(texts((await chat.getHistory(conversationId, { limit: 3, before: 4 })).messages)).toEqual([
    '1',
    '2',
    '3',
  ]);
  expect(texts((await chat.getHistory(conversationId, { limit: 3, before: 1 })).messages)).toEqual(['0']);
  expect((await chat.getHistory(conversationId, { before: 0 })).messages).toEqual([]);
});

test('the first user message gives the title; the person may give another, which stays', async () => {
  const { conversationId } = await chat.createConversation();
  await chat.append(conversationId, message('Welcome', 'assistant'));
  await chat.append(conversationId, message(`which\n databases\u202e are ${'very '.repeat(30)}big`));
  const [first] = await chat.getAllContexts();
  expect(first?.title).toMatch(/^which databases are very [very ]*very…$/);
  expect(first?.title.length).toBeLessThanOrEqual(81);
  await chat.updateContext(conversationId, { title: 'Databases' });
  await chat.append(conversationId, message('more'));
  expect(await chat.getAllContexts()).toMatchObject([{ title: 'Databases', messageCount: 3 }]);
});

test('conversations are listed by their latest activity', async () => {
  let clock = 0;
  const timed = new ChatStorage({ store, collection: 'chat_history', sealer, now: () => new Date(++clock) });
  const [a, b] = [await timed.createConversation(), await timed.createConversation()];
  await timed.append(a.conversationId, message('x'));
  expect((await timed.getAllContexts()).map((c) => c.conversationId)).toEqual([
    a.conversationId,
    b.conversationId,
  ]);
});

test('deleting removes every point of the conversation and no other; late appends are refused', async () => {
  const [gone, kept] = [await chat.createConversation(), await chat.createConversation()];
  await chat.append(gone.conversationId, message('a'));
  await chat.append(kept.conversationId, message('b'));
  await chat.delete(gone.conversationId);
  await expect(chat.append(gone.conversationId, message('c'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(chat.getHistory(gone.conversationId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await store.count('chat_history', CHAT_CONTENT)).toBe(2);
  expect(await chat.getAllContexts()).toHaveLength(1);
});

test('ids that are no conversation are not found, a message id included', async () => {
  const { conversationId } = await chat.createConversation();
  const { messageId } = await chat.append(conversationId, message('a'));
  for (const id of ['', 'x', messageId]) {
    await expect(chat.append(id, message('b'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
});

test('after a failed write the index is taken from the store again, whether or not the write arrived', async () => {
  const { conversationId } = await chat.createConversation();
  await chat.append(conversationId, message('0'));
  for (const arrives of [true, false]) {
    const upsert = store.upsert.bind(store);
    store.upsert = async (collection, points) => {
      store.upsert = upsert;
      if (arrives) await upsert(collection, points);
      throw new Error('the connection was cut');
    };
    await expect(chat.append(conversationId, message('unsure'))).rejects.toThrow('cut');
    await chat.append(conversationId, message('after'));
  }
  const { messages, total } = await chat.getHistory(conversationId);
  expect(messages.map((m) => m.messageIndex)).toEqual([0, 1, 2, 3]);
  expect(texts(messages)).toEqual(['0', 'unsure', 'after', 'after']);
  expect(total).toBe(4);
});

test('a damaged or moved message shows as damaged in its place; the others stay readable', async () => {
  const { conversationId } = await chat.createConversation();
  for (const text of ['0', '1', '2']) await chat.append(conversationId, message(text));
  const { points } = await store.scroll('chat_history', {
    filter: { must: [{ key: 'message_index', match: 1 }] },
    limit: 1,
  });
  const [point] = points;
  if (point === undefined) throw new Error('no point');
  await store.upsert('chat_history', [{ ...point, payload: { ...point.payload, sealed: 'AQID' } }]);
  expect(texts((await chat.getHistory(conversationId)).messages)).toEqual(['0', 'error', '2']);
  await store.upsert('chat_history', [{ ...point, payload: { ...point.payload, message_index: 3 } }]);
  expect(texts((await chat.getHistory(conversationId)).messages)).toEqual(['0', '2', 'error']);
});

test('in the engine only the listed fields are in clear', async () => {
  const { conversationId } = await chat.createConversation();
  await chat.append(conversationId, message('stop pg-instance-main1'));
  const { points } = await store.scroll('chat_history', { limit: 10 });
  const fields = new Set(points.flatMap((point) => Object.keys(point.payload)));
  expect([...fields].sort()).toEqual([
    'context_id',
    'kind',
    'message_index',
    'revision',
    'role',
    'schema',
    'sealed',
    'timestamp',
  ]);
  expect(JSON.stringify(points)).not.toContain('pg-instance');
});

test('pin, archive and labels are kept across a restart and do not bring a conversation to the top', async () => {
  const { conversationId } = await chat.createConversation();
  await chat.append(conversationId, message('first'));
  const before = (await chat.getAllContexts())[0]?.updatedAt;
  const patch = { pinned: true, archived: true, labels: [' Prod ', 'prod', 'on\u202e call', ' '] };
  await chat.updateContext(conversationId, patch);
  await store.close();
  await open();
  expect((await chat.getAllContexts())[0]).toEqual({
    conversationId,
    title: 'first',
    createdAt: expect.any(String),
    updatedAt: before,
    messageCount: 1,
    pinned: true,
    archived: true,
    labels: ['Prod', 'on call'],
  });
  expect(await chat.updateContext(conversationId, { title: 'renamed' })).toMatchObject({ pinned: true });
});

test('a conversation stored by the first version opens with defaults', async () => {
  const id = '4f9c0d8e-0000-4000-8000-000000000001';
  const content = { title: 'old', titled: true, createdAt: 'a', updatedAt: 'b', messageCount: 0 };
  const sealed = sealer.seal({ schema: 1, collection: 'chat_history', id, revision: 1 }, content);
  const payload = {
    kind: 'conversation',
    context_id: id,
    timestamp: 0,
    schema: 1,
    revision: 1,
    sealed: sealed.toString('base64'),
  };
  await store.upsert('chat_history', [{ id, vector: null, payload }]);
  expect(await chat.getAllContexts()).toMatchObject([
    { title: 'old', pinned: false, archived: false, labels: [] },
  ]);
  expect(await chat.append(id, message('more'))).toMatchObject({ messageIndex: 0 });
});

test('the list of conversations follows what is written, deleted and replaced', async () => {
  const [a, b] = [await chat.createConversation(), await chat.createConversation()];
  expect(await chat.getAllContexts()).toHaveLength(2);
  await chat.append(a.conversationId, message('hello'));
  expect(await chat.getAllContexts()).toMatchObject([{ title: 'hello', messageCount: 1 }, {}]);
  await chat.delete(b.conversationId);
  expect(await chat.getAllContexts()).toHaveLength(1);
  expect(await chat.deleteAll(spec)).toEqual({ conversations: 1 });
  expect(await chat.getAllContexts()).toEqual([]);
  expect((await chat.searchConversations('hello', 10)).hits).toEqual([]);
});

test('an append that waits for the deletion of everything does not bring its conversation back', async () => {
  const { conversationId } = await chat.createConversation();
  await chat.append(conversationId, message('before'));
  const deleted = chat.deleteAll(spec);
  const late = chat.append(conversationId, message('late'));
  await deleted;
  await expect(late).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await store.count('chat_history', CHAT_CONTENT)).toBe(0);
});

test('the search finds what was said before and after its index was built, and nothing deleted', async () => {
  const [a, b] = [await chat.createConversation(), await chat.createConversation()];
  await chat.append(a.conversationId, message('stop the ledger database'));
  await chat.append(b.conversationId, message('ledger costs'));
  expect(await chat.searchConversations('ledger', 10)).toMatchObject({
    hits: [{ title: 'ledger costs' }, { title: 'stop the ledger database' }],
    indexing: false,
    total: 2,
  });
  await chat.append(a.conversationId, message('the ledger again'));
  await chat.delete(b.conversationId);
  const { hits } = await chat.searchConversations('ledger', 10);
  expect(hits.map(({ conversationId, messageIndex }) => [conversationId, messageIndex])).toEqual([
    [a.conversationId, 0],
    [a.conversationId, 1],
  ]);
});

test('what the search knows is in no file', async () => {
  const { conversationId } = await chat.createConversation();
  await chat.append(conversationId, message('xylophonesecret'));
  expect((await chat.searchConversations('xylophonesecret', 10)).hits).toHaveLength(1);
  for (const file of readdirSync(folder)) {
    expect(readFileSync(path.join(folder, file)).includes('xylophonesecret'), file).toBe(false);
  }
});

test('a message of a newer app is refused as newer, not shown as damaged', async () => {
  const { conversationId } = await chat.createConversation();
  await chat.append(conversationId, message('0'));
  const [point] = (
    await store.scroll('chat_history', { filter: { must: [{ key: 'kind', match: 'message' }] }, limit: 1 })
  ).points;
  if (point === undefined) throw new Error('no point');
  await store.upsert('chat_history', [{ ...point, payload: { ...point.payload, schema: 2 } }]);
  await expect(chat.getHistory(conversationId)).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
});

test('a conversation written while the clock was ahead does not stay on top, and takes its place with its next message', async () => {
  const right = clock;
  clock = right + 365 * 86_400_000;
  const ahead = await chat.createConversation();
  clock = right;
  const today = await chat.createConversation();
  const ids = async () => (await chat.getAllContexts()).map(({ conversationId }) => conversationId);
  expect((await ids()).slice(0, 1)).toEqual([today.conversationId]);
  expect((await ids()).at(-1)).toBe(ahead.conversationId);
  await chat.append(ahead.conversationId, message('again'));
  expect((await ids())[0]).toBe(ahead.conversationId);
});
