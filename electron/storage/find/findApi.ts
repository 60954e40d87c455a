import type { ResourceFilter } from '../../../preload/contract/models.ts';
import type { FindApi } from '../api.ts';
import type { DenseScores, EstateIndex } from './estateIndex.ts';

/** The index as the rest of the app calls it; with an embedding provider, meaning is asked first. */
export function createFindApi(index: EstateIndex): FindApi {
  const dense = async (text: string, filter: ResourceFilter): Promise<DenseScores | undefined> => {
    if (!index.embedding || text.trim() === '') return undefined;
    try {
      return await index.embedding.scores(text, filter);
    } catch {
      // A failed model or vector query costs the meaning, never the search: names and words still answer.
      return undefined;
    }
  };
  return {
    query: async (query) => index.query(query, await dense(query.text, query.filter)),
    rows: async (resultId, offset, limit) => index.rows(resultId, offset, limit),
    resolve: async (text, options) => index.resolve(text, options, await dense(text, options?.filter ?? {})),
    named: async (text, limit) => index.named(text, limit),
    related: async (id) => index.related(id),
    locate: async (address) => index.locate(address),
  };
}
