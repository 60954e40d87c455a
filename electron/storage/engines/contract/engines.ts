import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CollectionSpec, PointStore } from '../../PointStore.ts';
import { createPointStore } from '../index.ts';
import { QdrantPointStore } from '../qdrant/QdrantPointStore.ts';

/** An engine as the suite uses it; its settings can be handed to a child process as JSON. */
export type EngineUnderTest =
  | { engine: 'sqlite' }
  | { engine: 'qdrant'; binary: string }
  | { engine: 'qdrant'; url: string; apiKey: string };

const RESOURCES = fileURLToPath(new URL('../../../../resources/', import.meta.url));

/** A real Qdrant: CLOUDOPS_QDRANT_URL, else a binary; null when there is none. */
export function qdrantUnderTest(env = process.env): EngineUnderTest | null {
  const { CLOUDOPS_QDRANT_URL: url, CLOUDOPS_QDRANT_API_KEY: apiKey = '' } = env;
  if (url) return { engine: 'qdrant', url, apiKey };
  const binary = qdrantBinaryUnderTest(env);
  return binary === null ? null : { engine: 'qdrant', binary };
}

/** CLOUDOPS_QDRANT_BIN, else the binary that the launcher fetched; says so when there is neither. */
export function qdrantBinaryUnderTest(env = process.env): string | null {
  const name = process.platform === 'win32' ? 'qdrant.exe' : 'qdrant';
  const fetched = join(RESOURCES, 'qdrant/bin', `${process.platform}-${process.arch}`, name);
  const binary = env.CLOUDOPS_QDRANT_BIN ?? fetched;
  if (existsSync(binary)) return binary;
  console.warn(
    `The Qdrant part of this suite did NOT run: there is no program at ${binary}. Set CLOUDOPS_QDRANT_BIN or CLOUDOPS_QDRANT_URL.`,
  );
  return null;
}

export async function openEngine(under: EngineUnderTest, folder: string): Promise<PointStore> {
  if ('url' in under) {
    const store = new QdrantPointStore(under);
    await store.open();
    return store;
  }
  const qdrantBinary = 'binary' in under ? under.binary : null;
  const store = await createPointStore({ engine: under.engine, folder, qdrantBinary });
  const { state, message } = store.status();
  if (state !== 'ready') throw new Error(`${state}: ${message}`);
  return store;
}

export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-engine-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const PREFIX = 'contract_';

/** A collection no other test uses: all tests of an engine share one server. */
export function freshSpec(overrides: Partial<CollectionSpec> = {}): CollectionSpec {
  return {
    name: `${PREFIX}${randomBytes(6).toString('hex')}`,
    vectorSize: 4,
    distance: 'cosine',
    indexedFields: [
      { name: 'kind', type: 'keyword' },
      { name: 'tags', type: 'keyword' },
      { name: 'rank', type: 'integer' },
      { name: 'load', type: 'float' },
      { name: 'live', type: 'bool' },
    ],
    hnsw: { m: 16, efConstruct: 100, fullScanThreshold: 10_000 },
    ...overrides,
  };
}

/** Leaves a server that is not ours as it was found. */
export async function removeTestCollections(under: EngineUnderTest): Promise<void> {
  if (!('url' in under)) return;
  const headers = { 'api-key': under.apiKey };
  const list = (await (await fetch(`${under.url}/collections`, { headers })).json()) as {
    result: { collections: { name: string }[] };
  };
  for (const { name } of list.result.collections) {
    if (name.startsWith(PREFIX))
      await fetch(`${under.url}/collections/${name}`, { method: 'DELETE', headers });
  }
}
