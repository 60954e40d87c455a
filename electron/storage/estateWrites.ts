import { isDeepStrictEqual } from 'node:util';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { embeddedText } from '../embedding/text.ts';
import type { CollectedResource } from '../scan/types.ts';
import type { StoredResource } from './estateRecords.ts';

/** What to store: `known` itself when it is newer, else the resource; the revision counts changed contents. */
export function nextStored(
  id: string,
  collected: CollectedResource,
  asOf: string,
  known: StoredResource | undefined,
): StoredResource {
  // As it will be read back: dates and undefined fields do not survive JSON.
  const content = JSON.parse(JSON.stringify(collected)) as CollectedResource;
  if (known === undefined) {
    return { resource: { ...content, id, asOf, revision: 1 }, embeddedBy: null, vector: null };
  }
  if (Date.parse(known.resource.asOf) > Date.parse(asOf)) return known;
  const { id: _id, asOf: _asOf, revision, ...before } = known.resource;
  if (isDeepStrictEqual(before, content)) return { ...known, resource: { ...known.resource, asOf } };
  return { resource: { ...content, id, asOf, revision: revision + 1 }, embeddedBy: null, vector: null };
}

/** Gives a vector to each entry that has none of this provider. A failing model leaves them waiting. */
export async function embedWaiting(provider: EmbeddingProvider, entries: StoredResource[]): Promise<void> {
  const waiting = entries.filter(({ vector, embeddedBy }) => vector === null || embeddedBy !== provider.name);
  if (waiting.length === 0) return;
  let vectors: Float32Array[];
  try {
    vectors = await provider.embed(waiting.map(({ resource }) => embeddedText(resource)));
  } catch {
    vectors = [];
  }
  waiting.forEach((entry, at) => {
    entry.vector = vectors[at] ?? null;
    entry.embeddedBy = entry.vector === null ? null : provider.name;
  });
}
