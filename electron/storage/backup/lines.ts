import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { BACKUP_PARTS } from '../../../preload/contract/models.ts';
import type { Point } from '../PointStore.ts';
import { damagedObject, newerBackup } from './errors.ts';
import { FORMAT_VERSION, type FormatVersion } from './manifest.ts';

/**
 * What is inside a snapshot object: one JSON value a line, gzip-compressed; a stored format
 * (docs/backup-format.md). The first line is `head`, the last `end`. Its version is that of the manifest.
 */
/** From this version on a kind of line that is not known is no damage. */
const OPEN_SINCE = 2;
const LINE_LIMIT = 64 * 1_048_576;

const Head = z.looseObject({
  t: z.literal('head'),
  format: z.literal('cloudops-snapshot'),
  version: z.number().int(),
  part: z.enum(BACKUP_PARTS),
});
const Base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const PayloadValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);
const PointLine = z.object({
  t: z.literal('point'),
  id: z.string(),
  /** Base64 of 32-bit floats, little-endian. */
  vector: Base64.nullable(),
  payload: z.record(z.string(), PayloadValue),
});
/** A conversation that was deleted while it was being read: it and its messages before here do not count. */
const GoneLine = z.object({ t: z.literal('gone'), id: z.string(), records: z.number().int() });
const DocLine = z.object({
  t: z.literal('doc'),
  kind: z.string(),
  token: z.string(),
  revision: z.number().int(),
  sealed: Base64,
});
const JournalLine = z.object({
  t: z.literal('journal'),
  /** Null = the install's own journal; else an earlier one that was restored into it. */
  segment: z.string().nullable(),
  seq: z.number().int(),
  keyId: z.number().int(),
  sealed: Base64,
  mac: Base64,
});
const SegmentLine = z.object({
  t: z.literal('segment'),
  segment: z.string(),
  installId: z.string(),
  /** JSON of what is known about where it came from. */
  about: z.string(),
});
/** One entry of the history of the estate. */
const HistoryLine = z.object({
  t: z.literal('history'),
  resource: z.string(),
  /** A token. */
  account: z.string(),
  type: z.string(),
  /** In ms. */
  at: z.number().int(),
  kind: z.string(),
  sealed: Base64,
});
const EndLine = z.object({ t: z.literal('end'), records: z.number().int() });

const KnownLine = z.discriminatedUnion('t', [
  PointLine,
  GoneLine,
  DocLine,
  JournalLine,
  SegmentLine,
  HistoryLine,
]);
/** A line of a kind that a later app writes within the same version: counted, and left out. */
const OtherLine = z.object({ t: z.string() });
const KINDS: ReadonlySet<string> = new Set(KnownLine.options.flatMap((option) => [...option.shape.t.values]));
export type Line = z.infer<typeof KnownLine> | { t: 'other' };
export type PointLine = z.infer<typeof PointLine>;
export type DocLine = z.infer<typeof DocLine>;
export type JournalLine = z.infer<typeof JournalLine>;
export type HistoryLine = z.infer<typeof HistoryLine>;
export type SegmentLine = z.infer<typeof SegmentLine>;
type Part = z.infer<typeof Head>['part'];

export interface Tally {
  /** What the `end` line says: lines that count, less those withdrawn by `gone`. */
  records: number;
}

/** Lines as compressed bytes. `tally` is filled while the stream is read. */
export function encodeLines(
  part: Part,
  pages: AsyncIterable<Line[]>,
  tally: Tally,
  version: FormatVersion = FORMAT_VERSION,
): AsyncGenerator<Buffer> {
  // Sealed payloads do not shrink beyond what base64 wastes: a higher level costs time and gains nothing.
  return through(asText(part, pages, tally, version), createGzip({ level: constants.Z_BEST_SPEED }));
}

async function* asText(
  part: Part,
  pages: AsyncIterable<Line[]>,
  tally: Tally,
  version: FormatVersion,
): AsyncGenerator<Buffer> {
  const head = { t: 'head', format: 'cloudops-snapshot', version, part };
  yield Buffer.from(`${JSON.stringify(head)}\n`);
  for await (const page of pages) {
    if (page.length === 0) continue;
    for (const line of page) tally.records += weight(line);
    yield Buffer.from(`${page.map((line) => JSON.stringify(line)).join('\n')}\n`);
  }
  yield Buffer.from(`${JSON.stringify({ t: 'end', records: tally.records })}\n`);
}

