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
  const known = text === null ? null : parse(text, file);
  if (typeof known === 'string') return known;
  // Beside a keyring it is known which it was: another id would look for another key.
  const inKeyring = await idInKeyring(folder);
  if (known !== null && inKeyring === null) throw known;
  const created = {
    schema: SCHEMA,
    installId: inKeyring ?? randomUUID(),
    createdAt: new Date().toISOString(),
  };
  await writeFileDurably(file, `${JSON.stringify(created, null, 2)}\n`);
  return created.installId;
}

async function idInKeyring(folder: string): Promise<string | null> {
  const text = await readTextIfPresent(path.join(folder, 'keyring.json'));
  const parsed = z.object({ installId: z.uuid() }).safeParse(text === null ? null : jsonOf(text));
  return parsed.success ? parsed.data.installId : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The id, or what is wrong with a damaged file. Throws FORMAT_NEWER. */
function parse(text: string, file: string): string | AppError {
  const json = jsonOf(text);
  const parsed = InstallFile.safeParse(json);
  if (parsed.success) return parsed.data.installId;
  const version = z.object({ schema: z.number() }).safeParse(json);
  if (version.success && version.data.schema > SCHEMA) {
    throw new AppError(
      'FORMAT_NEWER',
      'install.json was written by a newer version of this app. Nothing was changed. Update the app to open this workspace.',
    );
  }
  return new AppError(
    'STORAGE_FAILED',
    `${file} is damaged, so it is not known which key belongs to this workspace. Put it back from a copy of the folder.`,
  );
}
