import { expect, test } from 'vitest';
import type { Resource } from '../../preload/contract/models.ts';
import type { CollectedResource } from '../scan/types.ts';
import { compared } from './estateWrites.ts';

const THEN = '2026-11-20T00:00:00.000Z';
const LATER = '2026-11-21T00:00:00.000Z';
const NOW = Date.parse('2026-11-22T00:00:00.000Z');
const AT = { accountId: '111122223333', region: 'us-east-1' };

const known: Resource = {
  id: 'id-1',
  resourceType: 'elbv2_target_group',
  service: 'elbv2',
  accountId: '111122223333',
  partition: 'aws',
  region: 'us-east-1',
  nativeId: 'tg',
  name: 'tg',
  arn: 'tg',
  state: 'active',
  tags: { team: 'core' },
  createdAt: THEN,
  facts: { Targets: 2, Port: 80, Protocol: 'HTTP' },
  relations: [
    { kind: 'in', ...AT, resourceType: 'ec2_vpc', nativeId: 'vpc-1' },
    { kind: 'targets', ...AT, resourceType: 'ec2_instance', nativeId: 'i-1' },
  ],
  constraints: { deletion_protection: true, can_stop: false },
  raw: { Port: 80, TargetHealthDescriptions: [1, 2] },
  asOf: THEN,
  revision: 4,
};
const seen = (change: Partial<CollectedResource>): CollectedResource => {
  const { id: _id, asOf: _asOf, revision: _revision, ...content } = known;
  return {
    ...content,
    state: null,
    tags: {},
    createdAt: null,
    facts: { Port: 81 },
    relations: [],
    constraints: {},
    raw: { Port: 81 },
    ...change,
  };
};
const stored = (collected: CollectedResource) =>
  compared('id-1', collected, LATER, { resource: known, embeddedBy: null, vector: null }, NOW).entry.resource;

test('what AWS would not say keeps what was known; what it said is taken', () => {
  const fields = [
    'tags',
    'state',
    'createdAt',
    'facts.Targets',
    'facts.HealthyTargets',
    'relations.targets',
    'constraints.deletion_protection',
  ];
  const unknown = Object.fromEntries(fields.map((field) => [field, 'denied']));
  expect(stored(seen({ unknown }))).toMatchObject({
    tags: { team: 'core' },
    state: 'active',
    createdAt: THEN,
    facts: { Targets: 2, Port: 81 },
    relations: [{ kind: 'targets', nativeId: 'i-1' }],
    constraints: { deletion_protection: true },
    raw: { Port: 81, TargetHealthDescriptions: [1, 2] },
    unknown,
    asOf: LATER,
    revision: 5,
  });
});

test('what AWS said is gone is gone: an empty answer that is known erases', () => {
  const resource = stored(seen({}));
  expect(resource).toMatchObject({ tags: {}, state: null, facts: { Port: 81 }, raw: { Port: 81 } });
  expect(resource.facts).not.toHaveProperty('Targets');
  expect(resource.unknown).toBeUndefined();
});

test('the same refusal again is no change, and the answer that comes back ends it', () => {
  const { id: _id, asOf: _asOf, revision: _revision, ...content } = known;
  const refused = { ...content, tags: {}, unknown: { tags: 'denied' } };
  const first = stored(refused);
  const again = compared(
    'id-1',
    refused,
    LATER,
    { resource: first, embeddedBy: null, vector: null },
    NOW,
  ).entry;
  expect(again.resource.revision).toBe(first.revision);
  const told = compared('id-1', { ...content, tags: { team: 'b' } }, LATER, again, NOW).entry;
  expect(told.resource).toMatchObject({ tags: { team: 'b' }, revision: first.revision + 1 });
  expect(told.resource.unknown).toBeUndefined();
});

test('a field’s name is never taken for a property of every object', () => {
  const unknown = { 'facts.constructor': 'x', 'facts.__proto__': 'x', tagsX: 'x' };
  expect(Object.keys(stored(seen({ unknown })).facts)).toEqual(['Port']);
});