function weight(line: Line): number {
  if (line.t === 'gone') return -line.records;
  return line.t === 'segment' ? 0 : 1;
}

/**
 * The lines of an object in pages, as they stand; the caller drops what a later `gone` withdraws. Throws
 * BACKUP_DAMAGED for anything that is not this format whole, FORMAT_NEWER for a later version.
 */
export async function* decodeLines(
  part: Part,
  name: string,
  compressed: AsyncIterable<Buffer>,
  tally: Tally,
): AsyncGenerator<Line[]> {
  let state: 'head' | 'lines' | 'ended' = 'head';
  let version = FORMAT_VERSION;
  for await (const texts of textLines(name, gunzipped(name, compressed))) {
    const page: Line[] = [];
    for (const text of texts) {
      if (state === 'ended') throw damagedObject(name, 'something follows its end');
      const json = parseJson(text, name);
      if (state === 'head') {
        version = checkHead(json, part, name);
        state = 'lines';
        continue;
      }
      const end = EndLine.safeParse(json);
      if (end.success) {
        if (end.data.records !== tally.records)
          throw damagedObject(name, 'it holds another number of records than it says');
        state = 'ended';
        continue;
      }
      const line = lineOf(json, version);
      if (line === null) throw damagedObject(name, 'it holds a line that is no record');
      tally.records += weight(line);
      page.push(line);
    }
    if (page.length > 0) yield page;
  }
  if (state !== 'ended') throw damagedObject(name, 'its end is missing');
}

/** Null for what is no line of this version. */
function lineOf(json: unknown, version: number): Line | null {
  const line = KnownLine.safeParse(json);
  if (line.success) return line.data;
  const other = OtherLine.safeParse(json);
  return version >= OPEN_SINCE && other.success && !KINDS.has(other.data.t) ? { t: 'other' } : null;
}

/** Answers with the version. */
function checkHead(json: unknown, part: Part, name: string): number {
  const head = Head.safeParse(json);
  if (!head.success) throw damagedObject(name, 'its first line does not say what it is');
  const { version } = head.data;
  if (version > FORMAT_VERSION) throw newerBackup(name);
  if (head.data.part !== part) throw damagedObject(name, `it holds ${head.data.part} instead of ${part}`);
  return version;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damagedObject(name, 'it holds a line that is no record');
  }
}

async function* gunzipped(name: string, compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* through(compressed, createGunzip());
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_')) throw damagedObject(name, 'what is inside does not unpack');
    throw error;
  }
}

/** The whole lines of each piece of text. A line that goes on over many pieces is put together once. */
async function* textLines(name: string, source: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    const cut = piece.lastIndexOf(0x0a) + 1;
    if (cut > 0) {
      yield Buffer.concat([...held, piece.subarray(0, cut - 1)])
        .toString('utf8')
        .split('\n');
      held = [];
      length = 0;
    }
    held.push(piece.subarray(cut));
    length += piece.length - cut;
    if (length > LINE_LIMIT) throw damagedObject(name, 'it holds a line without end');
  }
  if (length > 0) throw damagedObject(name, 'its last line is cut off');
}

/** The bytes of `source` as `transform` turns them; errors of either end the stream. */
async function* through(source: AsyncIterable<Buffer>, transform: Transform): AsyncGenerator<Buffer> {
  const done = pipeline(Readable.from(source), transform);
  // Reported by the loop below; when the reader stops early there is nothing to report.
  done.catch(() => undefined);
  for await (const bytes of transform) yield bytes as Buffer;
  await done;
}

export function pointLine({ id, vector, payload }: Point): PointLine {
  return { t: 'point', id, vector: vector && encodeVector(vector), payload };
}

/** Throws BACKUP_DAMAGED for a vector of half a number. */
export function pointOf(line: PointLine, name: string): Point {
  const { id, payload } = line;
  return { id, payload, vector: line.vector === null ? null : decodeVector(line.vector, name) };
}

function encodeVector(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}

function decodeVector(text: string, name: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) throw damagedObject(name, 'it holds half a vector');
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}
