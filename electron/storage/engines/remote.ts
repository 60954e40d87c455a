import type { PointStore } from '../PointStore.ts';
import { QdrantPointStore } from './qdrant/QdrantPointStore.ts';

/**
 * A Qdrant server elsewhere. One that cannot be reached comes back in its failed state and answers each call
 * with the reason; `retry()` tries again.
 */
export async function openRemote(
  place: { url: string; prefix: string },
  apiKey: string | null,
): Promise<PointStore> {
  const store = new QdrantPointStore({ url: place.url, apiKey: apiKey ?? '' }, { prefix: place.prefix });
  await store.open().catch(() => undefined);
  return store;
}
