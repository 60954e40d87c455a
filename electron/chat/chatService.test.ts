import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import type { ChatStorageApi } from '../storage/api.ts';
import type { AssistantRequest } from './request.ts';
import { AssistantRequest as RequestSchema } from './request.ts';
import { ChatBench, DEV, made, NOW } from './testing/chatBench.ts';

let bench: ChatBench;
const estate = [
  made('rds_instance', 'pg-main', { tags: { env: 'production' } }),
  made('rds_instance', 'orders-db', { state: 'stopped' }),
  made('ec2_instance', 'web-1', { region: 'eu-west-1', accountId: DEV }),
  made('lambda_function', 'resize-images'),
];
beforeEach(async () => {
  bench = new ChatBench();
  await bench.open(estate);
});
afterEach(() => bench.close());

/** An assistant that answers what it is told and keeps the request. */
function scripted(reply: unknown) {
  const requests: AssistantRequest[] = [];
  const answer = async (request: AssistantRequest) => {
    requests.push(request);
    return reply;
  };
  return { requests, assistant: { name: 'scripted', answer } };
}
const command = (resource_id: string, more: object = {}) => ({
  kind: 'commands',
  commands: [{ action: 'rds.stop', resource_id, service: 'rds', operation: 'StopDBInstance', ...more }],
});

test('a request becomes a stored sentence and a stored answer with the plan and its source', async () => {
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  const { user, assistant } = await chat.send({ conversationId, text: 'Stop pg-main' });
  const id = await bench.idOf('pg-main');
  expect(user).toMatchObject({
    messageIndex: 0,
    role: 'user',
    parts: [{ kind: 'text', text: 'Stop pg-main' }],
  });
  expect(assistant).toMatchObject({
    messageIndex: 1,
    role: 'assistant',
    parts: [{ kind: 'text' }, { kind: 'plan', planId: `plan-${id}-rds.stop` }],
    sources: [{ resourceId: id, name: 'pg-main', asOf: NOW }],
    metadata: { resourcesMentioned: [id], commandsExecuted: [] },
  });
  expect((await chat.messages(conversationId, null, 10)).messages).toEqual([user, assistant]);
  expect(bench.events).toEqual(['chat.changed', 'chat.changed', 'chat.changed']);
  expect((await chat.conversations())[0]).toMatchObject({ title: 'Stop pg-main', messageCount: 2 });
});

test.each([
  ['Stop pg-main', 'sentence'],
  ['aws rds stop-db-instance --db-instance-identifier pg-main', 'command'],
])('a plan knows the message that asked for it: %s', async (text, kind) => {
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  const { user } = await chat.send({ conversationId, text });
  expect(bench.origins).toEqual([{ kind, conversationId, messageId: user.messageId }]);
});

test('what a click chose is part of the record', async () => {
  const id = await bench.idOf('web-1');
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  const { user } = await chat.send({ conversationId, text: 'stop this resource', resourceId: id });
  expect(user.parts).toMatchObject([{ kind: 'text' }, { kind: 'resources', total: 1, rows: [{ id }] }]);
  expect(user.metadata.resourcesMentioned).toEqual([id]);
});

test('sentences sent at once are answered in order, none between another and its answer', async () => {
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  const texts = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? `describe pg-main` : 'list databases'));
  await Promise.all(texts.map((text) => chat.send({ conversationId, text })));
  const { messages } = await chat.messages(conversationId, null, 100);
  expect(messages.map(({ messageIndex }) => messageIndex)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  expect(messages.map(({ role }) => role)).toEqual(texts.flatMap(() => ['user', 'assistant']));
  expect(messages.filter(({ role }) => role === 'user').map(({ parts }) => parts)).toEqual(
    texts.map((text) => [{ kind: 'text', text }]),
  );
});

