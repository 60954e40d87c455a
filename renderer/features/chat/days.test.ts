import { expect, test } from 'vitest';
import { byDay } from './days.ts';

const at = (updatedAt: Date, conversationId: string) => ({
  conversationId,
  title: conversationId,
  createdAt: updatedAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
  messageCount: 1,
  pinned: false,
  archived: false,
  labels: [],
});

test('late last night is yesterday, though less than a day ago', () => {
  const now = new Date(2026, 10, 21, 0, 30).getTime();
  const days = byDay(
    [
      at(new Date(2026, 10, 20, 23, 59), 'night'),
      at(new Date(2026, 10, 21, 0, 10), 'now'),
      at(new Date(2026, 10, 17, 12), 'tuesday'),
      at(new Date(2026, 9, 2, 12), 'october'),
      at(new Date(2026, 10, 20, 9), 'morning'),
    ],
    now,
  );
  expect(days.map((day) => [day.label, day.conversations.map((item) => item.title)])).toEqual([
    ['Today', ['now']],
    ['Yesterday', ['night', 'morning']],
    ['Tuesday', ['tuesday']],
    ['2 Oct 2026', ['october']],
  ]);
});

test('a conversation of a time that has not come yet is not of today, and does not stand above what is', () => {
  const now = new Date(2026, 10, 21, 12).getTime();
  const days = byDay([at(new Date(2031, 0, 1), 'ahead'), at(new Date(2026, 10, 20, 9), 'yesterday')], now);
  expect(days.map(({ label }) => label)).toEqual(['Yesterday', 'Dated in the future']);
});
