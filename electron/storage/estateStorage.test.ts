import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Resource } from '../../preload/contract/models.ts';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import type { CollectedResource } from '../scan/types.ts';
import { SqlitePointStore } from './engines/sqlite/SqlitePointStore.ts';
import { EstateStorage } from './estateStorage.ts';
import { EstateIndex } from './find/estateIndex.ts';
import { createKeyring, unlockKeyring } from './keys/keyring.ts';
import type { Point } from './PointStore.ts';
import { Sealer } from './sealing.ts';
import { StorageConfig, toCollectionSpec } from './storageConfig.ts';

const masterKey = randomBytes(32);
const sealer = new Sealer(unlockKeyring(createKeyring(masterKey, 'install'), masterKey));
const spec = toCollectionSpec(StorageConfig.parse({}).collections.aws_estate);
const ACCOUNT = '123456789012';
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute)).toISOString();

let folder: string;
let store: SqlitePointStore;
let index: EstateIndex;
let estate: EstateStorage;

async function open(provider: EmbeddingProvider | null = null): Promise<void> {
  store = new SqlitePointStore({ path: path.join(folder, 'data.db') });
  await store.ensureCollection(spec);
  index = new EstateIndex();
  estate = new EstateStorage({ store, collection: 'aws_estate', sealer, index, embedding: provider });
}
const load = () => estate.load(() => undefined, new AbortController().signal);
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'estate-'));
  await open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function database(name: string, change: Partial<CollectedResource> = {}): CollectedResource {
  return {
    resourceType: 'rds_instance',
    service: 'rds',
    accountId: ACCOUNT,
    region: 'us-west-2',
    partition: 'aws',
    nativeId: name,
    name,
    arn: `arn:aws:rds:us-west-2:${ACCOUNT}:db:${name}`,
    state: 'available',
    tags: { Environment: 'production', Team: 'payments' },
    createdAt: null,
    facts: { Engine: 'postgres' },
    relations: [],
    constraints: { can_stop: true },
    raw: { DBInstanceIdentifier: name, InstanceCreateTime: new Date(0), Endpoint: undefined },
    ...change,
  };
}
const many = (count: number, change: Partial<CollectedResource> = {}) =>
  Array.from({ length: count }, (_, n) => database(`db-${n}`, change));
async function stored(name: string): Promise<Point> {
  const id = sealer.resourceId(database(name));
  const [point] = await store.get('aws_estate', [id], { withVector: true });
  if (point === undefined) throw new Error(`${name} is not stored`);
  return point;
}

test('a resource comes back whole, also after a restart; a rescan overwrites it', async () => {
  const { resource: first } = await estate.upsert(database('pg-instance-main1'), at(0));
  await estate.upsert(database('pg-instance-main1'), at(1));
  await store.close();
  await open();
  expect(await estate.get(first.id)).toMatchObject({
    ...database('pg-instance-main1', { raw: { DBInstanceIdentifier: 'pg-instance-main1' } }),
    id: first.id,
    asOf: at(0),
  });
  expect(await store.count('aws_estate')).toBe(1);
  expect(await estate.get(sealer.resourceId(database('none')))).toBeNull();
});

test('the revision counts changed contents, not scans', async () => {
  expect((await estate.upsert(database('a'), at(0))).resource.revision).toBe(1);
  expect((await estate.upsert(database('a'), at(1))).resource.revision).toBe(1);
  expect((await estate.upsert(database('a', { state: 'stopped' }), at(2))).resource.revision).toBe(2);
  expect((await estate.upsert(database('a', { state: 'stopped' }), at(3))).resource.asOf).toBe(at(3));
});

test('an older answer of AWS does not overwrite a newer one', async () => {
  await estate.upsert(database('a', { state: 'stopping' }), at(5));
  const { resource: kept } = await estate.upsert(database('a', { state: 'available' }), at(4));
  expect(kept).toMatchObject({ state: 'stopping', asOf: at(5) });
  expect(await estate.bulkUpsert([database('a'), database('b')], at(4))).toMatchObject({
    changed: [sealer.resourceId(database('b'))],
  });
  expect(index.summary(kept.id)?.state).toBe('stopping');
});

test('bulk writes larger than a batch are stored and counted by type, account, region and filter', async () => {
  await estate.bulkUpsert(many(1_100), at(0));
  await estate.bulkUpsert(many(3, { resourceType: 's3_bucket', service: 's3', region: 'eu-west-1' }), at(0));
  expect(await estate.count()).toBe(1_103);
  expect(await estate.count({ tags: ['Team=payments'], regions: ['eu-west-1'] })).toBe(3);
  expect(await estate.byType('s3_bucket')).toHaveLength(3);
  expect(await estate.byRegion('us-west-2')).toHaveLength(1_100);
  expect(await estate.byAccount(ACCOUNT)).toHaveLength(1_103);
  expect(await estate.byAccount('000000000000')).toEqual([]);
  expect((await estate.search('db-77', { regions: ['us-west-2'] }, 5))[0]?.name).toBe('db-77');
});

