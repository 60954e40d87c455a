import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatRows } from '../exportRows.ts';
import type { CollectedResource } from '../scan/types.ts';
import { ChatBench, DEV, made, PROD } from './testing/chatBench.ts';

/** Of a later version: this one knows neither the types nor how they stand to one another. */
const later = (
  resourceType: string,
  name: string,
  more: Partial<CollectedResource> = {},
): CollectedResource => ({
  ...made('sqs_queue', name),
  resourceType,
  service: resourceType.split('_')[0] ?? '',
  nativeId: `id-${name}`,
  state: 'enabled',
  facts: { Usage: 'ENCRYPT', Size: 7 },
  raw: { KeyId: name },
  read: 4,
  ...more,
});
const at = { accountId: PROD, region: 'us-west-2' };
const key = later('kms_key', 'vault', {
  relations: [
    { kind: 'guards', ...at, resourceType: 'constructor', nativeId: 'id-odd' },
    { kind: 'copied_to', accountId: DEV, region: 'global', resourceType: 'kms_key', nativeId: 'far' },
  ],
});
/** A word that every object has as a member: a table asked by it would answer with something. */
const odd = later('constructor', 'odd', {
  relations: [{ kind: 'constructor', ...at, resourceType: 'kms_key', nativeId: 'id-vault' }],
});

const bench = new ChatBench();
beforeAll(() => bench.open([made('rds_instance', 'pg-main'), key, odd]));
afterAll(() => bench.close());

test('it is stored as it came, listed, filtered, counted, searched by its id’s words, related and exported', async () => {
  const { storage } = bench;
  for (const one of [key, odd]) {
    const id = await bench.idOf(one.name);
    expect(await storage.estate.get(id)).toMatchObject({ ...one });
    const filter = { resourceTypes: [one.resourceType] };
    expect((await storage.estate.byType(one.resourceType)).map(({ name }) => name)).toEqual([one.name]);
    expect(await storage.estate.count(filter)).toBe(1);
    const { facets } = await storage.find.query({ text: '', filter: {}, sort: [], ignoreChips: [] });
    expect(facets.resourceTypes).toContainEqual({ value: one.resourceType, count: 1 });
    expect((await storage.find.related(id)).map(({ direction }) => direction)).toContain('in');
    const rows = await storage.estate.search('', filter);
    expect(formatRows(rows, 'csv').toString()).toContain(one.resourceType);
  }
  expect((await storage.estate.search('kms keys')).map(({ name }) => name)).toEqual(['vault']);
});

test('a rescan by nobody leaves it alone; what it was read by stays when it is written again', async () => {
  const id = await bench.idOf('vault');
  await bench.storage.estate.upsert({ ...key, tags: { seen: 'again' } }, '2026-11-21T11:00:00.000Z');
  expect(await bench.storage.estate.get(id)).toMatchObject({
    tags: { seen: 'again' },
    read: 4,
    facts: key.facts,
  });
});

test('what it is related to elsewhere is said with its place', async () => {
  const { parts } = await bench.ask('describe vault');
  const rows = parts.flatMap((part) => (part.kind === 'facts' ? part.rows : []));
  expect(rows).toContainEqual({ label: 'guards', value: 'id-odd' });
  expect(rows).toContainEqual({ label: 'copied to', value: `far in global of account ${DEV}` });
});

test.each(['vault', 'odd'])('what is said about %s is answered, and nothing changes it', async (name) => {
  for (const verb of ['stop', 'start', 'delete', 'reboot', 'terminate', 'snapshot']) {
    const answered = await bench.ask(`${verb} ${name}`);
    expect([verb, answered.planned]).toEqual([verb, []]);
    expect(answered.text).not.toMatch(/undefined|\[object|function/);
  }
  for (const sentence of [
    `describe ${name}`,
    `is ${name} encrypted`,
    `what uses ${name}`,
    'list everything',
    'how many resources by type',
  ]) {
    const { parts } = await bench.ask(sentence);
    expect(JSON.stringify(parts)).not.toMatch(/undefined|\[object|native code/);
  }
  const id = await bench.idOf(name);
  const { parts, planned } = await bench.ask('describe it', id);
  expect(planned).toEqual([]);
  expect(JSON.stringify(parts)).toContain('ENCRYPT');
});
