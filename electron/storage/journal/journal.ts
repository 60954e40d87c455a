import { z } from 'zod';
import type {
  ActivityQuery,
  ActivityRow,
  Execution,
  LogLine,
  PlanView,
} from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { JournalApi } from '../api.ts';
import type { EarlierJournal } from '../backup/earlierJournals.ts';
import type { JournalRecord, JournalVerdict } from '../journalTable.ts';
import { ActivityWindows } from './activity.ts';
import { JournalBody, type JournalEntry } from './entries.ts';
import { Projection } from './projection.ts';

/** The part of JournalTable that the journal stands on. All calls are synchronous, `append` is durable. */
export interface JournalRecords {
  readonly lastSeq: number;
  append(bytes: Uint8Array): number;
  read(from: number, limit: number): JournalRecord[];
  verify(): JournalVerdict;
}

const VERSION = 1;
const PAGE = 1_000;
const Versioned = z.object({ v: z.number() });
const Stored = z.object({ v: z.literal(VERSION), at: z.iso.datetime(), body: JournalBody });

/**
 * The journal: append-only entries, and what they say about plans and executions. Whether an entry may follow
 * is decided and written in one synchronous step, so that of two approvals of one plan the first wins.
 */
export class Journal implements JournalApi {
  readonly #table: JournalRecords;
  readonly #now: () => number;
  readonly #projection = new Projection();
  /** Of journals that came with a restored backup: shown, never continued. */
  readonly #earlier: Projection[];
  readonly #windows = new ActivityWindows();

  /** Reads all entries. Throws FORMAT_NEWER when a later version of the app has written some. */
  constructor(
    table: JournalRecords,
    now: () => number = Date.now,
    earlier: Pick<EarlierJournal, 'records'>[] = [],
  ) {
    this.#table = table;
    this.#now = now;
    this.#earlier = earlier.map(projectEarlier);
    this.#load();
  }

  async append(body: JournalBody): Promise<JournalEntry> {
    const parsed = JournalBody.parse(body);
    this.#projection.admit(parsed, this.#now());
    const at = new Date(this.#now()).toISOString();
    const bytes = Buffer.from(JSON.stringify({ v: VERSION, at, body: parsed }));
    const entry = { seq: this.#table.append(bytes), at, body: parsed };
    this.#projection.apply(entry);
    return entry;
  }

  async verify(): Promise<JournalVerdict> {
    return this.#table.verify();
  }

  async plan(planId: string): Promise<PlanView | null> {
    return this.#first((projection) => projection.plan(planId, this.#now()));
  }

  async execution(executionId: string): Promise<Execution | null> {
    return this.#first((projection) => projection.execution(executionId));
  }

  async unfinished(): Promise<Execution[]> {
    return this.#projection.unfinished();
  }

  async log(
    executionId: string,
    offset: number,
    limit: number,
  ): Promise<{ lines: LogLine[]; total: number }> {
    const lines =
      this.#first((projection) => (projection.execution(executionId) ? projection.log(executionId) : null)) ??
      [];
    return { lines: lines.slice(offset, offset + limit), total: lines.length };
  }

  async activity(query: ActivityQuery): Promise<{ resultId: string; total: number }> {
    return this.#windows.open(this.#all, query, this.#now());
  }

  async activityRows(resultId: string, offset: number, limit: number): Promise<ActivityRow[]> {
    return this.#windows.rows(this.#all, resultId, offset, limit);
  }

  get #all(): Projection[] {
    return [this.#projection, ...this.#earlier];
  }

  #first<T>(look: (projection: Projection) => T | null): T | null {
    for (const projection of this.#all) {
      const found = look(projection);
      if (found !== null) return found;
    }
    return null;
  }

  #load(): void {
    let expected = 1;
    let lastAt = new Date(0).toISOString();
    for (;;) {
      const records = this.#table.read(expected, PAGE);
      for (const { seq, bytes } of records) {
        const entry = bytes === null ? null : decode(seq, bytes);
        if (seq !== expected || entry === null) this.#projection.gap(lastAt);
        if (entry !== null) this.#projection.apply(entry);
        lastAt = entry?.at ?? lastAt;
        expected = seq + 1;
      }
      if (records.length < PAGE) break;
    }
    if (this.#table.lastSeq >= expected) this.#projection.gap(lastAt);
  }
}

/** What was open when it ended stays so for good: nobody continues it here. */
function projectEarlier({ records }: Pick<EarlierJournal, 'records'>): Projection {
  const projection = new Projection();
  let last = { seq: 0, at: new Date(0).toISOString() };
  for (const { seq, bytes } of records) {
    const entry = decode(seq, bytes);
    if (entry === null || seq !== last.seq + 1) projection.gap(last.at);
    if (entry !== null) projection.apply(entry);
    last = { seq, at: entry?.at ?? last.at };
  }
  projection.gap(last.at);
  for (const { executionId, stateNow } of projection.unfinished()) {
    projection.apply({
      ...last,
      body: {
        kind: 'result',
        executionId,
        outcome: 'unknown',
        stateNow,
        verified: false,
        requestId: null,
        error: {
          code: 'INVALID_STATE',
          message: 'The restored journal ends here. Look in AWS how this ended.',
        },
      },
    });
  }
  return projection;
}

/** Null when the record cannot be read as an entry of this version. */
function decode(seq: number, bytes: Uint8Array): JournalEntry | null {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
  const version = Versioned.safeParse(json);
  if (version.success && version.data.v > VERSION)
    throw new AppError(
      'FORMAT_NEWER',
      'The journal was written by a newer version of CloudOps. Open this workspace with that version.',
    );
  const stored = Stored.safeParse(json);
  return stored.success ? { seq, at: stored.data.at, body: stored.data.body } : null;
}
