import { expect, test } from 'vitest';
import { asTyped, likeness, mayDeceive, spelled } from './spelling.ts';

const plain = [
  'web-1',
  'web_',
  'web/1.2',
  'web (old)',
  "bob's box",
  'R&D box',
  'Größe/1.2',
  '日本 サーバ',
  'сервер',
  'web 🙂',
  'web - old',
];
test.each(plain)('an ordinary name is shown as it is and deceives nobody: %s', (name) => {
  expect(spelled(name)).toBe(name);
  expect(mayDeceive(name)).toBe(false);
});

const odd: [name: string, shown: string][] = [
  ['web-1.', 'web-1\\u{2e}'],
  ['"web-1"', '\\u{22}web-1\\u{22}'],
  ['(web-1)', '\\u{28}web-1\\u{29}'],
  ['web-1…', 'web-1\\u{2026}'],
  ['web-1。', 'web-1\\u{3002}'],
  ['--dry-run', '\\u{2d}\\u{2d}dry-run'],
  [' web-1', '\\u{20}web-1'],
  ['web-1\u00a0', 'web-1\\u{a0}'],
  ['web  1', 'web \\u{20}1'],
  ['w\u0435b-1', 'w\\u{435}b-1'],
  ['\u0441\u043e\u0440', '\\u{441}\\u{43e}\\u{440}'],
  ['web\u20111', 'web\\u{2011}1'],
  ['\uff57eb-1', '\\u{ff57}eb-1'],
  ['web\u200b-1', 'web\\u{200b}-1'],
  ['a\nb', 'a\\u{a}b'],
];
test.each(odd)('what could pass for another name is spelled out: %j', (name, shown) => {
  expect(spelled(name)).toBe(shown);
  expect(mayDeceive(name)).toBe(true);
});

test.each(['web-1, web-2', 'web-1; x', 'web-*', 'a & b'])(
  'a list or a pattern is no plain name: %s',
  (name) => expect(mayDeceive(name)).toBe(true),
);

test('names that a sentence says alike are one to it, names that look alike have one likeness', () => {
  for (const name of ['WEB-1', ' web-1 ', 'web\u200b-1']) expect(asTyped(name)).toBe('web-1');
  for (const name of [
    'web-1',
    'w\u0435b-1',
    'web\u20111',
    '\uff57eb-1',
    'wéb-1',
    '\u202eweb-1',
    'Web-1\u00a0',
  ])
    expect(likeness(name)).toBe('web-1');
  expect(likeness('web-1.')).not.toBe('web-1');
});
