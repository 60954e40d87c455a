import type { ResourceFilter } from '../../preload/contract/models.ts';
import type { EmbeddingProvider } from './EmbeddingProvider.ts';
import { safeText } from './text.ts';

/** The resources nearest to a vector: the storage's vector query, by resource id and similarity. */
export type Nearest = (
  vector: Float32Array,
  filter: ResourceFilter,
  limit: number,
) => Promise<{ id: string; score: number }[]>;

const NEIGHBOURS = 200;

/** Search by meaning: a text becomes a vector, its neighbours become scores that the ranking adds. */
export class DenseSearch {
  readonly provider: EmbeddingProvider;
  readonly #nearest: Nearest;

  constructor(provider: EmbeddingProvider, nearest: Nearest) {
    this.provider = provider;
    this.#nearest = nearest;
  }

  /** Similarity by resource id; empty when nothing of the text may be embedded. */
  async scores(text: string, filter: ResourceFilter): Promise<ReadonlyMap<string, number>> {
    const safe = safeText(text);
    if (safe === '') return new Map();
    const [vector] = await this.provider.embed([safe]);
    if (!vector) return new Map();
    const neighbours = await this.#nearest(vector, filter, NEIGHBOURS);
    return new Map(neighbours.map(({ id, score }) => [id, score]));
  }
}
