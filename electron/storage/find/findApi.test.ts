import { describe, expect, it } from 'vitest';
import { DenseSearch } from '../../embedding/denseSearch.ts';
import type { EmbeddingProvider } from '../../embedding/EmbeddingProvider.ts';
import { embeddedText } from '../../embedding/text.ts';
import { EstateIndex } from './estateIndex.ts';
import { createFindApi } from './findApi.ts';
import { testQuery, testResource } from './testResources.ts';

/** Words that mean the same fall on the same coordinate: a model in miniature. */
const MEANINGS: Record<string, number> = {
  canine: 0,
  dog: 0,
  puppy: 0,
  feline: 1,
  cat: 1,
  boat: 2,
  vessel: 2,
};
const provider: EmbeddingProvider = {
  name: 'meanings',
  dimension: 4,
  embed: async (texts) =>
    texts.map((text) => {
      const vector = new Float32Array(4);
      vector[3] = 0.1;
      for (const word of text.split(/\W+/)) {
        const at = MEANINGS[word];
        if (at !== undefined) vector[at] = (vector[at] ?? 0) + 1;
      }
      const length = Math.hypot(...vector);
      return vector.map((x) => x / length);
    }),
};

const estate = ['dog-photos', 'cat-photos', 'boat-rental', 'invoices'].map((name) =>
  testResource({ name, resourceType: 's3_bucket' }),
);

async function searching(nearestFails = false) {
  const vectors = await provider.embed(estate.map(embeddedText));
  const nearest = async (vector: Float32Array) => {
    if (nearestFails) throw new Error('The engine is down');
    return estate
      .map(({ id }, i) => ({ id, score: vector.reduce((sum, x, d) => sum + x * (vectors[i]?.[d] ?? 0), 0) }))
      .sort((a, b) => b.score - a.score);
  };
  const index = new EstateIndex({ embedding: new DenseSearch(provider, nearest) });
  index.put(estate);
  const api = createFindApi(index);
  const found = async (text: string) => {
    const { resultId } = await api.query(testQuery({ text }));
    return (await api.rows(resultId, 0, 10)).map((row) => row.name);
  };
  return { api, found };
}

describe('meaning', () => {
  it('finds what no word and no dictionary says', async () => {
    const { found, api } = await searching();
    expect((await found('canine'))[0]).toBe('dog-photos');
    expect((await api.resolve('vessel')).ranked[0]?.resource.name).toBe('boat-rental');
  });

  it('never outranks a full name', async () => {
    const { found } = await searching();
    expect((await found('dog puppy canine cat-photos'))[0]).toBe('cat-photos');
  });

  it('when the vector query fails, words still answer', async () => {
    const { found } = await searching(true);
    expect((await found('boat'))[0]).toBe('boat-rental');
  });
});
