import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EmbeddingProvider } from '../../embedding/EmbeddingProvider.ts';
import type { CollectedResource } from '../../scan/types.ts';
import { StorageConfig } from '../storageConfig.ts';
import { StorageService } from '../storageService.ts';
import { cancelled, quietWork } from '../work.ts';

const masterKey = randomBytes(32);
const NOW = '2026-11-21T10:00:00.000Z';
const COUNT = 700;
let folder: string;
let service: StorageService;

/** Points every text at its length, in the first numbers. */
function provider(name: string, dimension: number, embed?: EmbeddingProvider['embed']): EmbeddingProvider {
  const vectorOf = (text: string) => {
    const vector = new Float32Array(dimension);
    vector[text.length % dimension] = 1;
    return vector;
  };
  return { name, dimension, embed: embed ?? (async (texts) => texts.map(vectorOf)) };
}
async function open(embedding: EmbeddingProvider | null, dimension: number): Promise<void> {
  service = new StorageService({ emit: () => undefined, embedding });
  const { collections } = StorageConfig.parse({});
  const config = StorageConfig.parse({
    qdrant: { mode: 'sqlite' },
    embedding: { dimension },
    collections: { ...collections, aws_estate: { ...collections.aws_estate, vector_size: dimension } },
  });
  await service.open({ config, folder, masterKey, qdrantBinary: null });
}
async function reopen(embedding: EmbeddingProvider | null, dimension: number): Promise<void> {
  await service.shutdown();
  await open(embedding, dimension);
}
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'vectors-'));
  await open(provider('first', 8), 8);
  await service.estate.bulkUpsert(
    Array.from({ length: COUNT }, (_, n) => resource(n)),
    NOW,
  );
});
afterEach(async () => {
  await service.shutdown();
  rmSync(folder, { recursive: true, force: true });
});
const rebuild = (work = quietWork()) => service.maintenance.rebuildVectors({ by: 'window' }, work);
const revisions = async () => {
  // Unlike a search, this waits for the index.
  const { exact } = await service.find.resolve('queue-77');
  const { revision, asOf, tags } = (await service.estate.get(exact[0]?.id ?? '')) ?? {};
  return { revision, asOf, tags };
};

test('another provider of the same dimension: every resource gets its vector, nothing else changes', async () => {
  await reopen(provider('second', 8), 8);
  const before = await revisions();
  expect(await rebuild()).toEqual({ resources: COUNT, embedded: COUNT });
  expect(await revisions()).toEqual(before);
  expect(await service.estate.count()).toBe(COUNT);
});

test('another dimension is rebuilt when the workspace opens, and searched with', async () => {
  await reopen(provider('wide', 16), 16);
  expect(await service.estate.count()).toBe(COUNT);
  expect(await revisions()).toMatchObject({ revision: 1, tags: { n: '77' } });
  await service.estate.upsert(resource(COUNT), NOW);
  await reopen(provider('wide', 16), 16);
  expect(await service.estate.count()).toBe(COUNT + 1);
});

test.each([
  [
    'fails',
    async () => {
      throw new Error('no memory');
    },
  ],
  ['answers too few', async () => []],
  ['answers another length', async (texts: string[]) => texts.map(() => new Float32Array(3))],
])(
  'a model that %s leaves the old vectors in use, and the workspace opens with the old model',
  async (_what, embed) => {
    await service.shutdown();
    await expect(open(provider('broken', 16, embed), 16)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    await open(provider('first', 8), 8);
    expect(await service.estate.count()).toBe(COUNT);
    expect(await rebuild()).toEqual({ resources: COUNT, embedded: COUNT });
  },
);

test('a cancel keeps the old vectors; without a provider none is kept', async () => {
  const abort = new AbortController();
  const progress = () => abort.abort(cancelled());
  const running = rebuild({ ...quietWork(), signal: abort.signal, progress });
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await service.estate.count()).toBe(COUNT);
  await reopen(null, 8);
  expect(await rebuild()).toEqual({ resources: COUNT, embedded: 0 });
});

function resource(n: number): CollectedResource {
  return {
    resourceType: 'sqs_queue',
    service: 'sqs',
    accountId: '111111111111',
    region: 'us-east-1',
    partition: 'aws',
    nativeId: `queue-${n}`,
    name: `queue-${n}`,
    arn: `arn:aws:sqs:us-east-1:111111111111:queue-${n}`,
    state: null,
    tags: { n: String(n) },
    createdAt: null,
    facts: {},
    relations: [],
    constraints: {},
    raw: {},
  };
}