/** The storage's methods as plain functions, for replacing one of them. */
const bound = (storage: ChatStorageApi): ChatStorageApi => ({
  createConversation: () => storage.createConversation(),
  append: (...request) => storage.append(...request),
  getHistory: (...request) => storage.getHistory(...request),
  delete: (...request) => storage.delete(...request),
  getAllContexts: () => storage.getAllContexts(),
  updateContext: (...request) => storage.updateContext(...request),
  searchConversations: (...request) => storage.searchConversations(...request),
});

test('the sentence is stored before anything is asked, and a death before the answer leaves a usable conversation', async () => {
  let seen = -1;
  let { chat: storage } = bench.storage;
  const dying: ChatStorageApi['append'] = (id, message) =>
    message.role === 'assistant'
      ? Promise.reject(new AppError('STORAGE_FAILED', 'gone'))
      : storage.append(id, message);
  const assistant = {
    name: 'watching',
    answer: async () => {
      seen = (await storage.getHistory(conversationId)).total;
      return { kind: 'information', text: 'ok' };
    },
  };
  const doomed = bench.chat({
    assistant,
    chat: { ...bound(storage), append: dying },
  });
  const { conversationId } = await doomed.create();
  await expect(doomed.send({ conversationId, text: 'stop pg-main' })).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
  });
  expect(seen).toBe(1);

  await bench.reopen();
  ({ chat: storage } = bench.storage);
  const { user, assistant: answer } = await bench.chat().send({ conversationId, text: 'describe pg-main' });
  expect([user.messageIndex, answer.messageIndex]).toEqual([1, 2]);
});

test('what AWS or the policy refuses is said in its words, and the conversation goes on', async () => {
  for (const code of ['INVALID_STATE', 'TARGET_GONE', 'ACCESS_DENIED', 'NETWORK'] as const) {
    bench.refuse = new AppError(code, `refused: ${code}`);
    expect((await bench.ask('stop pg-main')).parts).toEqual([
      { kind: 'error', code, text: `refused: ${code}` },
    ]);
  }
  bench.refuse = null;
  expect((await bench.ask('stop pg-main')).kind).toBe('plan');
});

test('what is so already is an answer, not an error', async () => {
  const text = 'pg-main is already stopped. There is nothing to do.';
  bench.refuse = new AppError('INVALID_STATE', text, { details: { already: 'stopped' } });
  expect((await bench.ask('stop pg-main')).parts).toEqual([{ kind: 'text', text }]);
});

test('the text of an unexpected error stays off the screen and reaches the log', async () => {
  bench.refuse = new Error('secret: /home/x');
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  const { assistant } = await chat.send({ conversationId, text: 'stop pg-main' });
  expect(assistant.parts).toMatchObject([{ kind: 'error', code: 'INTERNAL' }]);
  expect(JSON.stringify(assistant)).not.toContain('secret');
  expect(bench.reported).toEqual([bench.refuse]);
});

