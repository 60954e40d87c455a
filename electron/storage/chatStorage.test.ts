import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewMessage } from './api.ts';
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

async function open(): Promise<void> {
  store = new SqlitePointStore({ path: path.join(folder, 'data.db') });
  await store.ensureCollection(spec);
  chat = new ChatStorage({ store, collection: 'chat_history', sealer });
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
  expect(await store.count('chat_history')).toBe(2);
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
