import type { EmbeddingProvider } from '../../embedding/EmbeddingProvider.ts';
import { embeddedText } from '../../embedding/text.ts';
import { AppError } from '../../errors.ts';
import { OTHER_VECTORS } from '../engines/checks.ts';
import { readResource, resourcePoint, type StoredResource } from '../estateRecords.ts';
import type { CollectionSpec, Point, PointStore } from '../PointStore.ts';
import type { Sealer } from '../sealing.ts';
import type { Work } from '../work.ts';
import { pagesById } from './copyCollection.ts';

export interface VectorsChanged {
  resources: number;
  /** Those that have a vector now; the others are damaged, or there is no provider. */
  embedded: number;
}

interface Parts {
  store: PointStore;
  /** As the collection shall be: its vector size may differ from the stored one. */
  spec: CollectionSpec;
  sealer: Sealer;
  /** Null = no vectors from now on. */
  embedding: EmbeddingProvider | null;
}

/**
 * New vectors for the whole estate, from another provider or of another dimension: written aside, counted, then
 * swapped in. A provider that fails, a cancel and a kill leave the vectors that were in use. Only while nobody
 * else writes to the estate.
 */
export async function changeVectors(
  { store, spec, sealer, embedding }: Parts,
  work: Work,
): Promise<VectorsChanged> {
  const total = await store.count(spec.name);
  const count: VectorsChanged = { resources: 0, embedded: 0 };
  work.step(embedding === null ? 'Removing vectors' : 'Making new vectors', total, 'records');
  await store.replaceCollection(spec, renewed());
  return count;

  async function* renewed(): AsyncGenerator<Point[]> {
    for await (const points of pagesById(store, spec.name)) {
      work.signal.throwIfAborted();
      const fresh = await withVectors(points, sealer, embedding);
      count.resources += fresh.length;
      count.embedded += fresh.filter(({ vector }) => vector !== null).length;
      yield fresh;
      work.progress(count.resources);
    }
    work.signal.throwIfAborted();
    if (count.resources === total) return;
    throw new AppError(
      'ENGINE_FAILED',
      `${count.resources} of ${total} resources were read for their new vectors. The old ones stay in use. Try again.`,
    );
  }
}

/** At opening, before anyone writes: a collection of other vectors than the configured ones is rebuilt. */
export async function ensureEstate(parts: Parts, work: Work): Promise<void> {
  if (!(await isThere(parts))) await changeVectors(parts, work);
}

/** Makes the collection where there is none; false for one that is there with other vectors. */
export async function isThere({ store, spec }: Pick<Parts, 'store' | 'spec'>): Promise<boolean> {
  try {
    await store.ensureCollection(spec);
    return true;
  } catch (error) {
    if (!(error instanceof AppError) || error.details?.reason !== OTHER_VECTORS) throw error;
    return false;
  }
}

async function withVectors(
  points: Point[],
  sealer: Sealer,
  embedding: EmbeddingProvider | null,
): Promise<Point[]> {
  const stored = points.map((point) => readable(sealer, point));
  const waiting = stored.filter((one) => one !== null);
  const vectors = await embed(embedding, waiting);
  const byId = new Map(waiting.map((one, at) => [one.resource.id, vectors[at] ?? null]));
  return points.map((point, at) => {
    const one = stored[at] ?? null;
    // A damaged record stays as it is, for the next scan to replace.
    if (one === null) return { ...point, vector: null };
    const vector = byId.get(point.id) ?? null;
    const embeddedBy = vector === null ? null : (embedding?.name ?? null);
    const { sealed } = resourcePoint(sealer, { ...one, vector, embeddedBy }).payload;
    // Ids and tokens stay: only what the record says of its vector changes.
    return { ...point, vector, payload: { ...point.payload, sealed: sealed ?? null } };
  });
}

async function embed(
  embedding: EmbeddingProvider | null,
  waiting: StoredResource[],
): Promise<Float32Array[]> {
  if (embedding === null || waiting.length === 0) return [];
  let vectors: Float32Array[];
  try {
    vectors = await embedding.embed(waiting.map(({ resource }) => embeddedText(resource)));
  } catch (cause) {
    throw new AppError(
      'ENGINE_FAILED',
      `The model ${embedding.name} failed, so the vectors that were there stay in use. Try again, or choose another model.`,
      { cause },
    );
  }
  const fits = vectors.length === waiting.length && vectors.every((v) => v.length === embedding.dimension);
  if (fits) return vectors;
  throw new AppError(
    'ENGINE_FAILED',
    `The model ${embedding.name} answered with other vectors than it promises (${embedding.dimension} numbers each). The old vectors stay in use.`,
  );
}

function readable(sealer: Sealer, point: Point): StoredResource | null {
  try {
    return readResource(sealer, point);
  } catch (error) {
    if (error instanceof AppError && error.code !== 'STORAGE_FAILED') throw error;
    return null;
  }
}
