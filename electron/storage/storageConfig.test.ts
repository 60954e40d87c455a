import { expect, test } from 'vitest';
import { StorageConfig, toCollectionSpec } from './storageConfig.ts';

const refusal = (config: unknown) => {
  const parsed = StorageConfig.safeParse(config);
  return parsed.success ? null : parsed.error.issues.map(({ message }) => message).join(' ');
};

test('an empty configuration is complete', () => {
  const config = StorageConfig.parse({});
  expect(config).toMatchObject({
    qdrant: { mode: 'auto' },
    encryption: { enabled: true, key_source: 'keychain' },
    embedding: { provider: 'none', dimension: 384, generation_mode: 'on_write' },
    s3_backup: null,
    history: { retention_months: 13 },
  });
  expect(toCollectionSpec(config.collections.aws_estate)).toMatchObject({
    vectorSize: 384,
    distance: 'cosine',
    hnsw: { m: 16, efConstruct: 100, fullScanThreshold: 10_000 },
  });
  expect(toCollectionSpec(config.collections.chat_history).vectorSize).toBe(0);
});

test('a field that is not to be indexed is left out of the collection', () => {
  const [estate] = [StorageConfig.parse({}).collections.aws_estate];
  const fields = estate.indexed_fields.map((field) => ({ ...field, indexed: field.name !== 'state' }));
  const config = StorageConfig.parse({ collections: { aws_estate: { ...estate, indexed_fields: fields } } });
  const names = toCollectionSpec(config.collections.aws_estate).indexedFields.map(({ name }) => name);
  expect(names).not.toContain('state');
  expect(names).toContain('region');
});

test.each([
  [{ qdrant: { url: 'http://localhost:6333' } }, 'remove qdrant.url'],
  [{ qdrant: { mode: 'embedded' } }, 'sqlite or auto'],
  [{ encryption: { key_source: 'vault:x' } }, 'keychain, env:NAME or file:PATH'],
  [{ s3_backup: { bucket: 'b', region: 'r' } }, 'Remove s3_backup'],
  [{ embedding: { provider: 'openai' } }, 'Embedding providers cannot be used yet'],
  [{ embedding: { generation_mode: 'lazy' } }, 'on_write'],
  [{ embedding: { dimension: 768 } }, 'must equal'],
  [{ history: { retention_months: 0 } }, '>=1'],
  [{ data_path: '/data' }, '--data'],
  [{ qdrnt: {} }, 'qdrnt'],
  [{ qdrant: { mode: 'sqlit' } }, 'sqlite'],
])('%o is refused with words, not ignored', (config, words) => {
  expect(refusal(config)).toContain(words);
});