test('a conversation that is gone is NOT_FOUND and nothing is planned', async () => {
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  await chat.delete(conversationId);
  await expect(chat.send({ conversationId, text: 'stop pg-main' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(bench.proposed).toEqual([]);
});

test('no assistant can plan what the person neither named in full nor clicked, nor another call than the catalogue has', async () => {
  const main = await bench.idOf('pg-main');
  const orders = await bench.idOf('orders-db');
  const replies: [string, unknown][] = [
    ['stop pg-mian', command(main)],
    ['stop pg-main', command(orders)],
    ['stop pg-main', command('00000000-0000-8000-8000-000000000000')],
    ['stop pg-main', command(main, { action: 'rds.obliterate' })],
    ['stop pg-main', command(main, { action: 'ec2.stop', service: 'ec2', operation: 'StopInstances' })],
    ['stop pg-main', command(main, { operation: 'DeleteDBInstance' })],
    ['stop pg-main', { kind: 'commands', commands: [] }],
    ['stop pg-main', { kind: 'commands', commands: [...command(main).commands, ...command(main).commands] }],
    ['stop pg-main', { kind: 'shell', text: 'rm -rf' }],
    ['stop pg-main', 'yes'],
    ['stop pg-main', null],
  ];
  for (const [text, reply] of replies) {
    const chat = bench.chat(scripted(reply));
    const { conversationId } = await chat.create();
    const { assistant } = await chat.send({ conversationId, text });
    expect([text, reply, bench.proposed, assistant.parts.some(({ kind }) => kind === 'plan')]).toEqual([
      text,
      reply,
      [],
      false,
    ]);
  }
});

test('a plan that makes another call than the assistant asked for is not offered', async () => {
  const main = await bench.idOf('pg-main');
  const chat = bench.chat(scripted(command(main, { parameters: { Id: 'another' } })));
  const { conversationId } = await chat.create();
  const { assistant } = await chat.send({ conversationId, text: 'stop pg-main' });
  expect(assistant.parts).toMatchObject([{ kind: 'error', code: 'INVALID_INPUT' }]);
});

test('rows and facts of an answer come from the cache, whatever ids the assistant names', async () => {
  const main = await bench.idOf('pg-main');
  const reply = {
    kind: 'information',
    text: 'Two.',
    list: { resource_ids: [main, 'nonsense'], total: 2, query: null },
    source_ids: ["'; drop"],
  };
  const chat = bench.chat(scripted(reply));
  const { conversationId } = await chat.create();
  const { assistant } = await chat.send({ conversationId, text: 'list databases' });
  expect(assistant.parts).toMatchObject([
    { kind: 'text' },
    { kind: 'resources', total: 2, rows: [{ id: main }] },
  ]);
  expect(assistant.sources.map(({ resourceId }) => resourceId)).toEqual([main]);
});

test('the request holds the resources meant with what is known of them, and the user context', async () => {
  bench.scope = { accountIds: [DEV], regions: ['eu-west-1'] };
  const spy = scripted({ kind: 'information', text: 'ok' });
  const chat = bench.chat(spy);
  const { conversationId } = await chat.create();
  await chat.send({ conversationId, text: 'stop pg-main' });
  await chat.send({ conversationId, text: 'what about the image lambda' });
  const [first, second] = spy.requests.map((request) => RequestSchema.parse(request));
  expect(first).toMatchObject({
    prompt: 'stop pg-main',
    exact_total: 1,
    identified_resources: [
      {
        match: 'exact',
        type: 'rds_instance',
        id: 'pg-main',
        region: 'us-west-2',
        account: '123456789012',
        current_state: 'available',
        tags: { env: 'production' },
        metadata: { Engine: 'postgres' },
        as_of: NOW,
      },
    ],
    chat_history: [],
    user_context: {
      user_id: 'user-1',
      default_region: null,
      scope: { accounts: [DEV], regions: ['eu-west-1'] },
    },
  });
  expect(second?.identified_resources[0]).toMatchObject({ match: 'similar', id: 'resize-images' });
  expect(second?.chat_history.map(({ role, content }) => [role, content])).toEqual([
    ['user', 'stop pg-main'],
    ['assistant', 'ok'],
  ]);
});

test('history is the newest that fits: at most 20 messages and 12,000 characters', async () => {
  const spy = scripted({ kind: 'information', text: 'x'.repeat(1_500) });
  const chat = bench.chat(spy);
  const { conversationId } = await chat.create();
  for (let i = 0; i < 14; i++) await chat.send({ conversationId, text: `question ${i}` });
  const history = spy.requests.at(-1)?.chat_history ?? [];
  expect(history.map(({ content }) => content.length).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(12_000);
  expect(history.at(-2)?.content).toBe('question 12');
  const short = scripted({ kind: 'information', text: 'y' });
  const again = bench.chat(short);
  for (let i = 0; i < 14; i++) await again.send({ conversationId, text: `short ${i}` });
  expect(short.requests.at(-1)?.chat_history).toHaveLength(20);
});

test('"it" is what the last answer was about, and waits for approval like all others', async () => {
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  await chat.send({ conversationId, text: 'describe pg-main' });
  const { assistant } = await chat.send({ conversationId, text: 'stop it' });
  expect(assistant.parts).toMatchObject([{ kind: 'text' }, { kind: 'plan' }]);
  expect(bench.proposed).toMatchObject([{ action: 'rds.stop' }]);
});

test('a name that more resources share than are sent is never narrowed to one', async () => {
  const twins = Array.from({ length: 60 }, (_, i) =>
    made('ec2_instance', 'worker', { region: i === 0 ? 'eu-west-1' : 'us-west-2' }),
  );
  await bench.storage.estate.bulkUpsert(twins, NOW);
  const answer = await bench.ask('stop worker in eu-west-1');
  expect(answer.planned).toEqual([]);
  expect(answer.text).toMatch(/^60 resources fit this name/);
  expect(answer.rows).toHaveLength(20);
});

test('resources of one name are told apart by nothing but what the sentence surely says', async () => {
  await bench.storage.estate.bulkUpsert(
    [
      made('ec2_instance', 'shop', { state: 'stopped' }),
      made('ec2_instance', 'shop', { state: 'running' }),
      made('rds_instance', 'shop'),
    ],
    NOW,
  );
  expect((await bench.ask('start shop')).rows).toHaveLength(3);
  expect((await bench.ask('stop the server shop')).rows).toHaveLength(3);
  expect((await bench.ask('stop the ec2 instance shop')).rows).toHaveLength(2);
  expect((await bench.ask('stop the database shop')).planned).toMatchObject([{ action: 'rds.stop' }]);
  expect((await bench.ask('start the stopped ec2 instance shop')).planned).toMatchObject([
    { action: 'ec2.start' },
  ]);
});

test('an estate of thousands gives the total, 20 rows, the query that opens all, and the oldest age', async () => {
  const functions = Array.from({ length: 300 }, (_, i) => made('lambda_function', `fn-${i}`));
  await bench.storage.estate.bulkUpsert(functions, '2026-11-21T11:00:00.000Z');
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  const { assistant } = await chat.send({ conversationId, text: 'list lambdas' });
  expect(assistant.parts).toMatchObject([
    { kind: 'text', text: 'There are 301 Lambda functions.' },
    { kind: 'resources', total: 301, query: { text: '', filter: { resourceTypes: ['lambda_function'] } } },
  ]);
  expect(assistant.parts[1]).toHaveProperty('rows.length', 20);
  expect(assistant.sources[0]).toMatchObject({ name: 'resize-images', asOf: NOW });
});

test('an empty estate says so and what to do, whatever is asked', async () => {
  const empty = new ChatBench();
  await empty.open();
  for (const text of ['stop pg-main', 'list databases', 'describe x'])
    expect((await empty.ask(text)).text).toMatch(/^The estate is empty/);
  expect((await empty.ask('help')).text).toMatch(/^Name one resource/);
  expect(await empty.chat().suggestions()).toEqual([]);
  await empty.close();
});

test('while the estate is still being read a name is no sure target', async () => {
  const { find } = bench.storage;
  const reading = Object.assign(Object.create(find), {
    query: async (query: Parameters<typeof find.query>[0]) => ({
      ...(await find.query(query)),
      indexing: true,
      total: 3,
    }),
  }) as typeof find;
  const assistant = bench.builtin({ find: reading });
  const chat = bench.chat({ assistant });
  const { conversationId } = await chat.create();
  const { assistant: answer } = await chat.send({ conversationId, text: 'stop pg-main' });
  expect(answer.parts).toMatchObject([{ kind: 'candidates', rows: [{ name: 'pg-main' }] }]);
});

test('every suggestion is a sentence that the assistant understands', async () => {
  const texts = await bench.chat().suggestions();
  expect(texts.length).toBeGreaterThanOrEqual(4);
  expect(texts.length).toBeLessThanOrEqual(6);
  for (const text of texts)
    expect([text, ['plan', 'answer']]).toEqual([
      text,
      expect.arrayContaining([(await bench.ask(text)).kind]),
    ]);
  expect(texts).toContain('Which RDS instances are stopped?');
  expect(texts).toContain('Stop web-1');
});
