import { expect, test } from 'vitest';
import { requireStrong } from './passphrase.ts';

test.each([
  'short',
  'aaaaaaaaaaaaaaaa',
  'ababababababab',
  '12345678901234',
  '20.11.1984 20',
  'abcdefghijklmnop',
  'P4ssw0rd2026!',
  'CloudOps-2026',
])('%s is refused', (text) => {
  expect(() => requireStrong(text)).toThrow(/too easy/);
  expect(() => requireStrong(text)).not.toThrow(text);
});

test.each([
  'correct horse battery',
  'mein Hund frisst Käse',
  '61902847350192846602',
  'パスワードではない長い文です',
  'a cloudops workspace behind a very long sentence',
])('%s is accepted', (text) => {
  expect(() => requireStrong(text)).not.toThrow();
});
