import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { HEADS, isDeletion, isHead } from '../chatDeletions.ts';
import type { Point, PointStore } from '../PointStore.ts';
import { asStorageError } from '../sqlite.ts';
import { type Line, pointLine } from './lines.ts';

const PAGE = 500;

/**
 * The points of a collection, each as it stands at one moment of the reading. Every point that is there from
 * beginning to end is included.
 */
export async function* collectionPages(
  store: PointStore,
  collection: string,
  seen: () => (point: Point) => Point,
): AsyncGenerator<Line[]> {
  let cursor: string | undefined;
  do {
    // Before the page: what a listing finds unchanged while it is read is not known of it yet.
    const as = seen();
    const page = await store.scroll(collection, { limit: PAGE, cursor, withVector: true });
    yield page.points.map((point) => pointLine(as(point)));
    cursor = page.next;
  } while (cursor !== undefined);
}

interface Extent {
  /** Messages when the reading began: later ones are left out, so that none before them can be missing. */
  messages: number;
  read: number;
}

/**
 * Conversations as they stood when the reading began, present and deleted: of each, its first n messages without
 * a gap. One that is deleted meanwhile is withdrawn by a `gone` line.
 */
export async function* chatPages(store: PointStore, collection: string): AsyncGenerator<Line[]> {
  const extents = new Map<string, Extent>();
  yield* headPages(store, collection, extents);
  let cursor: string | undefined;
  do {
    const page = await store.scroll(collection, { limit: PAGE, cursor, withVector: true });
    yield page.points.filter((point) => belongs(point, extents)).map(pointLine);
    cursor = page.next;
  } while (cursor !== undefined);
  yield await withdrawn(store, collection, extents);
}

async function* headPages(
  store: PointStore,
  collection: string,
  extents: Map<string, Extent>,
): AsyncGenerator<Line[]> {
  let cursor: string | undefined;
  do {
    const page = await store.scroll(collection, { filter: HEADS, limit: PAGE, cursor });
    for (const { id, payload } of page.points) {
      if (isDeletion(payload)) continue;
      extents.set(id, { messages: await countMessages(store, collection, id), read: 0 });
    }
    yield page.points.map(pointLine);
    cursor = page.next;
  } while (cursor !== undefined);
}

async function countMessages(store: PointStore, collection: string, conversationId: string): Promise<number> {
  const { points } = await store.scroll(collection, {
    filter: {
      must: [
        { key: 'context_id', match: conversationId },
        { key: 'kind', match: 'message' },
      ],
    },
    orderBy: { key: 'message_index', direction: 'desc' },
    limit: 1,
  });
  const newest = points[0]?.payload.message_index;
  return typeof newest === 'number' ? newest + 1 : 0;
}

function belongs(point: Point, extents: Map<string, Extent>): boolean {
  const { payload } = point;
  if (isHead(point)) return false;
  if (payload.kind !== 'message') return true;
  const extent = extents.get(String(payload.context_id));
  if (extent === undefined || Number(payload.message_index) >= extent.messages) return false;
  extent.read += 1;
  return true;
}

async function withdrawn(
  store: PointStore,
  collection: string,
  extents: Map<string, Extent>,
): Promise<Line[]> {
  const gone: Line[] = [];
  for (const [id, { messages, read }] of extents) {
    if (read === messages) continue;
    const [still] = await store.get(collection, [id]);
    if (still === undefined || isDeletion(still.payload)) gone.push({ t: 'gone', id, records: read + 1 });
  }
  return gone;
}

const DocRow = z.object({
  kind: z.string(),
  token: z.string(),
  revision: z.number(),
  sealed: z.instanceof(Uint8Array),
});
const JournalRow = z.object({
  segment: z.string().nullable(),
  seq: z.number(),
  key_id: z.number(),
  sealed: z.instanceof(Uint8Array),
  mac: z.instanceof(Uint8Array),
});
const HistoryRow = z.object({
  resource: z.string(),
  account: z.string(),
  type: z.string(),
  at: z.number(),
  kind: z.string(),
  sealed: z.instanceof(Uint8Array),
});
const SegmentRow = z.object({ segment: z.string(), install_id: z.string(), about: z.string() });

/**
 * `app.db` at one moment: documents, the journal, the journals restored into it earlier, and last the history. Reads
 * through a connection and a transaction of its own, so that writers go on.
 */
export async function* statePages(file: string, { history }: { history: boolean }): AsyncGenerator<Line[]> {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    db.exec('BEGIN');
    yield* rows(db, 'SELECT kind, token, revision, sealed FROM docs ORDER BY kind, token', (row) => {
      const doc = DocRow.parse(row);
      return { t: 'doc', ...doc, sealed: base64(doc.sealed) };
    });
    yield* rows(
      db,
      'SELECT NULL AS segment, seq, key_id, sealed, mac FROM journal ORDER BY seq',
      journalLine,
    );
    if (hasTable(db, 'journal_segment')) yield* earlierJournals(db);
    if (!history || !hasTable(db, 'history')) return;
    yield* rows(db, HISTORY, (row) => {
      const entry = HistoryRow.parse(row);
      return { t: 'history', ...entry, sealed: base64(entry.sealed) };
    });
  } catch (error) {
    throw asStorageError(error);
  } finally {
    db.close();
  }
}

const HISTORY = 'SELECT resource, account, type, at, kind, sealed FROM history ORDER BY id';
const EARLIER =
  'SELECT segment, seq, key_id, sealed, mac FROM journal_earlier WHERE segment = ? ORDER BY seq';

function* earlierJournals(db: DatabaseSync): Generator<Line[]> {
  const segments = 'SELECT segment, install_id, about FROM journal_segment ORDER BY segment';
  for (const row of db.prepare(segments).all()) {
    const { segment, install_id: installId, about } = SegmentRow.parse(row);
    yield [{ t: 'segment', segment, installId, about }];
    yield* rows(db, EARLIER, journalLine, segment);
  }
}

function* rows(
  db: DatabaseSync,
  sql: string,
  line: (row: unknown) => Line,
  ...values: string[]
): Generator<Line[]> {
  let page: Line[] = [];
  for (const row of db.prepare(sql).iterate(...values)) {
    page.push(line(row));
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  yield page;
}

function journalLine(row: unknown): Line {
  const { segment, seq, key_id: keyId, sealed, mac } = JournalRow.parse(row);
  return { t: 'journal', segment, seq, keyId, sealed: base64(sealed), mac: base64(mac) };
}

function hasTable(db: DatabaseSync, name: string): boolean {
  return db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(name) !== undefined;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
