import type { QdrantClient, Schemas } from '@qdrant/js-client-rest';
import { AppError } from '../../../errors.ts';
import type { CollectionSpec } from '../../PointStore.ts';
import { noSuchCollection, otherVectors } from '../checks.ts';
import type { QdrantConnection } from './QdrantConnection.ts';
import { statusOf } from './qdrantErrors.ts';
import { VECTOR } from './qdrantPoints.ts';

const DISTANCE = { cosine: 'Cosine', euclidean: 'Euclid', dot: 'Dot' } as const;
const GENERATION = /^(.+)__(\d+)$/;
/** KB of vectors in a segment up to which it is searched exactly: some 13,000 vectors of 384 numbers. */
const INDEXING_THRESHOLD_KB = 20_000;

/** What the server holds under a logical name. */
export interface Stored {
  physical: string;
  n: number;
  vectorSize: number;
  distance: Schemas['Distance'];
}

/** Collections `name__n` behind the alias `name`: creation, indexes, the switch, and what a crash left. */
export class QdrantCollections {
  readonly #connection: QdrantConnection;
  readonly #prefix: string;
  readonly #stored = new Map<string, Stored>();

  /** @param prefix of every name on the server; what does not begin with it is never read, changed or removed. */
  constructor(connection: QdrantConnection, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  /** Reads what is there and removes the side collections of replacements that never finished. */
  async open(): Promise<void> {
    const aliases = await this.#aliases();
    const { collections } = await this.#connection.call((client) => client.getCollections());
    for (const { name: physical } of collections) {
      if (!physical.startsWith(this.#prefix)) continue;
      const alias = aliases.get(GENERATION.exec(physical)?.[1] ?? '');
      // Only beside a living alias: without one this may be the last copy of the data.
      if (alias !== undefined && alias !== physical) await this.drop(physical);
    }
    this.#stored.clear();
    for (const [alias, physical] of aliases) {
      await this.#learn(alias.slice(this.#prefix.length), physical);
    }
  }

  /** @throws AppError NOT_FOUND */
  stored(name: string): Stored {
    const stored = this.#stored.get(name);
    if (!stored) throw noSuchCollection(name);
    return stored;
  }

  has(name: string): boolean {
    return this.#stored.has(name);
  }

  async ensure(spec: CollectionSpec): Promise<void> {
    const stored = this.#stored.get(spec.name);
    if (!stored) {
      await this.#refuseUnnamedData(spec.name);
      return this.point(spec, await this.create(spec, 1));
    }
    const { config, payload_schema } = await this.#connection.call((client) =>
      client.getCollection(stored.physical),
    );
    refuseOtherVectors(spec, config.params.vectors);
    await this.#addIndexes(
      stored.physical,
      spec.indexedFields.filter(({ name, type }) => payload_schema[name]?.data_type !== type),
    );
  }

  /** A new, empty generation that nothing points to yet. */
  async create(spec: CollectionSpec, n: number): Promise<Stored> {
    const physical = `${this.#prefix}${spec.name}__${n}`;
    await this.drop(physical);
    await this.#connection.call((client) => createUnlessPresent(client, physical, spec));
    await this.#addIndexes(physical, spec.indexedFields);
    return { physical, n, vectorSize: spec.vectorSize, distance: DISTANCE[spec.distance] };
  }

  /** One call switches the name: readers see the old collection or the new one. */
  async point(spec: CollectionSpec, target: Stored): Promise<void> {
    const alias = this.#prefix + spec.name;
    const create = { create_alias: { alias_name: alias, collection_name: target.physical } };
    const present = (await this.#aliases()).has(alias);
    const actions = present ? [{ delete_alias: { alias_name: alias } }, create] : [create];
    await this.#connection.call((client) => client.updateCollectionAliases({ actions }));
    this.#stored.set(spec.name, target);
  }

  /** The collection goes with its name. */
  async remove(name: string): Promise<void> {
    const stored = this.#stored.get(name);
    if (stored === undefined) return;
    const actions = [{ delete_alias: { alias_name: this.#prefix + name } }];
    await this.#connection.call((client) => client.updateCollectionAliases({ actions }));
    this.#stored.delete(name);
    await this.drop(stored.physical);
  }

  async drop(physical: string): Promise<void> {
    await this.#connection.call(async (client) => {
      // On Windows the first try can fail while the files are still mapped (qdrant#5924).
      await client.deleteCollection(physical).catch(() => client.deleteCollection(physical));
    });
  }

  async #aliases(): Promise<Map<string, string>> {
    const { aliases } = await this.#connection.call((client) => client.getAliases());
    const ours = aliases.filter(
      ({ alias_name, collection_name }) =>
        alias_name.startsWith(this.#prefix) && GENERATION.exec(collection_name)?.[1] === alias_name,
    );
    return new Map(ours.map(({ alias_name, collection_name }) => [alias_name, collection_name]));
  }

  async #learn(name: string, physical: string): Promise<void> {
    const { config } = await this.#connection.call((client) => client.getCollection(physical));
    const { size, distance } = vectorParams(config.params.vectors) ?? { size: 0, distance: 'Cosine' };
    const n = Number(GENERATION.exec(physical)?.[2]);
    this.#stored.set(name, { physical, n, vectorSize: size, distance });
  }

  /** A generation with data but without its name is data that lost its alias: never start over beside it. */
  async #refuseUnnamedData(name: string): Promise<void> {
    const { collections } = await this.#connection.call((client) => client.getCollections());
    for (const { name: physical } of collections) {
      if (GENERATION.exec(physical)?.[1] !== this.#prefix + name) continue;
      const { count } = await this.#connection.call((client) => client.count(physical, { exact: true }));
      if (count === 0) continue;
      throw new AppError(
        'ENGINE_FAILED',
        `Qdrant holds ${count} points in ${physical}, but the name "${this.#prefix}${name}" does not lead to them. Restore a backup, or point the alias "${this.#prefix}${name}" at ${physical}.`,
      );
    }
  }

  async #addIndexes(physical: string, fields: CollectionSpec['indexedFields']): Promise<void> {
    for (const { name, type } of fields) {
      const schema = type === 'integer' ? ({ type, lookup: true, range: true } as const) : type;
      await this.#connection.call((client) =>
        client.createPayloadIndex(physical, { wait: true, field_name: name, field_schema: schema }),
      );
    }
  }
}

