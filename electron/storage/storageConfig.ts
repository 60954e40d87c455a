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

const EMBEDDED = 'The embedded engine is called sqlite here. Set qdrant.mode to sqlite or auto.';

const QdrantConfig = z
  .strictObject({
    /** `auto` decides once, for an empty folder: `qdrant` where its binary is present, else `sqlite`. */
    mode: z
      .enum(['auto', 'sqlite', 'qdrant', 'remote'], {
        error: ({ input }) => (input === 'embedded' ? EMBEDDED : undefined),
      })
      .default('auto'),
    /** Of a server elsewhere; null = the recorded one. Its API key is in the keychain, never here. */
    url: z.string().nullable().default(null),
  })
  .refine(({ mode, url }) => url === null || mode === 'remote', {
    error: 'qdrant.url belongs to qdrant.mode remote. Set the mode, or remove qdrant.url.',
    path: ['url'],
  });

const EncryptionConfig = z.strictObject({
  /** False only for a new workspace: records are then written in clear, and the screens say so for good. */
  enabled: z.boolean().default(true),
  key_source: z
    .string()
    .regex(/^(keychain|env:.+|file:.+)$/, 'The key source is keychain, env:NAME or file:PATH.')
    .default('keychain'),
});

/** Meaning comes from the built-in dictionary; the vectors of a model are kept in `aws_estate`. */
const EmbeddingConfig = z.strictObject({
  provider: z
    .literal(
      'none',
      'Embedding providers cannot be used yet; meaning comes from the built-in dictionary. Set embedding.provider to none.',
    )
    .default('none'),
  model: z.null('Without a provider there is no model. Remove embedding.model.').default(null),
  /** Numbers per vector; equals the vector size of the collection `aws_estate`. */
  dimension: z.number().int().min(1).max(4_096).default(384),
  generation_mode: z
    .literal(
      'on_write',
      'Vectors are made when a resource is written. Set embedding.generation_mode to on_write.',
    )
    .default('on_write'),
});

const HistoryConfig = z.strictObject({
  /** How long changes and tombstones of resources are kept. */
  retention_months: z.number().int().min(1).max(120).default(13),
});

export const StorageConfig = z
  .strictObject({
    data_path: z
      .undefined(
        'The data lies in the workspace folder; choose it with --data or CLOUDOPS_HOME. Remove data_path.',
      )
      .optional(),
    qdrant: QdrantConfig.prefault({}),
    encryption: EncryptionConfig.prefault({}),
    embedding: EmbeddingConfig.prefault({}),
    history: HistoryConfig.prefault({}),
    s3_backup: z.null('Backups to S3 cannot be made yet. Remove s3_backup.').default(null),
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
  })
  .refine(({ embedding, collections }) => embedding.dimension === collections.aws_estate.vector_size, {
    error: 'embedding.dimension must equal collections.aws_estate.vector_size.',
    path: ['embedding', 'dimension'],
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
