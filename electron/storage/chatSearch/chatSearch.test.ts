import { expect, test } from 'vitest';
import type { ChatMessage, Conversation } from '../../../preload/contract/models.ts';
import { ChatSearch, type ChatSource } from './ChatSearch.ts';
import { excerptOf } from './excerpt.ts';

let serial = 0;
const said = (text: string, conversationId = 'c1', messageIndex = serial): ChatMessage => ({
  messageId: `m${++serial}`,
  conversationId,
  messageIndex,
  role: 'user',
  timestamp: new Date(1_700_000_000_000 + serial * 1_000).toISOString(),
  parts: [{ kind: 'text', text }],
  sources: [],
  metadata: { resourcesMentioned: [], commandsExecuted: [] },
});
const conversation = (conversationId: string, rest: Partial<Conversation> = {}): Conversation => ({
  conversationId,
  title: 'A talk',
  createdAt: '',
  updatedAt: '2026-11-21T09:00:00.000Z',
  messageCount: 1,
  pinned: false,
  archived: false,
  labels: [],
  ...rest,
});

/** A store in memory; `gate` holds the second page back. */
function source(messages: ChatMessage[], conversations = [conversation('c1'), conversation('c2')]) {
  const gate = Promise.withResolvers<void>();
  const made: ChatSource = {
    countMessages: async () => messages.length,
    async *pages() {
      const newestFirst = messages.toReversed();
      yield newestFirst.slice(0, 2);
      await gate.promise;
      yield newestFirst.slice(2);
    },
    messages: async (ids) => ids.flatMap((id) => messages.find((one) => one.messageId === id) ?? []),
    conversations: async () => conversations,
  };
  return { made, open: gate.resolve, messages };
}
const indices = async (search: ChatSearch, text: string, limit = 50) =>
  (await search.search(text, limit)).hits.map(({ excerpt }) => excerpt);

function ready(messages: ChatMessage[], conversations?: Conversation[]) {
  const store = source(messages, conversations);
  store.open();
  return { ...store, search: new ChatSearch(store.made) };
}

test('all words must be there, in any form people write them', async () => {
  const { search } = ready([
    said('Stop PG-Instance-Main1 tonight'),
    said('Überprüfe die Datenbank'),
    said('数据库已停止'),
    said('stop something else'),
  ]);
  expect(await indices(search, 'pg-instance-main1')).toEqual(['Stop PG-Instance-Main1 tonight']);
  expect(await indices(search, 'main1 STOP')).toEqual(['Stop PG-Instance-Main1 tonight']);
  expect(await indices(search, 'uberprufe')).toEqual(['Überprüfe die Datenbank']);
  expect(await indices(search, '停止')).toEqual(['数据库已停止']);
  expect(await indices(search, 'stop tonight nowhere')).toEqual([]);
  expect(await indices(search, '-- ?')).toEqual([]);
});

test('whole words come before beginnings of words, the newest first in each', async () => {
  const { search } = ready([said('stop one'), said('stopped two'), said('stop three'), said('stopped four')]);
  expect(await indices(search, 'stop')).toEqual(['stop three', 'stop one', 'stopped four', 'stopped two']);
  expect(await indices(search, 'stop', 1)).toEqual(['stop three']);
});

test('a search during the build answers with what is there so far and says so', async () => {
  const store = source([said('old red'), said('older red'), said('new red'), said('newest red')]);
  const search = new ChatSearch(store.made);
  const first = await search.search('red', 10);
  expect(first).toMatchObject({ indexing: true, indexed: 2, total: 4 });
  expect(first.hits.map(({ excerpt }) => excerpt)).toEqual(['newest red', 'new red']);
  store.open();
  // Whoever asks while the rest is being read waits for it a moment.
  const second = await search.search('red', 10);
  expect(second).toMatchObject({ indexing: false, indexed: 4, total: 4 });
  expect(second.hits).toHaveLength(4);
});

test('what is written or deleted while the index is built is neither doubled nor missed', async () => {
  const store = source([said('blue a', 'c2'), said('blue b'), said('blue c'), said('blue d')]);
  const search = new ChatSearch(store.made);
  await search.search('blue', 10);
  const late = said('blue e');
  store.messages.push(late);
  search.appended(late);
  const [again] = store.messages.filter(
    ({ parts: [part] }) => part?.kind === 'text' && part.text === 'blue b',
  );
  if (again) search.appended(again);
  search.removed('c2');
  store.open();
  expect(await indices(search, 'blue')).toEqual(['blue b', 'blue e', 'blue d', 'blue c']);
});

test('after a failed build the next search tries again instead of staying empty', async () => {
  const { made } = ready([said('green')]);
  let broken = true;
  const countMessages = async () => {
    if (broken) throw new Error('the engine went away');
    return 1;
  };
  const search = new ChatSearch({ ...made, countMessages });
  await expect(search.search('green', 10)).rejects.toThrow('went away');
  broken = false;
  expect(await indices(search, 'green')).toEqual(['green']);
});

test('titles and labels are found, and a message shown for its title is not shown twice', async () => {
  const { search } = ready(
    [said('payroll is slow', 'c1', 0), said('unrelated', 'c2', 0)],
    [conversation('c1', { title: 'payroll is slow' }), conversation('c2', { labels: ['Payroll'] })],
  );
  const { hits } = await search.search('payroll', 10);
  expect(hits.map(({ conversationId, messageIndex }) => [conversationId, messageIndex])).toEqual([
    ['c1', 0],
    ['c2', 0],
  ]);
});

test('one long conversation does not hide the others', async () => {
  const many = Array.from({ length: 60 }, (_, n) => said(`disk ${n}`, 'c2', n));
  const { search } = ready([said('disk first', 'c1', 0), ...many]);
  const { hits } = await search.search('disk', 50);
  expect(hits.filter(({ conversationId }) => conversationId === 'c2')).toHaveLength(10);
  expect(hits.at(-1)?.conversationId).toBe('c1');
});

test('names in tables of resources are found', async () => {
  const message = said('');
  const row = { name: 'web', nativeId: 'i-0abc1234', region: 'eu-west-1' } as never;
  message.parts = [{ kind: 'resources', total: 1, rows: [row], query: null }];
  const { search } = ready([message]);
  expect(await indices(search, 'i-0abc1234')).toEqual(['web i-0abc1234 eu-west-1']);
});

test('an excerpt is one short line around the match, without characters that deceive', () => {
  const text = `${'before '.repeat(60)}the needle\n\u202estands\u0000 here ${'after '.repeat(60)}`;
  const excerpt = excerptOf(text, ['needle']);
  expect(excerpt).toContain('the needle stands here');
  expect(excerpt).toMatch(/^….*…$/);
  expect(excerpt.length).toBeLessThanOrEqual(162);
  expect(excerptOf('short', ['short'])).toBe('short');
  expect(excerptOf(`${'x'.repeat(500)} y`, ['y'])).toMatch(/y$/);
});
