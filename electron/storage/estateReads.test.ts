import { afterEach, expect, test } from 'vitest';
import { type KnownType, RESOURCE_TYPES } from '../../preload/contract/models.ts';
import { collectors } from '../scan/collectors/index.ts';
import { answers } from '../scan/fixtures/answers.ts';
import { cannedAws } from '../scan/fixtures/cannedAws.ts';
import { plantRead } from '../scan/fixtures/plantedRead.ts';
import type { CollectedResource } from '../scan/types.ts';
import { readAnew } from './estateReads.ts';

const restore: (() => void)[] = [];
afterEach(() => {
  for (const undo of restore.splice(0)) undo();
});

/** One more fact, and the name in capitals. */
function plantNext(type: KnownType): void {
  const planted = plantRead(type, (read) => ({
    ...read,
    name: read.name.toUpperCase(),
    facts: { ...read.facts, Planted: 'found' },
  }));
  restore.push(planted);
}

async function collected(): Promise<CollectedResource[]> {
  const all = await Promise.all(collectors.map((collector) => cannedAws(answers).collect(collector)));
  return JSON.parse(JSON.stringify(all.flat()));
}

test('all that is read of an answer stands in the stored answer, for every type', async () => {
  for (const resource of await collected()) {
    const emptied = { ...resource, read: 0, name: '', state: null, createdAt: null, arn: '' };
    const anew = readAnew({ ...emptied, tags: {}, facts: {}, relations: [], constraints: {} });
    expect(anew).toEqual(resource);
  }
});

test('a later reading shows its facts on rows that an earlier one read, of every type', async () => {
  for (const resource of await collected()) {
    expect(readAnew(resource)).toBe(resource);
  }
  for (const type of RESOURCE_TYPES) plantNext(type);
  for (const resource of await collected()) {
    const { read: _, ...without } = resource;
    const facts = { ...resource.facts };
    delete facts.Planted;
    const before = { ...resource, facts, name: resource.name.toLowerCase(), read: 1 };
    expect(readAnew(before)).toEqual(resource);
    expect(readAnew({ ...without, facts })).toEqual(resource);
  }
});

test('what AWS would not say stays as it was known, where the stored answer has nothing of it', async () => {
  plantNext('dynamodb_table');
  const [table] = (await collected()).filter(({ nativeId }) => nativeId === 'plain');
  if (!table) throw new Error('no such table');
  const known = {
    ...table,
    read: 1,
    tags: { team: 'core' },
    unknown: { tags: 'denied', 'facts.ItemCount': 'denied' },
  };
  const anew = readAnew({ ...known, facts: { ItemCount: 7 } });
  expect(anew).toMatchObject({ tags: { team: 'core' }, facts: { ItemCount: 7, Planted: 'found' }, read: 2 });
});

test('one of a later version, of a type not known, or with another’s answer stays as it is', async () => {
  const [resource] = await collected();
  if (!resource) throw new Error('nothing was collected');
  for (const other of [
    { ...resource, read: 9, facts: { Later: true } },
    { ...resource, read: 0, resourceType: 'kms_key' },
    { ...resource, read: 0, resourceType: 'constructor' },
    { ...resource, read: 0, nativeId: 'i-other' },
    { ...resource, read: 0, raw: null },
    { ...resource, read: 0, raw: { InstanceId: resource.nativeId, SecurityGroups: 7 } },
  ]) {
    expect(readAnew(other)).toBe(other);
  }
});
