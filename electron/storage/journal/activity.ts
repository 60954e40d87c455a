import { randomUUID } from 'node:crypto';
import type { ActivityQuery, ActivityRow } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { StoredExecution } from './execution.ts';
import type { StoredPlan } from './plan.ts';
import {
  type AccessRecord,
  type MaintenanceRecord,
  type OpaqueRecord,
  type Projection,
  unreadable,
} from './projection.ts';
import { personName, planSummary } from './views.ts';

/** Results kept for paging; the oldest gives way. */
const MAX_RESULTS = 20;

interface Line {
  row: ActivityRow;
  /** Breaks ties between lines of one millisecond. */
  seq: number;
  /** What a search looks through beside the row; put together only when there is one. */
  more: () => (string | null | undefined)[];
}

/** Windows over the journal: newest first, and stable while entries are appended. */
export class ActivityWindows {
  readonly #results = new Map<string, ActivityRow[]>();

  /** `projections`: the journal first, then those that were restored; a line of several is shown once. */
  open(projections: Projection[], query: ActivityQuery, now: number): { resultId: string; total: number } {
    const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = allLines(projections, now)
      .filter((line) => matches(line.row, query) && holds(line, words))
      .sort((a, b) => (a.row.at === b.row.at ? b.seq - a.seq : a.row.at < b.row.at ? 1 : -1))
      .map((line) => line.row);
    const resultId = randomUUID();
    this.#results.set(resultId, rows);
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= MAX_RESULTS) break;
      this.#results.delete(oldest);
    }
    return { resultId, total: rows.length };
  }

  /** The window's rows in its own order; executions as they stand now. */
  rows(projections: Projection[], resultId: string, offset: number, limit: number): ActivityRow[] {
    const rows = this.#results.get(resultId);
    if (!rows)
      throw new AppError(
        'RESULT_GONE',
        'This list is no longer kept. Load it again to see the newest lines.',
      );
    return rows.slice(offset, offset + limit).map((row) => {
      if (row.kind !== 'execution') return row;
      const holder = projections.find((projection) => projection.execution(row.id));
      const execution = holder?.execution(row.id);
      return execution ? executionRow(execution) : row;
    });
  }
}

function matches(row: ActivityRow, query: ActivityQuery): boolean {
  return (
    (!query.states?.length || query.states.includes(row.state)) &&
    (!query.accountIds?.length || (row.accountId !== null && query.accountIds.includes(row.accountId))) &&
    (!query.risks?.length || (row.risk !== null && query.risks.includes(row.risk)))
  );
}

function holds({ row, more }: Line, words: string[]): boolean {
  if (words.length === 0) return true;
  const own = [row.title, row.state, row.accountId, row.region, row.profile, row.resourceName];
  const text = [...own, ...more()].filter(Boolean).join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

function allLines(projections: Projection[], now: number): Line[] {
  const found = new Map<string, Line>();
  for (const [at, projection] of projections.entries()) {
    for (const one of lines(projection, now)) {
      // Numbered within its journal: two of them may have the same one.
      const numbered = one.row.planId === null && at > 0;
      const id = numbered ? `${one.row.id}-of-${at}` : one.row.id;
      const key = `${one.row.kind} ${id}`;
      if (!found.has(key)) found.set(key, { ...one, row: { ...one.row, id } });
    }
  }
  return [...found.values()];
}

function lines(projection: Projection, now: number): Line[] {
  const executions = projection.executions().map(({ seq, execution }) => ({
    seq,
    row: executionRow(execution),
    more: () => {
      const { plan, answers, error, approver, actor } = execution;
      const ids = answers.map(({ requestId }) => requestId);
      const people = [approver && personName(approver), personName(actor)];
      return [...planText(plan), ...ids, ...people, error?.message];
    },
  }));
  const rejected = projection.rejections().map(({ seq, at, by, plan }) => ({
    seq,
    row: planRow(plan, 'rejected', at),
    more: () => [...planText(plan), personName(by)],
  }));
  const expired = projection.expiredPlans(now).map(({ seq, plan }) => ({
    seq,
    row: planRow(plan, 'expired', plan.expiresAt),
    more: () => planText(plan),
  }));
  const access = projection.access().map((record) => line(record.seq, accessRow(record)));
  const maintenance = projection
    .maintenance()
    .map((record) => line(record.seq, maintenanceRow(record), record.body.by));
  const opaque = projection.opaque().map((record) => line(record.seq, opaqueRow(record)));
  return [...executions, ...rejected, ...expired, ...access, ...maintenance, ...opaque];
}

function line(seq: number, row: ActivityRow, ...words: string[]): Line {
  return { seq, row, more: () => words };
}

/** Of all its steps and targets. */
function planText({ planId, identity, steps }: StoredPlan): string[] {
  const calls = steps.flatMap(({ call }) => [call.iamAction, call.operation, call.cli]);
  const targets = steps
    .flatMap(({ targets }) => targets)
    .flatMap(({ address, arn, name }) => [address.nativeId, arn, address.type, name]);
  return [planId, identity.accountName, identity.principal, ...calls, ...targets];
}

function base(stored: StoredPlan) {
  const { planId, title, risk, target, identity } = planSummary(stored);
  return {
    planId,
    title,
    risk,
    accountId: identity.accountId,
    region: target.region,
    profile: identity.profile,
    resourceId: target.resourceId,
    resourceName: target.name,
  };
}

function executionRow(execution: StoredExecution): ActivityRow {
  const { startedAt, finishedAt, targets } = execution;
  return {
    ...base(execution.plan),
    id: execution.executionId,
    kind: 'execution',
    at: startedAt,
    state: execution.state,
    stateBefore: targets[0]?.stateBefore ?? null,
    stateNow: targets[0]?.stateNow ?? null,
    durationMs: finishedAt === null ? null : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)),
  };
}

function planRow(plan: StoredPlan, kind: 'rejected' | 'expired', at: string): ActivityRow {
  return {
    ...base(plan),
    id: plan.planId,
    kind,
    at,
    state: kind,
    stateBefore: plan.steps[0]?.targets[0]?.state ?? null,
    stateNow: null,
    durationMs: null,
  };
}

function accessRow({ seq, at, body }: AccessRecord): ActivityRow {
  const unlocked = body.kind === 'profile_unlocked';
  return {
    ...recorded(at, body.accountId),
    id: `access-${seq}`,
    kind: unlocked ? 'unlock' : 'lock',
    title: unlocked
      ? `Profile ${body.profile} unlocked for changes until ${body.until}`
      : `Profile ${body.profile} set to read-only`,
    profile: body.profile,
  };
}

function maintenanceRow({ seq, at, body }: MaintenanceRecord): ActivityRow {
  return {
    ...recorded(at, body.accountId),
    id: `maintenance-${seq}`,
    kind: 'maintenance',
    title: body.title,
  };
}

function opaqueRow({ seq, at, body }: OpaqueRecord): ActivityRow {
  return { ...recorded(at, null), id: `entry-${seq}`, kind: 'other', title: unreadable(body.of) };
}

/** A line that is about no plan. */
function recorded(at: string, accountId: string | null) {
  return {
    planId: null,
    at,
    state: 'recorded' as const,
    risk: null,
    accountId,
    region: null,
    profile: null,
    resourceId: null,
    resourceName: null,
    stateBefore: null,
    stateNow: null,
    durationMs: null,
  };
}
