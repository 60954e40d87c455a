import { randomUUID } from 'node:crypto';
import type { ActivityQuery, ActivityRow, Execution, Plan } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { StoredPlan } from './plan.ts';
import {
  type AccessRecord,
  type MaintenanceRecord,
  type OpaqueRecord,
  type Projection,
  unreadable,
} from './projection.ts';
import { executionView, personName, planView } from './views.ts';

/** Results kept for paging; the oldest gives way. */
const MAX_RESULTS = 20;

interface Line {
  row: ActivityRow;
  /** Breaks ties between lines of one millisecond. */
  seq: number;
  /** What a search looks through, lower case. */
  text: string;
}

/** Windows over the journal: newest first, and stable while entries are appended. */
export class ActivityWindows {
  readonly #results = new Map<string, ActivityRow[]>();

  /** `projections`: the journal first, then those that were restored; a line of several is shown once. */
  open(projections: Projection[], query: ActivityQuery, now: number): { resultId: string; total: number } {
    const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = allLines(projections, now)
      .filter((line) => matches(line.row, query) && words.every((word) => line.text.includes(word)))
      .sort((a, b) => b.row.at.localeCompare(a.row.at) || b.seq - a.seq)
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
      return execution ? executionRow(executionView(execution)) : row;
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
  const executions = projection.executions().map(({ seq, execution }) => {
    const view = executionView(execution);
    const extra = [view.requestId, view.error?.message, view.approvedBy, view.askedBy];
    return line(seq, executionRow(view), planText(execution.plan), extra);
  });
  const rejected = projection.rejections().map(({ seq, at, by, plan }) => {
    const row = planRow(planView(plan), 'rejected', at);
    return line(seq, row, planText(plan), [personName(by)]);
  });
  const expired = projection.expiredPlans(now).map(({ seq, plan }) => {
    const row = planRow(planView(plan), 'expired', plan.expiresAt);
    return line(seq, row, planText(plan), []);
  });
  const access = projection.access().map((record) => line(record.seq, accessRow(record), [], []));
  const maintenance = projection
    .maintenance()
    .map((record) => line(record.seq, maintenanceRow(record), [], [record.body.by]));
  const opaque = projection.opaque().map((record) => line(record.seq, opaqueRow(record), [], []));
  return [...executions, ...rejected, ...expired, ...access, ...maintenance, ...opaque];
}

function line(
  seq: number,
  row: ActivityRow,
  planWords: string[],
  extra: (string | null | undefined)[],
): Line {
  const words = [row.title, row.state, row.accountId, row.region, row.profile, row.resourceName];
  return { row, seq, text: [...words, ...planWords, ...extra].filter(Boolean).join('\n').toLowerCase() };
}

/** Of all its steps and targets. */
function planText({ planId, identity, steps }: StoredPlan): string[] {
  const calls = steps.flatMap(({ call }) => [call.iamAction, call.operation, call.cli]);
  const targets = steps
    .flatMap(({ targets }) => targets)
    .flatMap(({ address, arn, name }) => [address.nativeId, arn, address.type, name]);
  return [planId, identity.accountName, identity.principal, ...calls, ...targets];
}

function base(plan: Plan) {
  return {
    planId: plan.planId,
    title: plan.title,
    risk: plan.risk,
    accountId: plan.identity.accountId,
    region: plan.target.region,
    profile: plan.identity.profile,
    resourceId: plan.target.resourceId,
    resourceName: plan.target.name,
  };
}

function executionRow(execution: Execution): ActivityRow {
  const { startedAt, finishedAt } = execution;
  return {
    ...base(execution.plan),
    id: execution.executionId,
    kind: 'execution',
    at: startedAt,
    state: execution.state,
    stateBefore: execution.stateBefore,
    stateNow: execution.stateNow,
    durationMs: finishedAt === null ? null : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)),
  };
}

function planRow(plan: Plan, kind: 'rejected' | 'expired', at: string): ActivityRow {
  return {
    ...base(plan),
    id: plan.planId,
    kind,
    at,
    state: kind,
    stateBefore: plan.target.state,
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
