import type { ActivityQuery, ActivityRow, ExecutionNews, LogLine } from '../../../preload/contract/models.ts';
import type { Appended, JournalApi } from '../api.ts';
import type { EarlierJournal } from '../backup/earlierJournals.ts';
import type { JournalRecord, JournalVerdict } from '../journalTable.ts';
import { ActivityWindows } from './activity.ts';
import { JournalBody } from './entries.ts';
import type { StoredExecution } from './execution.ts';
import { type PlanState, Projection } from './projection.ts';
import { decodeEntry, encodeEntry } from './reader.ts';
import { newsOf } from './views.ts';

/** The part of JournalTable that the journal stands on. All calls are synchronous, `append` is durable. */
export interface JournalRecords {
  readonly lastSeq: number;
  append(bytes: Uint8Array): number;
  read(from: number, limit: number): JournalRecord[];
  verify(): JournalVerdict;
}

const PAGE = 1_000;

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

  async append(body: JournalBody): Promise<Appended> {
    const parsed = JournalBody.parse(body);
    this.#projection.admit(parsed, this.#now());
    const at = new Date(this.#now()).toISOString();
    const seq = this.#table.append(encodeEntry(at, parsed));
    this.#projection.apply({ seq, at, body: parsed });
    return { seq, at, execution: 'executionId' in parsed ? this.#news(parsed.executionId, parsed) : null };
  }

  async verify(): Promise<JournalVerdict> {
    return this.#table.verify();
  }

  async plan(planId: string): Promise<PlanState | null> {
    return this.#first((projection) => projection.plan(planId, this.#now()));
  }

  async execution(executionId: string): Promise<StoredExecution | null> {
    return this.#first((projection) => projection.execution(executionId));
  }

  async unfinished(): Promise<StoredExecution[]> {
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

  #news(executionId: string, { kind }: JournalBody): ExecutionNews | null {
    const execution = this.#projection.execution(executionId);
    if (execution === null) return null;
    const answer = kind === 'answered' ? execution.answers.at(-1) : undefined;
    const line = kind === 'log' ? this.#projection.log(executionId).at(-1) : undefined;
    return newsOf(execution, { ...(answer && { answer }), ...(line && { line }) });
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
        const entries = bytes === null ? null : decodeEntry(seq, bytes);
        if (seq !== expected || entries === null) this.#projection.gap(lastAt);
        for (const entry of entries ?? []) this.#projection.apply(entry);
        lastAt = entries?.at(-1)?.at ?? lastAt;
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
    const entries = decodeEntry(seq, bytes, { readOnly: true });
    if (entries === null || seq !== last.seq + 1) projection.gap(last.at);
    for (const entry of entries ?? []) projection.apply(entry);
    last = { seq, at: entries?.at(-1)?.at ?? last.at };
  }
  projection.gap(last.at);
  for (const { executionId, targets } of projection.unfinished()) {
    const outcome = 'unknown';
    const error = {
      code: 'INVALID_STATE',
      message: 'The restored journal ends here. Look in AWS how this ended.',
    };
    const results = targets.map(({ step, target, stateNow }) => ({
      ...{ step, target, outcome, stateNow, error },
      verified: false,
    }));
    projection.apply({ ...last, body: { kind: 'result', executionId, outcome, error, targets: results } });
  }
  return projection;
}
