import { describe, expect, test } from 'vitest';
import { RESOURCE_TYPES, type Resource } from '../../preload/contract/models.ts';
import { isUnlocked, unlockedFor } from '../state/access.ts';
import { scopeFilter } from '../state/scope.ts';
import { typeName } from '../state/format.ts';
import { stateTone } from '../state/stateTone.ts';
import { consoleUrl } from './consoleUrl.ts';
import { resourceActions } from './resourceActions.ts';

const resource = (change: Partial<Resource>): Resource => ({
  id: '1',
  resourceType: 'rds_instance',
  service: 'rds',
  accountId: '123456789012',
  region: 'us-west-2',
  nativeId: 'pg-1',
  name: 'pg-1',
  arn: 'arn:aws:rds:us-west-2:123456789012:db:pg-1',
  state: 'available',
  tags: {},
  asOf: '2026-01-01T00:00:00.000Z',
  partition: 'aws',
  createdAt: null,
  facts: {},
  relations: [],
  constraints: {},
  raw: {},
  revision: 1,
  ...change,
});

describe('consoleUrl', () => {
  test('every type leads to an https page of the console of its partition', () => {
    for (const resourceType of RESOURCE_TYPES) {
      for (const [partition, host] of [
        ['aws', 'console.aws.amazon.com'],
        ['aws-us-gov', 'console.amazonaws-us-gov.com'],
        ['aws-cn', 'console.amazonaws.cn'],
      ] as const) {
        const url = new URL(consoleUrl(resource({ resourceType, partition })) ?? '');
        expect([url.protocol, url.hostname]).toEqual(['https:', host]);
      }
    }
  });
  test('a name cannot break out of its place in the address', () => {
    const url = consoleUrl(resource({ resourceType: 's3_bucket', nativeId: '../../x?y=1#z@evil.example' }));
    expect(url).toBe(
      'https://console.aws.amazon.com/s3/buckets/..%2F..%2Fx%3Fy%3D1%23z%40evil.example?region=us-west-2',
    );
  });
  test('an unknown partition has no link', () => {
    expect(consoleUrl(resource({ partition: 'aws-iso' }))).toBeNull();
  });
});

/** `constructor`: a word that every object has as a member. */
test.each([
  ['kms_key', 'kms key'],
  ['constructor', 'constructor'],
])('%s, a type of a later version, goes by its id, without a link or an action', (resourceType, name) => {
  expect(typeName(resourceType)).toBe(name);
  expect(consoleUrl(resource({ resourceType }))).toBeNull();
  expect(resourceActions({ resourceType, state: 'running' })).toEqual([]);
});

describe('resourceActions', () => {
  const ids = (change: Partial<Resource>) => resourceActions(resource(change)).map((action) => action.id);
  test('a stopped instance can be started, not stopped; a running one the other way', () => {
    expect(ids({ state: 'stopped' })).toEqual(['rds.start', 'rds.snapshot', 'rds.delete']);
    expect(ids({ state: 'available' })).not.toContain('rds.start');
    expect(ids({ resourceType: 'ec2_instance', state: 'running' })).toContain('ec2.stop');
  });
  test('nothing is offered for what is terminated, or has no action', () => {
    expect(ids({ resourceType: 'ec2_instance', state: 'terminated' })).toEqual([]);
    expect(ids({ resourceType: 's3_bucket', state: null })).toEqual([]);
  });
});

describe('stateTone', () => {
  test('a word this version does not know is unknown, never a good state', () => {
    expect(stateTone('sparkly')).toBe('unknown');
    expect(stateTone('unknown')).toBe('unknown');
  });
  test.each([
    ['running', 'running'],
    ['in-use', 'running'],
    ['Stopped', 'stopped'],
    ['shutting-down', 'pending'],
    ['configuring-something-new-ing', 'pending'],
    ['incompatible-parameters', 'failed'],
    ['storage-full', 'failed'],
  ])('%s is %s', (word, tone) => expect(stateTone(word)).toBe(tone));
});

describe('access', () => {
  const now = Date.parse('2026-01-01T12:00:00.000Z');
  const profile = { name: 'p', arn: 'a', readOnly: true, unlockedUntil: '2026-01-01T12:00:01.000Z' };
  test('an unlock ends at its minute', () => {
    expect(isUnlocked(profile, now)).toBe(true);
    expect(isUnlocked(profile, now + 1_000)).toBe(false);
    expect(unlockedFor(profile, now + 1_000)).toBeNull();
  });
});

describe('scopeFilter', () => {
  test('an empty scope is everything; else no choice leads out of it', () => {
    const scope = { accountIds: ['1', '2'], regions: [] };
    expect(scopeFilter({ accountIds: ['2'] }, scope)).toEqual({ accountIds: ['2'] });
    expect(scopeFilter({ accountIds: ['9'] }, scope)).toEqual({ accountIds: ['1', '2'] });
    expect(scopeFilter({ regions: ['us-west-2'] }, { accountIds: [], regions: [] })).toEqual({
      regions: ['us-west-2'],
    });
  });
});
