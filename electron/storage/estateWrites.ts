import { isDeepStrictEqual } from 'node:util';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { embeddedText } from '../embedding/text.ts';
import type { CollectedResource } from '../scan/types.ts';
import { keepKnown } from './estateKnown.ts';
import type { StoredResource } from './estateRecords.ts';

/**
 * What to store: `known` itself when it was read later, else the resource; the revision counts changed contents.
 * A time after `now` (ms) is no time at which anything was read, the clock was ahead once: it never wins.
 */
export function nextStored(
  id: string,
  collected: CollectedResource,
  asOf: string,
  known: StoredResource | undefined,
  now: number,
): StoredResource {
  // As it will be read back: dates and undefined fields do not survive JSON.
  const said = JSON.parse(JSON.stringify(collected)) as CollectedResource;
  const content = known === undefined ? said : keepKnown(said, known.resource);
  if (known === undefined) {
    return { resource: { ...content, id, asOf, revision: 1 }, embeddedBy: null, vector: null };
  }
  const readAt = Date.parse(known.resource.asOf);
  if (readAt > Date.parse(asOf) && readAt <= now) return known;
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
