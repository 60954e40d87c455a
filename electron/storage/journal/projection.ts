import type { Execution, LogLine, Plan, PlanView } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { JournalBody, JournalEntry } from './entries.ts';

/** Lines kept per execution; a wait of half an hour writes some twenty. */
export const MAX_LOG_LINES = 1_000;

interface PlanRecord {
  plan: Plan;
  seq: number;
  status: 'proposed' | 'approved' | 'rejected';
  executionId: string | null;
  decidedAt: string | null;
  decidedBy: string | null;
  /** Counts as expired whatever its time: the journal has a gap after it. */
  closed: boolean;
}
interface ExecutionRecord {
  execution: Execution;
  seq: number;
  log: LogLine[];
}
export interface AccessRecord {
  seq: number;
  at: string;
  body: Extract<JournalBody, { kind: 'profile_unlocked' | 'profile_locked' }>;
}
export interface MaintenanceRecord {
  seq: number;
  at: string;
  body: Extract<JournalBody, { kind: 'maintenance' }>;
}
export interface RejectionRecord {
  seq: number;
  at: string;
  by: string;
  plan: Plan;
}

/**
 * The journal read as plans, executions and changes of access. `apply` takes entries in their order and is the
 * only writer; `admit` says whether an entry may follow what is there, and is asked before one is written.
 */
export class Projection {
  readonly #plans = new Map<string, PlanRecord>();
  readonly #executions = new Map<string, ExecutionRecord>();
  readonly #access: AccessRecord[] = [];
  readonly #maintenance: MaintenanceRecord[] = [];

  apply(entry: JournalEntry): void {
    const { body } = entry;
    switch (body.kind) {
      case 'plan_proposed':
        this.#propose(entry, body.plan);
        return;
      case 'plan_rejected':
        this.#decide(entry, body.planId, 'rejected', body.by);
        return;
      case 'plan_approved':
        this.#approve(entry, body);
        return;
      case 'profile_unlocked':
      case 'profile_locked':
        this.#access.push({ seq: entry.seq, at: entry.at, body });
        return;
      case 'maintenance':
        this.#maintenance.push({ seq: entry.seq, at: entry.at, body });
        return;
      default: {
        const record = this.#executions.get(body.executionId);
        if (record) advance(record, entry.at, body);
      }
    }
  }

  /**
   * A record before here is lost or damaged. It may have been the approval of any open plan, so none of those
   * can be approved any more; and it may have been the intent of any execution that had none yet.
   */
  gap(at: string): void {
    for (const record of this.#plans.values()) {
      if (record.status === 'proposed') record.closed = true;
    }
    for (const { execution } of this.#executions.values()) {
      if (execution.state === 'checking') enter(execution, 'sending', at);
    }
  }

