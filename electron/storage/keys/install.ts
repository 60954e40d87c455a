import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { readTextIfPresent, writeFileDurably } from '../files.ts';

const SCHEMA = 1;
const InstallFile = z.looseObject({ schema: z.literal(SCHEMA), installId: z.uuid(), createdAt: z.string() });

/**
 * The workspace's install id, a random UUID in `install.json`: made at the first call, kept for good. It names
 * the entry in the keychain and is bound into every wrapped key.
 */
export async function installId(folder: string): Promise<string> {
  const file = path.join(folder, 'install.json');
  const text = await readTextIfPresent(file);
  if (text !== null) return parse(text);
  const created = { schema: SCHEMA, installId: randomUUID(), createdAt: new Date().toISOString() };
  await writeFileDurably(file, `${JSON.stringify(created, null, 2)}\n`);
  return created.installId;
}

function parse(text: string): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const parsed = InstallFile.safeParse(json);
  if (parsed.success) return parsed.data.installId;
  const version = z.object({ schema: z.number() }).safeParse(json);
  if (version.success && version.data.schema > SCHEMA) {
    throw new AppError(
      'FORMAT_NEWER',
      'install.json was written by a newer version of this app. Nothing was changed. Update the app to open this workspace.',
    );
  }
  throw new AppError(
    'STORAGE_FAILED',
    'install.json of this workspace is damaged. Put it back from a copy of the folder.',
  );
}
