import { expect, test } from 'vitest';
import type { ChatMessage } from '../../../preload/contract/models.ts';
import {
  inSlice,
  MAX_SHOWN,
  mergePage,
  newestSlice,
  type Outgoing,
  pendingViews,
  sliceAt,
  slideDown,
  slideUp,
  type Thread,
  trimmed,
} from './thread.ts';

function message(messageIndex: number, role: 'user' | 'assistant' = 'user', text = `m${messageIndex}`) {
  return {
    messageId: `id-${messageIndex}`,
    conversationId: 'c',
    messageIndex,
    role,
    timestamp: '2026-11-21T10:00:00.000Z',
    parts: [{ kind: 'text', text }],
    sources: [],
    metadata: { resourcesMentioned: [], commandsExecuted: [] },
  } satisfies ChatMessage;
}
const page = (first: number, last: number, total = last + 1): Thread => ({
  messages: Array.from({ length: last - first + 1 }, (_, i) => message(first + i)),
  total,
});
const indexes = (thread: Thread) => thread.messages.map((item) => item.messageIndex);

test('pages that overlap give each message once and in order', () => {
  const merged = mergePage(page(5, 9), page(7, 11));
  expect(indexes(merged)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  expect(merged.total).toBe(12);
  expect(indexes(mergePage(merged, page(2, 4, 12)))).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('a page after a gap never leaves a hole', () => {
  expect(indexes(mergePage(page(0, 9), page(40, 49)))).toEqual(indexes(page(40, 49)));
});

test('an empty answer keeps what is loaded, and an older answer never lowers the total', () => {
  expect(indexes(mergePage(page(0, 2), { messages: [], total: 3 }))).toEqual([0, 1, 2]);
  expect(mergePage(page(0, 5), page(0, 3)).total).toBe(6);
});

const outgoing = (patch: Partial<Outgoing>): Outgoing => ({
  localId: 'l1',
  conversationId: 'c',
  text: 'stop x',
  sentAt: '',
  after: 2,
  error: null,
  resourceId: null,
  ...patch,
});

test('a question is not seen twice once its stored twin arrives', () => {
  const stored = [message(0), message(1, 'assistant'), message(2, 'user', 'stop x')];
  expect(pendingViews(stored.slice(0, 2), [outgoing({})])[0]?.stored).toBe(false);
  expect(pendingViews(stored, [outgoing({})])[0]?.stored).toBe(true);
});

test('asking the same thing again is not taken for its earlier twin', () => {
  const earlier = [message(0, 'user', 'stop x'), message(1, 'assistant')];
  expect(pendingViews(earlier, [outgoing({})])[0]?.stored).toBe(false);
  const one = [...earlier, message(2, 'user', 'stop x')];
  expect(pendingViews(one, [outgoing({}), outgoing({ localId: 'l2' })]).map((view) => view.stored)).toEqual([
    true,
    false,
  ]);
});

test('the DOM stays bounded all the way up and down a long conversation', () => {
  const total = 10_000;
  let slice = newestSlice(total);
  for (let i = 0; i < 300; i++) {
    slice = slideUp(slice, total);
    expect((slice.to ?? total) - slice.from).toBeLessThanOrEqual(MAX_SHOWN);
  }
  expect(slice.from).toBe(0);
  for (let i = 0; i < 300; i++) {
    slice = slideDown(slice, total);
    expect((slice.to ?? total) - slice.from).toBeLessThanOrEqual(MAX_SHOWN);
  }
  expect(slice.to).toBeNull();
});

test('paging up keeps what is being read in the slice', () => {
  const slice = slideUp({ from: 200, to: null }, 400);
  expect(slice).toEqual({ from: 150, to: 300 });
  expect(inSlice(page(0, 399).messages, slice)).toHaveLength(150);
});

test('a thread that only grows at its end stays bounded for those who follow it', () => {
  expect(trimmed({ from: 0, to: null }, MAX_SHOWN)).toEqual({ from: 0, to: null });
  expect(trimmed({ from: 0, to: null }, MAX_SHOWN + 1)).toEqual(newestSlice(MAX_SHOWN + 1));
  expect(trimmed({ from: 0, to: 100 }, 1_000)).toEqual({ from: 0, to: 100 });
});

test('a found message is drawn with what came before it, and new ones follow only at the end', () => {
  expect(sliceAt(5_000, 10_000)).toEqual({ from: 4_990, to: 5_040 });
  expect(sliceAt(3, 10_000)).toEqual({ from: 0, to: 50 });
  expect(sliceAt(9_990, 10_000)).toEqual({ from: 9_980, to: null });
});
