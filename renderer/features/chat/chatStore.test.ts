import { expect, test } from 'vitest';
import { NEW, shownConversation } from './chatStore.ts';

const conversations = [
  { conversationId: 'a', updatedAt: '2026-11-20T10:00:00.000Z' },
  { conversationId: 'b', updatedAt: '2026-11-21T10:00:00.000Z' },
];

test('a conversation deleted elsewhere, or of another workspace, is not shown as an empty one', () => {
  expect(shownConversation('a', conversations)).toBe('a');
  expect(shownConversation('gone', conversations)).toBe('b');
  expect(shownConversation('gone', [])).toBe(NEW);
});

test('the newest conversation is picked up after a reload, and a new one stays new', () => {
  expect(shownConversation(null, conversations)).toBe('b');
  expect(shownConversation(NEW, conversations)).toBe(NEW);
});

test('a conversation dated in the future is not the newest one', () => {
  const ahead = { conversationId: 'ahead', updatedAt: new Date(Date.now() + 86_400_000).toISOString() };
  expect(shownConversation(null, [...conversations, ahead])).toBe('b');
});
