import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { readTextIfPresent, writeFileDurably } from './files.ts';

/** Where a workspace's points are kept. `remote` is a Qdrant server elsewhere. */
export type EnginePlace =
  | { kind: 'sqlite' }
  | { kind: 'qdrant' }
  /** `prefix` stands before the names of this workspace's collections, for good. */
  | { kind: 'remote'; url: string; prefix: string };

export interface EngineRecord {
  place: EnginePlace;
  /** That engine has been opened once: from then on its data must be there. */
  filled: boolean;
  /** The engine that a move has left behind, whose data is still to be removed. */
  leftover: EnginePlace | null;
}

const Local = z.object({ engine: z.enum(['sqlite', 'qdrant']) });
const Remote = z.object({ engine: z.literal('remote'), url: z.string(), prefix: z.string() });
const Place = z.discriminatedUnion('engine', [Local, Remote]);
/**
 * `engine.json`. Schema 1 knows no `remote` and no `leftover`; it is still written where neither is needed, so
 * that earlier versions open what they can.
 */
const File = z.union([
  Local.extend({ schema: z.literal(1), filled: z.boolean() }).loose(),
  z.intersection(
    Place,
    z.looseObject({ schema: z.literal(2), filled: z.boolean(), leftover: Place.nullable() }),
  ),
]);
const NEWEST = 2;

/** What `engine.json` says, or null in a new workspace. Throws FORMAT_NEWER or STORAGE_FAILED. */
export async function readEngineRecord(folder: string): Promise<EngineRecord | null> {
  const text = await readTextIfPresent(fileIn(folder));
  if (text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const version = z.object({ schema: z.number() }).safeParse(json);
  if (version.success && version.data.schema > NEWEST) {
    throw new AppError(
      'FORMAT_NEWER',
      'engine.json was written by a newer version of this app. Nothing was changed. Update the app to open this workspace.',
    );
  }
  const parsed = File.safeParse(json);
  if (!parsed.success) {
    throw new AppError(
      'STORAGE_FAILED',
      `${fileIn(folder)} is damaged, so it is not known which engine holds the data of this workspace. Put it back from a copy of the folder. Nothing was changed.`,
    );
  }
  const { data } = parsed;
  const leftover = data.schema === 2 && data.leftover !== null ? placeOf(data.leftover) : null;
  return { place: placeOf(data), filled: data.filled, leftover };
}

/** Replaces the record as a whole: after a crash it is the old one or the new. */
export function writeEngineRecord(folder: string, { place, filled, leftover }: EngineRecord): Promise<void> {
  const plain = place.kind !== 'remote' && leftover === null;
  const content = plain
    ? { schema: 1, ...fileOf(place), filled }
    : { schema: 2, ...fileOf(place), filled, leftover: leftover && fileOf(leftover) };
  return writeFileDurably(fileIn(folder), `${JSON.stringify(content, null, 2)}\n`);
}

export function samePlace(a: EnginePlace, b: EnginePlace): boolean {
  return a.kind === b.kind && (a.kind !== 'remote' || b.kind !== 'remote' || a.url === b.url);
}

/** For the screens. */
export function engineOf(place: EnginePlace): { kind: EnginePlace['kind']; url: string | null } {
  return { kind: place.kind, url: place.kind === 'remote' ? place.url : null };
}

/** As a person calls it. */
export function placeName(place: EnginePlace): string {
  switch (place.kind) {
    case 'sqlite':
      return 'SQLite';
    case 'qdrant':
      return 'the bundled Qdrant';
    case 'remote':
      return `Qdrant at ${place.url}`;
  }
}

function placeOf(file: z.infer<typeof Place>): EnginePlace {
  return file.engine === 'remote'
    ? { kind: 'remote', url: file.url, prefix: file.prefix }
    : { kind: file.engine };
}

function fileOf(place: EnginePlace): z.infer<typeof Place> {
  return place.kind === 'remote'
    ? { engine: 'remote', url: place.url, prefix: place.prefix }
    : { engine: place.kind };
}

function fileIn(folder: string): string {
  return path.join(folder, 'engine.json');
}
