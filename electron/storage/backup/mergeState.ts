import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { BACKUP_STATE, belongsTo, kindsOf } from '../documents.ts';
import type { Keyring } from '../keys/keyring.ts';
import { readCell, SCAN_CELL_KIND } from '../scanCells.ts';
import { Sealer } from '../sealing.ts';
import { segmentId } from './earlierJournals.ts';
import type { DocLine, JournalLine, Line, SegmentLine } from './lines.ts';
import { MergedHistory } from './mergeHistory.ts';
import type { RecordedDeletions } from './recordedDeletions.ts';
import { pastTime } from '../../../preload/contract/times.ts';
import { docAddress, openRecord } from './records.ts';
import { type MergeCounts, noCounts } from './restoreFile.ts';

export interface StateTarget {
  mode: 'replace' | 'merge';
  /** Whether the workspace becomes the install of the backup. */
  taken: boolean;
  target: Keyring;
  /** Of the workspace merged into; null for a replacement. */
  deletions: Pick<RecordedDeletions, 'isForgotten' | 'removedAt' | 'removedUntil'> | null;
  backup: { createdAt: string };
}

/** Under this name a segment is filled; it is no segment id. */
const INCOMING = 'incoming';
const ACCOUNTS = 'accounts';
/** The place that backups are written to. */
const BACKUP_SETTINGS = { kind: 'backup', key: 'settings' } as const;

const Content = z.object({ key: z.string(), value: z.unknown() });
type Content = z.infer<typeof Content>;
const DocRow = z.object({ revision: z.number(), sealed: z.instanceof(Uint8Array) });
type DocRow = z.infer<typeof DocRow>;
const First = z.object({ mac: z.instanceof(Uint8Array) });

/** Takes the lines of a state into a database, inside the caller's transaction. */
export class StateWriter {
  readonly #db: DatabaseSync;
  readonly #options: StateTarget;
  readonly #sealer: Sealer;
  /** The segment that the database's own journal would be; it is not kept twice. */
  readonly #own: string | null;
  readonly #placeBefore: string | null;
  readonly #history: MergedHistory;
  #pending: { line: SegmentLine; records: number } | null = null;
  readonly counts: MergeCounts = noCounts();

  constructor(db: DatabaseSync, options: StateTarget) {
    this.#db = db;
    this.#options = options;
    this.#sealer = new Sealer(options.target);
    const first = db.prepare('SELECT mac FROM journal ORDER BY seq LIMIT 1').get();
    this.#own = first === undefined ? null : segmentId(options.target.installId, First.parse(first).mac);
    this.#placeBefore = this.#place();
    this.#history = new MergedHistory(db, this.#sealer, options);
  }

