import { z } from 'zod';
import type { CollectionSpec } from './PointStore.ts';

/**
 * The seeds' StorageConfig. One schema with defaults: read from `config.json` in the workspace's folder and
 * from the environment (see `electron/config.ts`); unknown keys are refused so that a misspelt one is noticed.
 */
const IndexedField = z.strictObject({
  name: z.string(),
  type: z.enum(['keyword', 'integer', 'float', 'bool']),
  indexed: z.boolean().default(true),
});
const HnswConfig = z.strictObject({
  m: z.number().int().min(0).max(128).default(16),
  ef_construct: z.number().int().min(4).max(2_000).default(100),
  /** In KB of vectors per segment, as Qdrant counts. */
  full_scan_threshold: z.number().int().min(10).default(10_000),
});
const CollectionConfig = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/),
  vector_size: z.number().int().min(0).max(4_096),
  distance: z.enum(['cosine', 'euclidean', 'dot']).default('cosine'),
  indexed_fields: z.array(IndexedField),
  hnsw_config: HnswConfig.nullable(),
});

const keyword = (name: string) => ({ name, type: 'keyword' as const, indexed: true });
const integer = (name: string) => ({ name, type: 'integer' as const, indexed: true });

export const StorageConfig = z.strictObject({
  qdrant: z
    .strictObject({
      /** `auto` decides once, for an empty folder: `qdrant` where its binary is present, else `sqlite`. */
      mode: z.enum(['auto', 'sqlite', 'qdrant']).default('auto'),
    })
    .prefault({}),
  encryption: z
    .strictObject({
      key_source: z
        .union([z.literal('keychain'), z.string().regex(/^(env|file):.+/)])
        .default('keychain')
        .describe('keychain, env:NAME or file:PATH'),
    })
    .prefault({}),
  collections: z
    .strictObject({
      chat_history: CollectionConfig.default({
        name: 'chat_history',
        vector_size: 0,
        distance: 'cosine',
        indexed_fields: [
          keyword('kind'),
          keyword('context_id'),
          integer('message_index'),
          integer('timestamp'),
        ],
        hnsw_config: null,
      }),
      aws_estate: CollectionConfig.default({
        name: 'aws_estate',
        vector_size: 384,
        distance: 'cosine',
        indexed_fields: [
          keyword('service'),
          keyword('resource_type'),
          keyword('region'),
          keyword('state'),
          keyword('account_token'),
          keyword('tag_tokens'),
          integer('last_synced'),
        ],
        hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10_000 },
      }),
    })
    .prefault({}),
});
export type StorageConfig = z.infer<typeof StorageConfig>;

/** A configured collection in the engines' terms. */
export function toCollectionSpec(config: z.infer<typeof CollectionConfig>): CollectionSpec {
  return {
    name: config.name,
    vectorSize: config.vector_size,
    distance: config.distance,
    indexedFields: config.indexed_fields.filter((f) => f.indexed).map(({ name, type }) => ({ name, type })),
    hnsw: config.hnsw_config && {
      m: config.hnsw_config.m,
      efConstruct: config.hnsw_config.ef_construct,
      fullScanThreshold: config.hnsw_config.full_scan_threshold,
    },
  };
}