test('counting does not push out a list that the Explorer has open', async () => {
  await estate.bulkUpsert(many(3), at(0));
  const { resultId } = index.query({ text: '', filter: {}, sort: [], ignoreChips: [] });
  for (let n = 0; n < 100; n++) {
    expect(await estate.count({ accountIds: [ACCOUNT], tags: ['Team=payments'] })).toBe(3);
    expect(await estate.byAccount(ACCOUNT)).toHaveLength(3);
  }
  expect(index.rows(resultId, 0, 10)).toHaveLength(3);
});

test('twins within one page are stored once', async () => {
  await estate.bulkUpsert([database('a'), database('a', { state: 'stopped' })], at(0));
  expect(await store.count('aws_estate')).toBe(1);
  expect((await estate.byType('rds_instance')).map((r) => r.state)).toEqual(['stopped']);
});

test('a completed cell removes what it no longer saw, and nothing of another account, region or type', async () => {
  const others = [
    database('x', { accountId: '000000000000' }),
    database('y', { region: 'eu-west-1' }),
    database('z', { resourceType: 'ec2_instance', service: 'ec2' }),
  ];
  await estate.bulkUpsert([...many(3), ...others], at(0));
  const { ids: listed } = await estate.bulkUpsert([database('db-1')], at(10));
  const scope = {
    accountId: ACCOUNT,
    region: 'us-west-2',
    resourceTypes: ['rds_instance' as const],
    startedAt: at(10),
    listed,
  };
  expect((await estate.syncFromAws(scope)).removed).toHaveLength(2);
  expect((await estate.search('', {}, 10)).map((r) => r.name).sort()).toEqual(['db-1', 'x', 'y', 'z']);
  expect(await store.count('aws_estate')).toBe(4);
  expect((await estate.syncFromAws({ ...scope, region: null })).removed).toHaveLength(1);
});

test('deleting removes a resource from store and index, and twice is no error', async () => {
  const { id } = (await estate.upsert(database('a'), at(0))).resource;
  await estate.delete(id);
  await estate.delete(id);
  expect(await estate.get(id)).toBeNull();
  expect(index.size).toBe(0);
});

test('loading the index does not undo what is written or removed meanwhile', async () => {
  await estate.bulkUpsert(many(1_200), at(0));
  await store.close();
  await open();
  expect(await estate.count()).toBe(1_200);
  let changed: Resource | undefined;
  let added: Resource | undefined;
  // Between reading a page and taking it into the index: what the page says is old by then.
  const scroll = store.scroll.bind(store);
  store.scroll = async (collection, request) => {
    store.scroll = scroll;
    const page = await scroll(collection, { ...request, limit: 1_200 });
    changed = (await estate.upsert(database('db-3', { state: 'stopped' }), at(1))).resource;
    await estate.delete(sealer.resourceId(database('db-4')));
    added = (await estate.upsert(database('new'), at(1))).resource;
    return page;
  };
  await load();
  expect([index.size, await estate.count()]).toEqual([1_200, 1_200]);
  expect(index.summary(changed?.id ?? '')?.state).toBe('stopped');
  expect(index.summary(added?.id ?? '')?.name).toBe('new');
  expect(index.summary(sealer.resourceId(database('db-4')))).toBeNull();
});

test('a damaged resource is left out of the index and counted, until a scan writes it anew', async () => {
  await estate.bulkUpsert(many(3), at(0));
  const point = await stored('db-1');
  await store.upsert('aws_estate', [{ ...point, payload: { ...point.payload, sealed: 'AQID' } }]);
  await store.close();
  await open();
  await load();
  expect([index.size, estate.damaged]).toEqual([2, 1]);
  await estate.bulkUpsert(many(3), at(1));
  expect([index.size, estate.damaged]).toEqual([3, 0]);
});

