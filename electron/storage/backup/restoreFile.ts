import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { BACKUP_PARTS } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import { readTextIfPresent, writeFileDurably } from '../files.ts';

/**
 * A restore under way, in `restore/` of the workspace: the verified records in the workspace's own terms, and
 * `restore.json`, which says how far it is. A stored format.
 *
 * staging: being written; at the next start it is removed, nothing was changed.
 * confirmed: whole; at the next start it is carried out, or removed when that fails.
 * switching: the old data is being exchanged; from here there is only forward.
 */
const SCHEMA = 1;
const Count = z.number().int().min(0);
/** `deleted`: records that were here and that the other side knows to be deleted. */
export const MergeCounts = z.object({
  added: Count,
  updated: Count,
  kept: Count,
  skipped: Count,
  deleted: Count.default(0),
});
export type MergeCounts = z.infer<typeof MergeCounts>;
export const noCounts = (): MergeCounts => ({ added: 0, updated: 0, kept: 0, skipped: 0, deleted: 0 });

const Staged = z.object({
  part: z.enum(BACKUP_PARTS),
  /** When the backup that it comes from was made, where that is another than the restore is named after. */
  createdAt: z.string().optional(),
  object: z.string(),
  /** Conversations to leave out. */
  gone: z.array(z.string()),
  skipped: Count,
});
export type Staged = z.infer<typeof Staged>;

const Takeover = z.object({
  installId: z.string(),
  /** `keyring.json` as it will be. */
  keyring: z.string(),
  /** The same data keys wrapped by the master key of now, for carrying it out. */
  underOwnKey: z.string(),
  /** The master key of then, sealed by that of now; null when it stays the same. */
  masterKey: z.string().nullable(),
});
export type Takeover = z.infer<typeof Takeover>;

const RestoreFile = z.object({
  schema: z.literal(SCHEMA),
  phase: z.enum(['staging', 'confirmed', 'switching']),
  mode: z.enum(['replace', 'merge']),
  backup: z.object({ installId: z.string(), backupId: z.string(), createdAt: z.string() }),
  /** The install under whose keys the staged records are. */
  installId: z.string(),
  staged: z.array(Staged),
  takeover: Takeover.nullable(),
  counts: z.partialRecord(z.enum(BACKUP_PARTS), MergeCounts),
  /** `ESTATE_SINCE` (ms) as a merge found it: forgotten by then where it is done again. */
  estateSince: z.number().nullable().optional(),
});
export type RestoreFile = z.infer<typeof RestoreFile>;

export const restoreFolder = (folder: string) => path.join(folder, 'restore');
const restoreFile = (folder: string) => path.join(restoreFolder(folder), 'restore.json');

/** Null when no restore is under way. */
export async function readRestoreFile(folder: string): Promise<RestoreFile | null> {
  const text = await readTextIfPresent(restoreFile(folder));
  if (text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const parsed = RestoreFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const version = z.object({ schema: z.number() }).safeParse(json);
  if (version.success && version.data.schema > SCHEMA) {
    throw new AppError(
      'FORMAT_NEWER',
      'A restore was begun here by a newer version of this app. Nothing was changed. Update the app to finish it.',
    );
  }
  throw new AppError(
    'STORAGE_FAILED',
    `${restoreFile(folder)} is damaged, so it is not known how far a restore has come. Put it back from a copy, or restore again into an empty folder.`,
  );
}

export function writeRestoreFile(folder: string, content: RestoreFile): Promise<void> {
  return writeFileDurably(restoreFile(folder), `${JSON.stringify(content, null, 2)}\n`);
}

/** `restore.json` goes first: what is left without it is not a restore any more. */
export async function removeRestore(folder: string): Promise<void> {
  if (!existsSync(restoreFolder(folder))) return;
  await rm(restoreFile(folder), { force: true });
  await rm(restoreFolder(folder), { recursive: true, force: true });
}
