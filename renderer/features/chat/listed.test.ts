import { expect, test } from 'vitest';
import { cleanLabels, labelsOf, listed, marked } from './listed.ts';

const conversation = (conversationId: string, patch: object = {}) => ({
  conversationId,
  title: conversationId,
  createdAt: '2026-11-20T10:00:00.000Z',
  updatedAt: '2026-11-20T10:00:00.000Z',
  messageCount: 1,
  pinned: false,
  archived: false,
  labels: [] as string[],
  ...patch,
});
const ALL = { text: '', archived: false, label: null };

test('an archived conversation is out of the list, and in the archive also when pinned', () => {
  const items = [conversation('a'), conversation('b', { archived: true, pinned: true })];
  expect(listed(items, ALL).others.map((item) => item.title)).toEqual(['a']);
  expect(listed(items, ALL).pinned).toEqual([]);
  expect(listed(items, { ...ALL, archived: true }).pinned.map((item) => item.title)).toEqual(['b']);
});

test('a search finds labels as well as titles, in any case', () => {
  const items = [conversation('Costs', { labels: ['FinOps'] }), conversation('Other')];
  expect(listed(items, { ...ALL, text: 'finops' }).others).toHaveLength(1);
  expect(listed(items, { ...ALL, label: 'FinOps' }).others).toHaveLength(1);
  expect(labelsOf(items)).toEqual(['FinOps']);
});

test('labels the contract would refuse are not sent', () => {
  expect(cleanLabels(['  prod ', 'PROD', '', 'x'.repeat(60)])).toEqual(['prod', 'x'.repeat(40)]);
  expect(cleanLabels(Array.from({ length: 20 }, (_, n) => `l${n}`))).toHaveLength(12);
});

test('marking loses no character, and searched signs are not a pattern', () => {
  const text = 'cost (eu) is a+b, COST again';
  for (const wanted of ['cost', '(eu) a+b', '.*', '', '\\', 'a-b [x']) {
    expect(
      marked(text, wanted)
        .map((part) => part.text)
        .join(''),
      wanted,
    ).toBe(text);
  }
  expect(marked(text, 'cost').filter(({ hit }) => hit)).toHaveLength(2);
});