test('a resource under another id, or with another revision, does not open', async () => {
  await estate.bulkUpsert(many(2), at(0));
  const [a, b] = [await stored('db-0'), await stored('db-1')];
  await store.upsert('aws_estate', [{ ...a, payload: b.payload }]);
  await expect(estate.get(a.id)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  await store.upsert('aws_estate', [{ ...a, payload: { ...a.payload, revision: 2 } }]);
  await expect(estate.get(a.id)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
});

test('nothing of a resource but service, type, region, state and times can be read on disk', async () => {
  await estate.upsert(database('pg-instance-main1'), at(0));
  expect(Object.keys((await stored('pg-instance-main1')).payload).sort()).toEqual([
    'account_token',
    'last_synced',
    'region',
    'resource_type',
    'revision',
    'schema',
    'sealed',
    'service',
    'state',
    'tag_tokens',
  ]);
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(path.join(folder, name)).toString('latin1');
    for (const word of ['pg-instance', ACCOUNT, 'production', 'payments', 'postgres', 'arn:aws']) {
      expect(bytes).not.toContain(word);
    }
  }
});

/** A model that knows one word per dimension. */
class Words implements EmbeddingProvider {
  readonly name = 'words';
  readonly dimension = 384;
  readonly asked: string[] = [];
  fails = false;
  async embed(texts: string[]): Promise<Float32Array[]> {
    if (this.fails) throw new Error('the model is not there');
    this.asked.push(...texts);
    return texts.map((text) => {
      const vector = new Float32Array(384);
      ['orders', 'users', 'logs'].forEach((word, n) => {
        vector[n] = text.includes(word) ? 1 : 0.01;
      });
      return vector;
    });
  }
}

test('with a model: nearest by meaning within the filter; unchanged resources are not embedded again', async () => {
  const words = new Words();
  await store.close();
  await open(words);
  const resources = [database('orders'), database('users', { tags: { env: 'test' } }), database('logs')];
  await estate.bulkUpsert(resources, at(0));
  await estate.bulkUpsert(resources, at(1));
  expect(words.asked).toHaveLength(3);
  const [vector] = await words.embed(['orders']);
  if (vector === undefined) throw new Error('no vector');
  const nearest = await estate.nearest(vector, {}, 3);
  expect(nearest[0]?.id).toBe(sealer.resourceId(database('orders')));
  const filtered = await estate.nearest(vector, { tags: ['env=test'], accountIds: [ACCOUNT] }, 3);
  expect(filtered.map(({ id }) => id)).toEqual([sealer.resourceId(database('users'))]);
});

test('a failing model loses no resource: it waits for its vector and gets it with the next scan', async () => {
  const words = new Words();
  await store.close();
  await open(words);
  words.fails = true;
  await estate.upsert(database('orders'), at(0));
  expect((await stored('orders')).vector).toBeNull();
  words.fails = false;
  await estate.upsert(database('orders'), at(1));
  expect((await stored('orders')).vector).not.toBeNull();
  await store.close();
  await open();
  await estate.upsert(database('orders'), at(2));
  expect((await stored('orders')).vector).not.toBeNull();
});

test('a resource of a newer app is neither read nor overwritten', async () => {
  await estate.upsert(database('a'), at(0));
  const point = await stored('a');
  const newer = { ...point, payload: { ...point.payload, schema: 3 } };
  await store.upsert('aws_estate', [newer]);
  await expect(estate.get(point.id)).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
  await expect(estate.upsert(database('a'), at(1))).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
  expect((await stored('a')).payload).toEqual(newer.payload);
});

const ahead = new Date(Date.now() + 86_400_000).toISOString();

test('a record of a time that has not come yet never wins over AWS', async () => {
  const { id } = (await estate.upsert(database('a', { state: 'stopped' }), ahead)).resource;
  const now = new Date().toISOString();
  expect((await estate.upsert(database('a', { state: 'available' }), now)).resource).toMatchObject({
    state: 'available',
  });
  expect(await estate.get(id)).toMatchObject({ state: 'available', asOf: now });
  await estate.bulkUpsert([database('b', { state: 'stopped' })], ahead);
  expect((await estate.bulkUpsert([database('b')], now)).changed).toHaveLength(1);
  expect(index.list({}).map(({ state }) => state)).toEqual(['available', 'available']);
});

test('a completed cell removes what it no longer saw, though its time has not come yet', async () => {
  await estate.bulkUpsert(many(2), ahead);
  const startedAt = new Date().toISOString();
  const { ids: listed } = await estate.bulkUpsert([database('db-1')], startedAt);
  const scope = {
    accountId: ACCOUNT,
    region: 'us-west-2',
    resourceTypes: ['rds_instance' as const],
    startedAt,
    listed,
  };
  expect((await estate.syncFromAws(scope)).removed).toHaveLength(1);
  expect((await estate.byType('rds_instance')).map(({ name }) => name)).toEqual(['db-1']);
});

const scopeOf = (listed: string[], startedAt: string) => ({
  ...{ accountId: ACCOUNT, region: 'us-west-2', resourceTypes: ['rds_instance' as const], startedAt, listed },
});
/** Everything that is written while `work` runs, by id. */
async function writtenBy(work: () => Promise<unknown>): Promise<string[]> {
  const upsert = vi.spyOn(store, 'upsert');
  try {
    await work();
    return upsert.mock.calls.flatMap(([, points]) => points.map(({ id }) => id));
  } finally {
    upsert.mockRestore();
  }
}

test('a rescan of what is unchanged writes nothing, before and after a restart, and the rows are as young as it', async () => {
  const resources = many(700);
  await estate.bulkUpsert(resources, at(0));
  const rescan = async (startedAt: string) => {
    const { ids, changed } = await estate.bulkUpsert(resources, startedAt);
    expect(changed).toEqual([]);
    expect(await estate.syncFromAws(scopeOf(ids, startedAt))).toEqual({ removed: [] });
  };
  expect(await writtenBy(() => rescan(at(10)))).toEqual([]);
  const reads = vi.spyOn(store, 'get');
  expect(await writtenBy(() => rescan(at(20)))).toEqual([]);
  // What was found to be the same once is not read again.
  expect(reads).not.toHaveBeenCalled();
  reads.mockRestore();
  expect(new Set(index.list({}).map(({ asOf }) => asOf))).toEqual(new Set([at(20)]));
  expect((await estate.get(sealer.resourceId(database('db-5'))))?.asOf).toBe(at(20));
  await store.close();
  await open();
  await estate.load(() => undefined, new AbortController().signal);
  expect(await writtenBy(() => rescan(at(30)))).toEqual([]);
  expect(await store.count('aws_estate')).toBe(700);
});

test('of a rescan only what changed is written and named; what was listed unchanged stays', async () => {
  await estate.bulkUpsert(many(10), at(0));
  const again = [...many(9), database('db-9', { state: 'stopped' })];
  let changed: string[] = [];
  const written = await writtenBy(async () => {
    const listed = await estate.bulkUpsert(again, at(10));
    changed = listed.changed;
    expect((await estate.syncFromAws(scopeOf(listed.ids, at(10)))).removed).toEqual([]);
  });
  expect(changed).toEqual([sealer.resourceId(database('db-9'))]);
  expect(written).toEqual(changed);
});

test('what was made or seen by itself since a listing began is not removed by it', async () => {
  await estate.bulkUpsert(many(2), at(0));
  await estate.upsert(database('made'), at(12));
  await estate.upsert(database('db-1'), at(13));
  const { removed } = await estate.syncFromAws(scopeOf([], at(10)));
  expect(removed).toEqual([sealer.resourceId(database('db-0'))]);
  expect(index.list({}).map(({ name }) => name)).toEqual(['db-1', 'made']);
});

test('to look at what is unchanged writes nothing, and its age is that of the look', async () => {
  await estate.upsert(database('a'), at(0));
  expect(
    await writtenBy(async () =>
      expect(await estate.upsert(database('a'), at(5))).toMatchObject({
        resource: { asOf: at(5) },
        changed: false,
      }),
    ),
  ).toEqual([]);
  expect(index.list({})[0]?.asOf).toBe(at(5));
  // A slow answer of before the look is older than it.
  await estate.upsert(database('a', { state: 'stopped' }), at(4));
  expect(index.list({})[0]?.state).toBe('available');
});

test('an answer older than the listing that saw the row unchanged does not win', async () => {
  await estate.bulkUpsert([database('a')], at(0));
  const { ids } = await estate.bulkUpsert([database('a')], at(10));
  await estate.syncFromAws(scopeOf(ids, at(10)));
  const { resource, changed } = await estate.upsert(database('a', { state: 'stopped' }), at(9));
  expect([resource.state, changed]).toEqual(['available', false]);
});

test('rows are removed as well while the index is not loaded, and those that cannot be read', async () => {
  await estate.bulkUpsert(many(3), at(0));
  const point = await stored('db-2');
  await store.upsert('aws_estate', [{ ...point, payload: { ...point.payload, sealed: 'AQID' } }]);
  await store.close();
  await open();
  const { ids } = await estate.bulkUpsert([database('db-1')], at(10));
  expect((await estate.syncFromAws(scopeOf(ids, at(10)))).removed).toHaveLength(2);
  expect(await store.count('aws_estate')).toBe(1);
});

test('a vector stays with a row while what is embedded of it is the same', async () => {
  const words = new Words();
  await store.close();
  await open(words);
  await estate.bulkUpsert([database('orders')], at(0));
  const { vector } = await stored('orders');
  const asked = words.asked.length;
  await estate.bulkUpsert([database('orders', { state: 'stopped' })], at(1));
  expect(words.asked).toHaveLength(asked);
  const point = await stored('orders');
  expect([point.payload.revision, point.payload.state]).toEqual([2, 'stopped']);
  expect(point.vector).toEqual(vector);
});