async function createUnlessPresent(
  client: QdrantClient,
  physical: string,
  spec: CollectionSpec,
): Promise<void> {
  const hnsw = spec.hnsw && {
    m: spec.hnsw.m,
    ef_construct: spec.hnsw.efConstruct,
    full_scan_threshold: spec.hnsw.fullScanThreshold,
  };
  try {
    await client.createCollection(physical, {
      vectors:
        spec.vectorSize === 0
          ? {}
          : { [VECTOR]: { size: spec.vectorSize, distance: DISTANCE[spec.distance] } },
      hnsw_config: hnsw ?? { m: 0 },
      on_disk_payload: true,
      optimizers_config: { default_segment_number: 2, indexing_threshold: INDEXING_THRESHOLD_KB },
      wal_config: { wal_capacity_mb: 8, wal_segments_ahead: 0 },
    });
  } catch (error) {
    // 409: an earlier try of this call got through although its answer was lost.
    if (statusOf(error) !== 409) throw error;
  }
}

type VectorsConfig = Schemas['CollectionParams']['vectors'];

function vectorParams(vectors: VectorsConfig): Schemas['VectorParams'] | undefined {
  const named = (vectors ?? {}) as Partial<Record<string, Schemas['VectorParams']>>;
  return named[VECTOR];
}

function refuseOtherVectors(spec: CollectionSpec, vectors: VectorsConfig): void {
  const { size, distance } = vectorParams(vectors) ?? { size: 0, distance: DISTANCE[spec.distance] };
  if (size === spec.vectorSize && distance === DISTANCE[spec.distance]) return;
  throw otherVectors(spec, { size, distance });
}
