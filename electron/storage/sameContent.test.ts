import { expect, test } from 'vitest';
import { type KnownType, RESOURCE_TYPES } from '../../preload/contract/models.ts';
import { TYPES, volatileOf } from '../estate/types.ts';
import { collectors } from '../scan/collectors/index.ts';
import { answers } from '../scan/fixtures/answers.ts';
import { type CannedAnswers, cannedAws } from '../scan/fixtures/cannedAws.ts';
import type { CollectedResource } from '../scan/types.ts';
import { contentText, sameContent } from './sameContent.ts';

async function scanned(from: CannedAnswers): Promise<CollectedResource[]> {
  const all = await Promise.all(collectors.map((collector) => cannedAws(from).collect(collector)));
  return all.flat();
}

type Change = (value: unknown, path: string) => unknown;

/** Everything in an answer passed through `change`, lists and members included; dates stay dates. */
function through(value: unknown, change: Change, path = 'raw'): unknown {
  const changed = change(value, path);
  if (Array.isArray(changed)) return changed.map((item) => through(item, change, `${path}[]`));
  if (typeof changed !== 'object' || changed === null || changed instanceof Date) return changed;
  const entries = Object.entries(changed);
  return Object.fromEntries(entries.map(([key, item]) => [key, through(item, change, `${path}.${key}`)]));
}

const answering = (change: Change): CannedAnswers =>
  Object.fromEntries(
    Object.entries(answers).map(([command, answer]) => [
      command,
      (...asked: Parameters<typeof answer>) => through(answer(...asked), change, command) as object,
    ]),
  );

const byPlace = ({ resourceType, region, nativeId }: CollectedResource) =>
  `${resourceType} ${region} ${nativeId}`;

function pairs(before: CollectedResource[], now: CollectedResource[]) {
  const known = new Map(before.map((resource) => [byPlace(resource), resource]));
  return now.map((resource) => {
    const old = known.get(byPlace(resource));
    if (!old) throw new Error(`${byPlace(resource)} was not collected before`);
    return [old, resource] as const;
  });
}

/** Key schemas and layers are ordered; all other lists of the answers come as they like. */
const turned = answering((value, path) =>
  Array.isArray(value) && !/(KeySchema|Layers)$/.test(path) ? [...value].reverse() : value,
);

test('lists that AWS gives in another order are no change, of any type, and read the same', async () => {
  const all = pairs(await scanned(answers), await scanned(turned));
  expect(all.length).toBeGreaterThan(30);
  for (const [before, now] of all) {
    expect(sameContent(before, now), byPlace(now)).toBe(true);
    expect(contentText(now)).toBe(contentText(before));
    const { raw: _raw, unknown: _unknown, ...read } = now;
    const { raw: _old, unknown: _before, ...then } = before;
    expect(read).toEqual(then);
  }
});

test('an order that means something is a change', async () => {
  for (const list of ['KeySchema', 'Layers']) {
    const other = answering((value, path) =>
      Array.isArray(value) && path.endsWith(list) ? [...value].reverse() : value,
    );
    const changed = pairs(await scanned(answers), await scanned(other)).filter(
      ([before, now]) => !sameContent(before, now, volatileOf(now.resourceType)),
    );
    expect(changed.length).toBeGreaterThan(0);
  }
});

/** What moves by itself in the answers above. */
const MOVING =
  /\.(ItemCount|TableSizeBytes|IndexSizeBytes|NumberOfDecreasesToday|LatestRestorableTime|AvailableIpAddressCount|RevisionId|ApproximateNumberOfMessages\w*)$/;
const moved = answering((value, path) => {
  if (path.endsWith('.TargetHealth')) return { State: 'draining', Reason: 'Target.DeregistrationInProgress' };
  if (!MOVING.test(path)) return value;
  if (value instanceof Date) return new Date(value.getTime() + 1);
  return typeof value === 'number' ? value + 1 : `${String(value)}1`;
});

test('what changes by itself is no change, and is seen as something to write', async () => {
  const all = pairs(await scanned(answers), await scanned(moved));
  for (const [before, now] of all) {
    expect(sameContent(before, now, volatileOf(now.resourceType)), byPlace(now)).toBe(true);
  }
  const written = all.filter(([before, now]) => !sameContent(before, now));
  expect([...new Set(written.map(([, { resourceType }]) => resourceType))].sort()).toEqual([
    'dynamodb_table',
    'ec2_subnet',
    'elbv2_target_group',
    'lambda_function',
    'rds_instance',
    'sqs_queue',
  ]);
});

test('every fact that is read of what moves is declared as moving', async () => {
  const facts = pairs(await scanned(answers), await scanned(moved)).flatMap(([before, now]) =>
    Object.keys({ ...before.facts, ...now.facts })
      .filter((fact) => before.facts[fact] !== now.facts[fact])
      .map((fact) => [now.resourceType, `facts.${fact}`] as const),
  );
  expect(facts.length).toBeGreaterThan(5);
  for (const [type, path] of facts) expect(TYPES[type as KnownType].volatile).toContain(path);
});

test('any other value that changes is a change, of every type', async () => {
  const [before] = await Promise.all([scanned(answers)]);
  for (const type of RESOURCE_TYPES) {
    const resource = before.find(({ resourceType }) => resourceType === type) as CollectedResource;
    const except = volatileOf(type);
    for (const other of [
      { ...resource, name: 'another' },
      { ...resource, tags: { ...resource.tags, new: 'tag' } },
      { ...resource, facts: { ...resource.facts, New: 1 } },
      { ...resource, raw: { ...(resource.raw as object), New: [1] } },
      { ...resource, relations: [...resource.relations, { ...LINK }] },
    ]) {
      expect(sameContent(resource, other, except)).toBe(false);
      expect(sameContent(other, resource, except)).toBe(false);
      expect(contentText(other, except)).not.toBe(contentText(resource, except));
    }
  }
});
const LINK = {
  kind: 'uses',
  accountId: '1'.repeat(12),
  region: 'global',
  resourceType: 'kms_key',
  nativeId: 'k',
};

test('items are told apart by all they hold and how often; a member without a value is none', () => {
  const of = (raw: unknown) => ({ resourceType: 'kms_key', raw }) as CollectedResource;
  const same = (a: unknown, b: unknown, except: string[] = []) => sameContent(of(a), of(b), except);
  expect(same({ l: [1, 1, 2] }, { l: [2, 1, 1] })).toBe(true);
  expect(same({ l: [1, 1, 2] }, { l: [1, 2, 2] })).toBe(false);
  expect(same({ l: [1] }, { l: { 0: 1 } })).toBe(false);
  expect(same({ l: [['a', 'b'], ['c']] }, { l: [['c'], ['b', 'a']] })).toBe(true);
  expect(same({ a: undefined }, {})).toBe(true);
  expect(same({ toString: 1 }, { valueOf: 1 })).toBe(false);
  expect(
    same(
      {
        l: [
          { a: 1, n: 1 },
          { a: 2, n: 2 },
        ],
      },
      { l: [{ a: 2, n: 9 }, { a: 1 }] },
      ['raw.l[].n'],
    ),
  ).toBe(true);
  expect(same({ l: [{ a: 1, n: 1 }] }, { l: [{ a: 2, n: 1 }] }, ['raw.l[].n'])).toBe(false);
});
