import { mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QdrantServer } from '../../../process/QdrantServer.ts';
import type { EngineState } from '../../PointStore.ts';
import { freshSpec, qdrantBinaryUnderTest } from '../contract/engines.ts';
import { batches, idOf, point, range } from '../contract/fixtures.ts';
import { RecordingProxy } from '../contract/RecordingProxy.ts';
import { QdrantPointStore } from './QdrantPointStore.ts';

const binary = qdrantBinaryUnderTest() ?? '';

/** What only this engine can get wrong: its server dies, restarts, is not ours, or holds leftovers. */
describe.skipIf(binary === '')('QdrantPointStore on a server of its own', () => {
  let folder: string;
  let server: QdrantServer;
  let store: QdrantPointStore;
  const spec = freshSpec();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cloudops-qdrant-'));
    // By a link, so that a test can take the program away.
    await symlink(binary, join(folder, 'program'));
    server = new QdrantServer({ binary: join(folder, 'program'), folder: join(folder, 'data') });
    store = new QdrantPointStore({ server });
    await store.open();
    await store.ensureCollection(spec);
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A call to the server as anybody with the key could make it. */
  async function raw(method: string, path: string, body?: object): Promise<unknown> {
    const { url, apiKey } = await server.endpoint();
    const response = await fetch(url + path, {
      method,
      headers: { 'api-key': apiKey, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return response.json();
  }

  function untilStore(state: EngineState): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = store.onStatus(() => {
        if (store.status().state !== state) return;
        unsubscribe();
        resolve();
      });
    });
  }

  it('finishes writes and reads across a killed server and loses none of them', async () => {
    const states = new Set<EngineState>();
    store.onStatus(() => states.add(store.status().state));
    let acknowledged = 0;
    const writers = range(4).map(async (writer) => {
      for (const n of range(40)) {
        await store.upsert(spec.name, [point(writer * 1_000 + n, { kind: 'a', rank: n })]);
        await store.count(spec.name);
        acknowledged += 1;
        if (acknowledged === 30 || acknowledged === 90) process.kill(server.pid ?? 0, 'SIGKILL');
      }
    });
    await Promise.all(writers);
    expect(await store.count(spec.name)).toBe(160);
    expect([...states]).toEqual(['restarting', 'ready']);
  });

  it('is failed with a reason when the program is gone, refuses calls at once, and recovers by retry', async () => {
    await store.upsert(spec.name, [point(1, { kind: 'a' })]);
    await rename(join(folder, 'program'), join(folder, 'elsewhere'));
    const failed = untilStore('failed');
    process.kill(server.pid ?? 0, 'SIGKILL');
    await failed;
    expect(store.status().message).toContain('does not run');
    await expect(store.count(spec.name)).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
    await rename(join(folder, 'elsewhere'), join(folder, 'program'));
    await store.retry();
    expect(store.status()).toEqual({ state: 'ready', message: '' });
    expect(await store.count(spec.name)).toBe(1);
  });

  it('removes the side collection of a replacement that never finished, and nothing else', async () => {
    await store.upsert(spec.name, [point(1, { kind: 'a' })]);
    for (const name of [`${spec.name}__7`, 'stranger', 'other__1'])
      await raw('PUT', `/collections/${name}`, { vectors: {} });
    await store.close();
    await store.open();
    const { result } = (await raw('GET', '/collections')) as { result: { collections: { name: string }[] } };
    expect(result.collections.map(({ name }) => name).sort()).toEqual([
      `${spec.name}__1`,
      'other__1',
      'stranger',
    ]);
    expect(await store.count(spec.name)).toBe(1);
  });

  it('starts no empty collection beside data that lost its name', async () => {
    await store.upsert(spec.name, [point(1, { kind: 'a' })]);
    await raw('POST', '/collections/aliases', { actions: [{ delete_alias: { alias_name: spec.name } }] });
    await store.close();
    await store.open();
    await expect(store.ensureCollection(spec)).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(`1 points in ${spec.name}__1`),
    });
  });

  it('finishes the creation of a collection that a crash left without its name', async () => {
    const other = freshSpec();
    await raw('PUT', `/collections/${other.name}__1`, { vectors: {} });
    await store.ensureCollection(other);
    await store.upsert(other.name, [point(1, {}, [1, 0, 0, 0])]);
    expect(await store.count(other.name)).toBe(1);
  });

  it('waits for every write to be durable and asks for no compression', async () => {
    const { url, apiKey } = await server.endpoint();
    const proxy = new RecordingProxy(url);
    const remote = new QdrantPointStore({ url: await proxy.listen(), apiKey });
    try {
      const other = freshSpec();
      await remote.open();
      await remote.ensureCollection(other);
      await remote.upsert(other.name, [point(1, {}, [1, 0, 0, 0])]);
      await remote.query(other.name, { vector: Float32Array.of(1, 0, 0, 0), limit: 1 });
      await remote.delete(other.name, { ids: [idOf(1)] });
      await remote.delete(other.name, { filter: { must: [{ key: 'kind', match: 'a' }] } });
      await remote.replaceCollection(other, batches([point(2)]));
      const writes = proxy.requests.filter(({ url: path }) => /\/points(\/delete)?(\?|$)|\/index/.test(path));
      expect(writes.length).toBeGreaterThanOrEqual(4 + 2 * spec.indexedFields.length);
      expect(
        writes.filter(({ url: path }) => !path.includes('wait=true')).map(({ url: path }) => path),
      ).toEqual([]);
      expect(new Set(proxy.requests.map(({ headers }) => headers['accept-encoding']))).toEqual(
        new Set(['identity']),
      );
    } finally {
      await remote.close();
      proxy.close();
    }
  });

  it('sends a call again when the connection breaks, also when the server had done it', async () => {
    const { url, apiKey } = await server.endpoint();
    const proxy = new RecordingProxy(url);
    const remote = new QdrantPointStore({ url: await proxy.listen(), apiKey });
    try {
      await remote.open();
      const other = freshSpec();
      proxy.cutNext = 2;
      await remote.ensureCollection(other);
      proxy.cutNext = 3;
      await remote.upsert(other.name, [point(1, { kind: 'a' })]);
      proxy.cutNext = 1;
      await remote.delete(other.name, { ids: [idOf(1)] });
      expect(await remote.count(other.name)).toBe(0);
      for (const count of range(4)) {
        proxy.cutNext = 1 + (count % 3);
        await remote.replaceCollection(other, batches(range(count).map((n) => point(n))));
        expect(await remote.count(other.name)).toBe(count);
      }
    } finally {
      await remote.close();
      proxy.close();
    }
  });

  it('names a wrong key and a server that is not there', async () => {
    const { url, apiKey } = await server.endpoint();
    const wrongKey = new QdrantPointStore({ url, apiKey: 'wrong' });
    await expect(wrongKey.open()).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: 'The Qdrant server refused the API key.',
    });
    expect(wrongKey.status().state).toBe('failed');
    await server.stop();
    const nobody = new QdrantPointStore({ url, apiKey });
    await expect(nobody.open()).rejects.toMatchObject({ message: 'The Qdrant engine cannot be reached.' });
    await expect(nobody.count(spec.name)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });

  it('splits what is too large for one request', async () => {
    const sealed = 'x'.repeat(200_000);
    await store.upsert(
      spec.name,
      range(250).map((n) => point(n, { sealed })),
    );
    await store.upsert(spec.name, [point(999, { sealed: 'y'.repeat(20_000_000) })]);
    expect(await store.count(spec.name)).toBe(251);
  });
});
