import { expect, test } from 'vitest';
import { inGroups, NO_SECRET, passphraseStrength, secretProblem, toSecret, wrongGroups } from './secret.ts';

const KEY = '40GJ 48S4 4MK2 EA19 58NJ RB9E 5WR3 2CHK 6GTK CDSR 74X3 PF1X 7RZG KVSC';

test('a recovery key pasted with dashes, breaks or in lower case is the same key', () => {
  expect(inGroups(KEY.replaceAll(' ', '-').toLowerCase())).toBe(KEY);
  expect(inGroups(`\n${KEY.replaceAll(' ', '')}\n`)).toBe(KEY);
  expect(secretProblem({ ...NO_SECRET, recovery: KEY })).toBeNull();
  expect(toSecret({ ...NO_SECRET, recovery: KEY.toLowerCase() })).toEqual({ kind: 'recovery', text: KEY });
});

test('a key with a group missing is told before it is tried', () => {
  expect(secretProblem({ ...NO_SECRET, recovery: KEY.slice(0, -5) })).toMatch(/4 characters are missing/);
  expect(secretProblem({ ...NO_SECRET, recovery: `${KEY} A` })).toMatch(/1 too many/);
});

test('a passphrase goes out exactly as typed, spaces at its ends too', () => {
  const secret = { ...NO_SECRET, kind: 'passphrase' as const, passphrase: ' two words ' };
  expect(toSecret(secret)).toEqual({ kind: 'passphrase', text: ' two words ' });
});

test('a re-typed group is held against the asked one, not against its place in the list', () => {
  const groups = KEY.split(' ');
  expect(wrongGroups(groups, [2, 9], ['4mk2', 'CDSR'])).toEqual([]);
  expect(wrongGroups(groups, [2, 9], ['CDSR', '4MK2'])).toEqual([2, 9]);
  expect(wrongGroups(groups, [2, 9], ['4MK2'])).toEqual([9]);
});

test('short, repeated and common passphrases are refused, four words are good', () => {
  for (const weak of ['', 'short', 'aaaaaaaaaaaaaaaa', 'password123456', 'passphrasepassphrase'])
    expect(passphraseStrength(weak).level, weak).toBe('refused');
  expect(passphraseStrength('correct horse battery staple').level).toBe('good');
  expect(passphraseStrength('t7Kp2mVxq9Lz').level).toBe('fair');
});