  /** Before a replacement: what is not about this install alone gives way. */
  clear(): void {
    const stay = kindsOf('install', 'machine', 'collections');
    const { kind, key } = BACKUP_STATE;
    this.#db
      .prepare(
        `DELETE FROM docs WHERE kind NOT IN (${stay.map(() => '?').join()}) AND NOT (kind = ? AND token = ?)`,
      )
      .run(...stay, kind, this.#token(kind, key));
    this.#history.clear();
  }

  take(line: Line): void {
    if (line.t === 'doc') this.#doc(line);
    if (line.t === 'segment') {
      this.#endSegment();
      this.#pending = { line, records: 0 };
    }
    if (line.t === 'journal') this.#journal(line);
    if (line.t === 'history') this.counts[this.#history.take(line)] += 1;
  }

  finish(): void {
    this.#endSegment();
    const contents = kindsOf('contents');
    this.#db.prepare(`DELETE FROM docs WHERE kind IN (${contents.map(() => '?').join()})`).run(...contents);
    // Backups go elsewhere now: what is known of the last good one is not about that place.
    if (!this.#options.taken && this.#place() !== this.#placeBefore) {
      const { kind, key } = BACKUP_STATE;
      this.#db.prepare('DELETE FROM docs WHERE kind = ? AND token = ?').run(kind, this.#token(kind, key));
    }
  }

  /** Keeps the segment that was being read, unless it is there already, at least as long. */
  #endSegment(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null || pending.records === 0) return;
    const { segment, installId, about } = pending.line;
    const known = this.#known(segment);
    if (known >= pending.records) {
      this.#db.prepare('DELETE FROM journal_earlier WHERE segment = ?').run(INCOMING);
      this.counts.kept += pending.records;
      return;
    }
    this.#db.prepare('DELETE FROM journal_earlier WHERE segment = ?').run(segment);
    this.#db.prepare('UPDATE journal_earlier SET segment = ? WHERE segment = ?').run(segment, INCOMING);
    this.#db
      .prepare('INSERT OR REPLACE INTO journal_segment VALUES (?, ?, ?)')
      .run(segment, installId, about);
    this.counts.kept += known;
    this.counts.added += pending.records - known;
  }

  #journal({ seq, keyId, sealed, mac }: JournalLine): void {
    if (this.#pending === null) return;
    this.#pending.records += 1;
    this.#db
      .prepare('INSERT INTO journal_earlier VALUES (?, ?, ?, ?, ?)')
      .run(INCOMING, seq, keyId, Buffer.from(sealed, 'base64'), Buffer.from(mac, 'base64'));
  }

  #known(segment: string): number {
    const table = segment === this.#own ? 'journal' : 'journal_earlier WHERE segment = ?';
    const statement = this.#db.prepare(`SELECT count(*) AS n FROM ${table}`);
    return Number((segment === this.#own ? statement.get() : statement.get(segment))?.n);
  }

  #doc(line: DocLine): void {
    const theirs = this.#open(line, line.sealed);
    if (!this.#travels(line, theirs)) return;
    const { kind, token, revision } = line;
    const present = this.#row(kind, token);
    const verdict = this.#verdict(line, theirs, present);
    this.counts[verdict] += 1;
    if (verdict === 'kept' || verdict === 'skipped') return;
    this.#db
      .prepare('INSERT OR REPLACE INTO docs (kind, token, revision, sealed) VALUES (?, ?, ?, ?)')
      .run(kind, token, revision, Buffer.from(line.sealed, 'base64'));
  }

  #travels({ kind }: DocLine, theirs: Content | null): boolean {
    const { mode, taken } = this.#options;
    switch (belongsTo(kind, theirs?.key ?? null)) {
      case 'person':
        return true;
      case 'history':
        return mode === 'replace';
      case 'install':
        return taken;
      default:
        return false;
    }
  }

  #verdict(
    line: DocLine,
    theirs: Content | null,
    present: DocRow | null,
  ): 'added' | 'updated' | 'kept' | 'skipped' {
    const { mode, deletions, backup } = this.#options;
    if (mode === 'merge' && deletions !== null) {
      const refused = isDeleted(line, theirs, deletions);
      if (refused) return present === null ? 'skipped' : 'kept';
      // An account that was forgotten and connected again counts its revisions anew.
      const key = line.kind === ACCOUNTS ? theirs?.key : undefined;
      const connectedAnew = key !== undefined && deletions.removedAt(key) > Date.parse(backup.createdAt);
      if (connectedAnew && present !== null) return 'kept';
    }
    if (present === null) return 'added';
    return mode === 'replace' || this.#wins(line, theirs, present) ? 'updated' : 'kept';
  }

  /** Newer revision; of scan cells the one that completed later, since each install counts its own scans. */
  #wins(line: DocLine, theirs: Content | null, present: DocRow): boolean {
    if (line.kind === SCAN_CELL_KIND) {
      const [a, b] = [listedAt(theirs), listedAt(this.#openRow(line, present))];
      if (a !== b) return a > b;
    }
    return line.revision > present.revision;
  }

  /** Where this install writes its backups, as JSON; null by default. */
  #place(): string | null {
    const { kind, key } = BACKUP_SETTINGS;
    const token = this.#token(kind, key);
    const row = this.#row(kind, token);
    return row && JSON.stringify(this.#openRow({ kind, token }, row)?.value);
  }

  #row(kind: string, token: string): DocRow | null {
    const row = this.#db
      .prepare('SELECT revision, sealed FROM docs WHERE kind = ? AND token = ?')
      .get(kind, token);
    return row === undefined ? null : DocRow.parse(row);
  }

  #openRow({ kind, token }: Pick<DocLine, 'kind' | 'token'>, { revision, sealed }: DocRow): Content | null {
    return this.#open({ kind, token, revision }, Buffer.from(sealed).toString('base64'));
  }

  #open(address: Pick<DocLine, 'kind' | 'token' | 'revision'>, sealed: string): Content | null {
    const content = openRecord(this.#sealer, docAddress(address), sealed);
    const parsed = content === null ? null : Content.safeParse(JSON.parse(content.toString('utf8')));
    return parsed?.success ? parsed.data : null;
  }

  #token(kind: string, key: string): string {
    return this.#sealer.token(`docs:${kind}`, key);
  }
}

/** Whether a document is about what was removed here after it was written, or about an account forgotten here. */
function isDeleted(
  { kind }: DocLine,
  theirs: Content | null,
  deletions: Pick<RecordedDeletions, 'isForgotten' | 'removedAt'>,
): boolean {
  if (kind === ACCOUNTS) return theirs !== null && deletions.isForgotten(theirs.key);
  const cell = kind === SCAN_CELL_KIND ? readCell(theirs?.value) : null;
  if (cell === null) return false;
  const completed = listedAt(theirs);
  return (
    deletions.isForgotten(cell.accountId) ||
    (completed > 0 && completed < deletions.removedAt(cell.accountId))
  );
}

/** When a listing of a cell last completed, in ms; 0 for never, and for a time that has not come yet. */
function listedAt(content: Content | null): number {
  const times = Object.values(readCell(content?.value)?.listed ?? {});
  return Math.max(0, ...times.map((at) => pastTime(Date.parse(at))));
}