  /** Throws when the entry must not follow: this is what makes an approval single use and an intent unique. */
  admit(body: JournalBody, now: number): void {
    switch (body.kind) {
      case 'plan_proposed':
        if (this.#plans.has(body.plan.planId)) throw changed('A plan with this id exists already.');
        return;
      case 'plan_rejected':
        this.#admitDecision(body.planId);
        return;
      case 'plan_approved': {
        const record = this.#admitDecision(body.planId);
        const { plan } = record;
        if (isOver(record, now)) throw expired(plan);
        if (plan.digest !== body.digest) throw changed('The approval names another call than the plan.');
        if (this.#executions.has(body.executionId))
          throw changed('An execution with this id exists already.');
        return;
      }
      case 'profile_unlocked':
      case 'profile_locked':
      case 'maintenance':
        return;
      default:
        this.#admitStep(body);
    }
  }

  plan(planId: string, now: number): PlanView | null {
    const record = this.#plans.get(planId);
    if (!record) return null;
    const status = isOver(record, now) ? 'expired' : record.status;
    const execution = record.executionId === null ? null : this.execution(record.executionId);
    return { plan: record.plan, status, execution };
  }

  execution(executionId: string): Execution | null {
    const record = this.#executions.get(executionId);
    return record ? snapshot(record.execution) : null;
  }

  log(executionId: string): readonly LogLine[] {
    return this.#executions.get(executionId)?.log ?? [];
  }

  unfinished(): Execution[] {
    return [...this.#executions.values()]
      .filter(({ execution }) => execution.finishedAt === null)
      .map(({ execution }) => snapshot(execution));
  }

  executions(): { seq: number; execution: Execution }[] {
    return [...this.#executions.values()].map(({ seq, execution }) => ({ seq, execution }));
  }

  rejections(): RejectionRecord[] {
    return [...this.#plans.values()].flatMap((record) =>
      record.status === 'rejected' && record.decidedAt !== null
        ? [{ seq: record.seq, at: record.decidedAt, by: record.decidedBy ?? '', plan: record.plan }]
        : [],
    );
  }

  expiredPlans(now: number): { seq: number; plan: Plan }[] {
    return [...this.#plans.values()].filter((record) => isOver(record, now));
  }

  access(): readonly AccessRecord[] {
    return this.#access;
  }

  maintenance(): readonly MaintenanceRecord[] {
    return this.#maintenance;
  }

  #propose(entry: JournalEntry, plan: Plan): void {
    this.#plans.set(plan.planId, {
      plan,
      seq: entry.seq,
      status: 'proposed',
      executionId: null,
      decidedAt: null,
      decidedBy: null,
      closed: false,
    });
  }

  #decide(
    entry: JournalEntry,
    planId: string,
    status: 'approved' | 'rejected',
    by: string,
  ): PlanRecord | null {
    const record = this.#plans.get(planId);
    if (record?.status !== 'proposed') return null;
    record.status = status;
    record.decidedAt = entry.at;
    record.decidedBy = by;
    return record;
  }

  #approve(entry: JournalEntry, body: Extract<JournalBody, { kind: 'plan_approved' }>): void {
    const record = this.#decide(entry, body.planId, 'approved', body.by);
    if (!record) return;
    record.executionId = body.executionId;
    this.#executions.set(body.executionId, {
      seq: entry.seq,
      log: [],
      execution: {
        executionId: body.executionId,
        plan: record.plan,
        state: 'checking',
        approvedBy: body.by,
        startedAt: entry.at,
        finishedAt: null,
        stateBefore: null,
        stateNow: null,
        verifiedAt: null,
        requestId: null,
        error: null,
        logLines: 0,
        steps: [{ state: 'checking', at: entry.at }],
      },
    });
  }

  #admitDecision(planId: string): PlanRecord {
    const record = this.#plans.get(planId);
    if (!record) throw new AppError('NOT_FOUND', 'This plan is not in the journal. Ask for it again.');
    if (record.status === 'approved')
      throw new AppError('PLAN_USED', 'This plan has been approved already. An approval counts once.');
    if (record.status === 'rejected')
      throw new AppError('PLAN_USED', 'This plan has been rejected. Ask for a new one.');
    return record;
  }

  #admitStep(body: Extract<JournalBody, { executionId: string }>): void {
    const record = this.#executions.get(body.executionId);
    if (!record) throw new AppError('NOT_FOUND', 'This execution is not in the journal.');
    const { state, finishedAt } = record.execution;
    if (body.kind === 'log') return;
    if (finishedAt !== null)
      throw new AppError('INVALID_STATE', 'This execution has ended; its record is closed.');
    if (body.kind === 'intent' && state !== 'checking')
      throw new AppError('INVALID_STATE', 'The call of this execution may have been sent already.');
    if (body.kind === 'sent' && state !== 'sending')
      throw new AppError('INVALID_STATE', 'Nothing of this execution is being sent.');
  }
}

/** Over by the wall clock; a plan from the future means that the clock was turned back, and counts as over. */
export function isExpired(plan: Plan, now: number): boolean {
  return now >= Date.parse(plan.expiresAt) || now < Date.parse(plan.createdAt) - 60_000;
}

function isOver({ status, closed, plan }: PlanRecord, now: number): boolean {
  return status === 'proposed' && (closed || isExpired(plan, now));
}

function expired(plan: Plan): AppError {
  return new AppError(
    'PLAN_EXPIRED',
    `This plan was good until ${plan.expiresAt}. Ask again: the target is then checked anew.`,
  );
}

function changed(message: string): AppError {
  return new AppError('PLAN_CHANGED', message);
}

function snapshot(execution: Execution): Execution {
  return { ...execution, steps: [...(execution.steps ?? [])] };
}

type ExecutionBody = Exclude<
  Extract<JournalBody, { executionId: string }>,
  Extract<JournalBody, { kind: 'plan_approved' }>
>;

function enter(execution: Execution, state: Execution['state'], at: string): void {
  execution.state = state;
  execution.steps?.push({ state, at });
}

function advance(record: ExecutionRecord, at: string, body: ExecutionBody): void {
  const { execution } = record;
  switch (body.kind) {
    case 'intent':
      execution.stateBefore = body.stateBefore;
      execution.stateNow = body.stateBefore;
      enter(execution, 'sending', at);
      return;
    case 'sent':
      execution.requestId = body.requestId;
      enter(execution, 'waiting', at);
      return;
    case 'state':
      execution.stateNow = body.state;
      return;
    case 'log':
      if (record.log.length < MAX_LOG_LINES) record.log.push({ at, level: body.level, text: body.text });
      execution.logLines = record.log.length;
      return;
    case 'result':
      execution.stateNow = body.stateNow;
      execution.requestId = body.requestId ?? execution.requestId;
      execution.error = body.error;
      execution.verifiedAt = body.verified ? at : null;
      execution.finishedAt = at;
      enter(execution, body.outcome, at);
  }
}
