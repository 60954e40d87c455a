import { expect, test } from 'vitest';
import type { ConnectResult, Profile } from '../../../preload/contract/models.ts';
import { joined, parts } from './connectRun.ts';
import { matching } from './matching.ts';

const profile = (name: string, more: Partial<Profile> = {}): Profile => ({
  name,
  kind: 'static',
  region: null,
  roleArn: null,
  sourceProfile: null,
  mfa: false,
  supported: true,
  reason: null,
  ...more,
});

test('any number of profiles is asked in parts, those with keys first, none twice', () => {
  const many = Array.from({ length: 2_001 }, (_, i) =>
    profile(`p${i}`, i % 2 ? { kind: 'assume_role' } : {}),
  );
  const asked = parts(many);
  expect(Math.max(...asked.map((part) => part.length))).toBeLessThanOrEqual(500);
  expect(new Set(asked.flat()).size).toBe(2_001);
  expect(asked.flat()[0]).toBe('p0');
  expect(asked.flat().at(-1)).toBe('p1999');
  expect(asked.flat().indexOf('p1')).toBe(1_001);
  expect(parts([])).toEqual([]);
});

test('results of profiles that another window connects are not shown', () => {
  const result = (name: string): ConnectResult => ({ profile: name, identity: null, error: 'no' });
  const known = joined(new Map(), [result('a'), result('x')], ['a', 'b']);
  expect([...joined(known, [result('b')], ['a', 'b']).keys()]).toEqual(['a', 'b']);
});

test.each([
  ['', ['Prod', 'dev-role', 'eu']],
  ['PROD', ['Prod']],
  ['admin dev', ['dev-role']],
  ['eu-west', ['eu']],
  ['assume', ['dev-role']],
  ['nothing', []],
])('%j finds %j', (text, names) => {
  const all = [
    profile('Prod'),
    profile('dev-role', { kind: 'assume_role', roleArn: 'arn:aws:iam::1:role/Admin' }),
    profile('eu', { region: 'eu-west-1' }),
  ];
  expect(matching(all, text).map(({ name }) => name)).toEqual(names);
});
