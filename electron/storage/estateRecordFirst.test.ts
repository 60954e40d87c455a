import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RESOURCE_TYPES, type Resource } from '../../preload/contract/models.ts';
import { collectors } from '../scan/collectors/index.ts';
import { answers } from '../scan/fixtures/answers.ts';
import { cannedAws } from '../scan/fixtures/cannedAws.ts';
import type { CollectedResource } from '../scan/types.ts';
import { type FirstContent, fromFirst, relationsOfFirst } from './estateRecordFirst.ts';
import { sameContent } from './sameContent.ts';

/** What version 0.1.0 (commit 04dab09) collected from the same answers, and the ids it gave. */
const url = new URL('../scan/fixtures/first.json', import.meta.url);
const first: { id: string; resource: FirstContent }[] = JSON.parse(readFileSync(url, 'utf8'));

const places = ({ resourceType, region, nativeId }: Pick<Resource, 'resourceType' | 'region' | 'nativeId'>) =>
  `${resourceType} ${region} ${nativeId}`;

async function collected(): Promise<Map<string, CollectedResource>> {
  const all = await Promise.all(collectors.map((collector) => cannedAws(answers).collect(collector)));
  return new Map(all.flat().map((resource) => [places(resource), JSON.parse(JSON.stringify(resource))]));
}

/** Without the tags that 0.1.0 did not keep in the answer, and the words of refusals. */
function compared({ raw, unknown, ...rest }: Omit<CollectedResource, 'relations'>) {
  const { Tags: _, ...answer } = raw as Record<string, unknown>;
  return { ...rest, raw: answer, unknown: Object.keys(unknown ?? {}).sort() };
}

test('what 0.1.0 collected of an answer becomes what is collected of it today, for every type', async () => {
  const today = await collected();
  expect([...new Set(first.map(({ resource }) => resource.resourceType))].sort()).toEqual(
    [...RESOURCE_TYPES].sort(),
  );
  expect(today.size).toBe(first.length);
  for (const { resource } of first) {
    const now = today.get(places(resource));
    if (!now) throw new Error(`${places(resource)} is not collected any more`);
    const taken = fromFirst(resource);
    expect(taken.relations, places(resource)).toEqual(now.relations);
    expect(relationsOfFirst(resource)).toEqual(now.relations);
    expect(compared(taken)).toEqual(compared(now));
    // A rescan finds nothing to write.
    expect(sameContent(taken, now), places(resource)).toBe(true);
  }
});

test('without an answer that tells more, ARNs say where things are, and the row’s place is that of the others', () => {
  const resource = first.find(({ resource: { nativeId } }) => nativeId === 'pg-far')?.resource;
  if (!resource) throw new Error('no such row');
  const at = { accountId: '111122223333', region: 'us-east-1' };
  const relations = relationsOfFirst({ ...resource, raw: null });
  expect(relations).toHaveLength(resource.relations.length);
  expect(relations[0]).toEqual({ kind: 'in', ...at, resourceType: 'ec2_vpc', nativeId: 'vpc-1' });
  expect(relations.at(-1)).toEqual({
    kind: 'replica_of',
    accountId: '999988887777',
    region: 'eu-west-1',
    resourceType: 'rds_instance',
    nativeId: 'pg-0',
  });
});

test('of a record whose answer does not tell all of it nothing is lost; a foreign answer says nothing', () => {
  for (const { resource } of first) {
    for (const raw of [null, {}, 'text', { DBInstanceIdentifier: resource.nativeId }]) {
      const taken = fromFirst({ ...resource, raw });
      const { relations: _r, raw: _a, read: _read, ...kept } = taken;
      const { relations, raw: _b, ...before } = resource;
      expect(kept).toEqual(before);
      expect(taken.relations).toHaveLength(relations.length);
    }
  }
});

test('a type that this version does not know is taken as it is', () => {
  const resource: FirstContent = {
    ...(first[0]?.resource as FirstContent),
    resourceType: 'constructor',
    relations: [{ kind: 'guards', resourceType: 'kms_key', nativeId: 'k' }],
  };
  const { relations, ...kept } = fromFirst(resource);
  const { relations: _, ...before } = resource;
  expect(kept).toEqual(before);
  expect(relations).toEqual([
    {
      kind: 'guards',
      accountId: '111122223333',
      region: 'us-east-1',
      resourceType: 'kms_key',
      nativeId: 'k',
    },
  ]);
});
