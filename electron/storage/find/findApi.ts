import type { FindApi } from '../api.ts';
import type { EstateIndex } from './estateIndex.ts';

/** The index as the rest of the app calls it. */
export function createFindApi(index: EstateIndex): FindApi {
  return {
    query: async (query) => index.query(query),
    rows: async (resultId, offset, limit) => index.rows(resultId, offset, limit),
    resolve: async (text, options) => index.resolve(text, options),
    related: async (id) => index.related(id),
    locate: async (address) => index.locate(address),
  };
}
