import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Resource } from '../../preload/contract/models.ts';
import { collectors } from '../scan/collectors/index.ts';
import { answers } from '../scan/fixtures/answers.ts';
import { cannedAws } from '../scan/fixtures/cannedAws.ts';
import { plantRead } from '../scan/fixtures/plantedRead.ts';
import { SqlitePointStore } from './engines/sqlite/SqlitePointStore.ts';
import { resourceIdOf, resourcePoint } from './estateRecords.ts';
import { EstateStorage } from './estateStorage.ts';
import type { FirstContent } from './estateRecordFirst.ts';
import { EstateIndex } from './find/estateIndex.ts';
import { createKeyring, unlockKeyring } from './keys/keyring.ts';
import type { Point } from './PointStore.ts';
import { Sealer } from './sealing.ts';
import { StorageConfig, toCollectionSpec } from './storageConfig.ts';

const masterKey = new Uint8Array(32);
const sealer = new Sealer(unlockKeyring(createKeyring(masterKey, 'install'), masterKey));
const spec = toCollectionSpec(StorageConfig.parse({}).collections.aws_estate);
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute)).toISOString();

let folder: string;
let store: SqlitePointStore;
let estate: EstateStorage;
let unplant: () => void = () => undefined;

async function open(): Promise<void> {
  store = new SqlitePointStore({ path: path.join(folder, 'data.db') });
  await store.ensureCollection(spec);
  const index = new EstateIndex();
  estate = new EstateStorage({ store, collection: 'aws_estate', sealer, index, embedding: null });
  await estate.load(() => undefined, new AbortController().signal);
}
async function reopen(): Promise<void> {
  await store.close();
  await open();
}
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'later-'));
  await open();
});
afterEach(async () => {
  unplant();
  unplant = () => undefined;
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function collected() {
  return (await Promise.all(collectors.map((collector) => cannedAws(answers).collect(collector)))).flat();
}
async function points(): Promise<Map<string, Point>> {
  const { points: all } = await store.scroll('aws_estate', { limit: 500 });
  return new Map(all.map((point) => [point.id, point]));
}
/** The certificate, of which version 1 reads nothing. */
function plantCertificates(): void {
  unplant = plantRead('rds_instance', (read, answer) => ({
    ...read,
    facts: { ...read.facts, CertificateOf: `certificate-of-${(answer as { Engine?: string }).Engine}` },
  }));
}

/** As version 0.1.0 sealed it. */
function pointOfFirst(resource: FirstContent): Point {
  const id = resourceIdOf(sealer, resource as unknown as Resource);
  const address = { schema: 1, collection: 'aws_estate', id, revision: 3 };
  const content = { resource: { ...resource, asOf: at(0) }, embeddedBy: null };
  const { payload } = resourcePoint(sealer, {
    resource: { ...resource, relations: [], id, asOf: at(0), revision: 3 },
    embeddedBy: null,
    vector: null,
  });
  const sealed = sealer.seal(address, content).toString('base64');
  return { id, vector: null, payload: { ...payload, schema: 1, sealed } };
}
const first: { resource: FirstContent }[] = JSON.parse(
  readFileSync(new URL('../scan/fixtures/first.json', import.meta.url), 'utf8'),
);

test('what a later reading adds is shown and found on rows that were stored before, without a scan or a write', async () => {
  await estate.bulkUpsert(await collected(), at(0));
  const before = await points();
  plantCertificates();
  await reopen();
  const found = await estate.search('certificate of neptune');
  expect(found.map(({ name }) => name)).toContain('graph-1');
  const resource = await estate.get(found[0]?.id ?? '');
  expect(resource).toMatchObject({
    facts: { CertificateOf: 'certificate-of-neptune' },
    read: 2,
    revision: 1,
  });
  expect(await points()).toEqual(before);
  expect((await estate.bulkUpsert(await collected(), at(1))).changed).toEqual([]);
  expect(await points()).toEqual(before);
});

test('rows of 0.1.0 are read so too, and their first rescan writes nothing', async () => {
  await store.upsert(
    'aws_estate',
    first.map(({ resource }) => pointOfFirst(resource)),
  );
  await reopen();
  const before = await points();
  const rescan = await estate.bulkUpsert(await collected(), at(1));
  expect(rescan.ids).toHaveLength(first.length);
  expect(rescan.changed).toEqual([]);
  expect(await points()).toEqual(before);
  plantCertificates();
  await reopen();
  const [graph] = await estate.search('certificate of neptune');
  expect(await estate.get(graph?.id ?? '')).toMatchObject({ name: 'graph-1', revision: 3, read: 2 });
  expect((await estate.bulkUpsert(await collected(), at(2))).changed).toEqual([]);
});
