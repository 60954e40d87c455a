import { createHash } from 'node:crypto';
import type { EmbeddingProvider } from '../embedding/EmbeddingProvider.ts';
import { embeddedText } from '../embedding/text.ts';
import { volatileOf } from '../estate/types.ts';
import type { CollectedResource } from '../scan/types.ts';
import { keepKnown } from './estateKnown.ts';
import type { StoredResource } from './estateRecords.ts';
import type { Print } from './find/rowStore.ts';
import { sameContent } from './sameContent.ts';

/**
 * What AWS's answer means beside what is stored.
 *
 * older: what is stored was read later; the answer (a slow page, overtaken by a refresh) changes nothing.
 * same: nothing of it is to be written.
 * changed: the entry is what to store now. Its revision is raised but for what changes by itself (`volatileOf`).
 */
export interface Verdict {
  is: 'older' | 'same' | 'changed';
  entry: StoredResource;
}

/**
 * @param known as stored, with its `asOf` the later of its own time and of that of its listing. A time after `now`
 * (ms) is no time at which anything was read, the clock was ahead once: it never wins.
 */
export function compared(
  id: string,
  collected: CollectedResource,
  asOf: string,
  known: StoredResource | undefined,
  now: number,
): Verdict {
  // As it will be read back: dates and undefined fields do not survive JSON.
  const said = JSON.parse(JSON.stringify(collected)) as CollectedResource;
  if (known === undefined) {
    const resource = { ...said, id, asOf, revision: 1 };
    return { is: 'changed', entry: { resource, embeddedBy: null, vector: null } };
  }
  const readAt = Date.parse(known.resource.asOf);
  const inFuture = readAt > now;
  if (readAt > Date.parse(asOf) && !inFuture) return { is: 'older', entry: known };
  const content = keepKnown(said, known.resource);
  const { id: _id, asOf: _asOf, revision, ...before } = known.resource;
  if (sameContent(before, content) && !inFuture) {
    return { is: 'same', entry: { ...known, resource: { ...known.resource, asOf } } };
  }
  const isVolatile = sameContent(before, content, volatileOf(content.resourceType));
  const resource = { ...content, id, asOf, revision: isVolatile ? revision : revision + 1 };
  const keepsVector = embeddedText(resource) === embeddedText(known.resource);
  const { vector, embeddedBy } = keepsVector ? known : { vector: null, embeddedBy: null };
  return { is: 'changed', entry: { resource, vector, embeddedBy } };
}

/** Of an answer as it came, so that the same one need not be compared with the store again. Never stored. */
export function printOf(collected: CollectedResource): Print {
  const digest = createHash('sha256').update(JSON.stringify(collected)).digest();
  return { high: digest.readUInt32BE(0), low: (digest.readUInt32BE(4) | 1) >>> 0 };
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
