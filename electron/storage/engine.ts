import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { SqlitePointStore } from './engines/sqlite/SqlitePointStore.ts';
import { makePrivateFolder, readTextIfPresent, writeFileDurably } from './files.ts';
import type { PointStore } from './PointStore.ts';
import type { StorageConfig } from './storageConfig.ts';

export type EngineKind = PointStore['kind'];
export type EngineMode = StorageConfig['qdrant']['mode'];

const SCHEMA = 1;
/** `engine.json`: which engine holds this workspace's points. `filled` once that engine has been opened. */
const EngineFile = z.looseObject({
  schema: z.literal(SCHEMA),
  engine: z.enum(['sqlite', 'qdrant']),
  filled: z.boolean(),
});
type EngineFile = z.infer<typeof EngineFile>;

/**
 * Opens the engine of a workspace. The choice is made once, for a folder without one, and recorded; later the
 * record decides. What is recorded but not there is ENGINE_MISSING with a way out, never a new empty store.
 */
export async function openEngine(
  folder: string,
  mode: EngineMode,
  qdrantBinary: string | null,
): Promise<PointStore> {
  const file = path.join(folder, 'engine.json');
  const recorded = await readRecord(file);
  const kind = recorded?.engine ?? (mode === 'auto' ? automatic(qdrantBinary) : mode);
  if (recorded !== null) refuseOther(recorded, mode, folder);
  const data = path.join(folder, 'data');
  if (recorded?.filled && !existsSync(dataMark(kind, data))) throw dataMissing(kind, data);
  if (kind === 'qdrant' && qdrantBinary === null) throw binaryMissing(recorded !== null);
  if (recorded === null) await record(file, { schema: SCHEMA, engine: kind, filled: false });
  const store = await open(kind, data, qdrantBinary);
  if (!recorded?.filled && store.status().state === 'ready') {
    await record(file, { schema: SCHEMA, engine: kind, filled: true });
  }
  return store;
}

function automatic(qdrantBinary: string | null): EngineKind {
  return qdrantBinary === null ? 'sqlite' : 'qdrant';
}

/** What an engine that was ever opened has left in its folder. */
function dataMark(kind: EngineKind, data: string): string {
  return path.join(data, kind === 'sqlite' ? 'points.db' : 'qdrant');
}

async function open(kind: EngineKind, data: string, qdrantBinary: string | null): Promise<PointStore> {
  await makePrivateFolder(data);
  if (kind === 'sqlite') return new SqlitePointStore({ path: dataMark(kind, data) });
  // Loaded only where it is used: Qdrant's client takes as long to load as the rest of the storage.
  const { createPointStore } = await import('./engines/index.ts');
  // A Qdrant that does not start comes back as failed and answers each call with the reason.
  return createPointStore({ engine: kind, folder: data, qdrantBinary });
}

async function readRecord(file: string): Promise<EngineFile | null> {
  const text = await readTextIfPresent(file);
  if (text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const parsed = EngineFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const version = z.object({ schema: z.number() }).safeParse(json);
  if (version.success && version.data.schema > SCHEMA) {
    throw new AppError(
      'FORMAT_NEWER',
      'engine.json was written by a newer version of this app. Nothing was changed. Update the app to open this workspace.',
    );
  }
  throw new AppError(
    'STORAGE_FAILED',
    'engine.json of this workspace is damaged, so it is not known which engine holds its data. Put the file back from a copy of the folder.',
  );
}

function record(file: string, content: EngineFile): Promise<void> {
  return writeFileDurably(file, `${JSON.stringify(content, null, 2)}\n`);
}

function refuseOther(recorded: EngineFile, mode: EngineMode, folder: string): void {
  if (mode === 'auto' || mode === recorded.engine) return;
  throw new AppError(
    'ENGINE_MISSING',
    `The data in ${folder} is kept by ${recorded.engine}, and the configuration asks for ${mode}. Remove that setting (qdrant.mode, CLOUDOPS_ENGINE), or open another folder.`,
  );
}

function binaryMissing(recorded: boolean): AppError {
  return new AppError(
    'ENGINE_MISSING',
    recorded
      ? 'This workspace is kept by Qdrant, whose program was not found. Start the app with a network once so that it can be fetched, or name it in CLOUDOPS_QDRANT_BIN. Nothing was changed.'
      : 'The configuration asks for Qdrant, whose program was not found. Name it in CLOUDOPS_QDRANT_BIN, or set qdrant.mode to auto.',
  );
}

function dataMissing(kind: EngineKind, data: string): AppError {
  return new AppError(
    'ENGINE_MISSING',
    `This workspace's data is kept by ${kind} in ${data}, and it is not there any more. Put it back from a copy of the folder, or open another folder. Nothing was changed.`,
    { details: { path: data } },
  );
}
