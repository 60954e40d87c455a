import { z } from 'zod';
import type { DocsApi } from '../api.ts';
import { COLLECTION_PARTS, type CollectionPart } from '../backup/workspaceParts.ts';
import { newer } from '../migrations.ts';
import type { CollectionSpec } from '../PointStore.ts';

/** The kind of the documents that hold a collection's format; key = the collection. Absent = 1. */
const KIND = 'format';
const FIRST = 1;

/**
 * The newest format that records of a collection may have. They are not brought along all at once: each says its own
 * (`schema`), older ones are read for ever, and what is written anew is written in the newest.
 */
export const FORMATS: Record<CollectionPart, number> = { chat_history: 1, aws_estate: 2 };

/**
 * Marks the collections for records of these formats, so that a version of the app that does not know them refuses
 * the workspace instead of half of its records. Throws FORMAT_NEWER for a collection of a newer app.
 */
export async function markFormats(
  docs: Pick<DocsApi, 'get' | 'put'>,
  collections: Record<CollectionPart, Pick<CollectionSpec, 'name'>>,
): Promise<void> {
  for (const part of COLLECTION_PARTS) {
    const { name } = collections[part];
    const known = FORMATS[part];
    const found = z
      .number()
      .int()
      .catch(FIRST)
      .parse(await docs.get(KIND, name));
    if (found > known) throw newer(`The collection ${name}`, found, known);
    if (found < known) await docs.put(KIND, name, known);
  }
}
