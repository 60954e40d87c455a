import type { LogLine } from '../../../preload/contract/models.ts';
import { cleanText } from '../../aws/text.ts';
import { AppError } from '../../errors.ts';
import type { BodyOf, JournalBody, JournalEntry, OpaqueBody, StepBody } from './entries.ts';
import {
  advance,
  begun,
  type ExecutionRecord,
  enter,
  note,
  type StoredExecution,
  snapshot,
} from './execution.ts';
import type { Person, StoredPlan } from './plan.ts';

interface PlanRecord {
  plan: StoredPlan;
  seq: number;
  status: 'proposed' | 'approved' | 'rejected';
  executionId: string | null;
  decidedAt: string | null;
  decidedBy: Person | null;
  /** Counts as expired whatever its time: the journal has a gap after it, or a decision that cannot be read. */
  closed: boolean;
}
/** A plan, what became of it, and where its execution stands. */
export interface PlanState {
  plan: StoredPlan;
  status: 'proposed' | 'approved' | 'rejected' | 'expired';
  execution: StoredExecution | null;
}
export interface AccessRecord {
  seq: number;
  at: string;
  body: BodyOf<'profile_unlocked' | 'profile_locked'>;
}
export interface MaintenanceRecord {
  seq: number;
  at: string;
  body: BodyOf<'maintenance'>;
}
export interface RejectionRecord {
  seq: number;
  at: string;
  by: Person;
  plan: StoredPlan;
}
export interface OpaqueRecord {
  seq: number;
  at: string;
  body: OpaqueBody;
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
  readonly #opaque: OpaqueRecord[] = [];

  apply(entry: JournalEntry): void {
    const { body } = entry;
    switch (body.kind) {
      case 'plan_proposed':
        this.#propose(entry, body.plan);
        return;
      case 'plan_rejected':
        this.#decide(entry, body.planId, 'rejected', body.actor);
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
      case 'opaque':
        this.#pass({ seq: entry.seq, at: entry.at, body });
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
    for (const { execution } of this.#executions.values()) mayHaveLeft(execution, at);
  }

  /**
   * An entry that cannot be read decides no plan, unless it is of a kind that does; of an execution it may stand for a
   * call that left.
   */
  #pass(entry: OpaqueRecord): void {
    const { of, planId, executionId } = entry.body;
    const plan = planId === null ? undefined : this.#plans.get(planId);
    if (plan?.status === 'proposed' && DECISIONS.has(of)) plan.closed = true;
    const run = executionId === null ? undefined : this.#executions.get(executionId);
    if (run === undefined) {
      this.#opaque.push(entry);
      return;
    }
    mayHaveLeft(run.execution, entry.at);
    note(run, { at: entry.at, level: 'warn', text: unreadable(of) });
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
        if (plan.digest.sha256 !== body.digest)
          throw changed('The approval names another call than the plan.');
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

  plan(planId: string, now: number): PlanState | null {
    const record = this.#plans.get(planId);
    if (!record) return null;
    const status = isOver(record, now) ? 'expired' : record.status;
    const execution = record.executionId === null ? null : this.execution(record.executionId);
    return { plan: record.plan, status, execution };
  }

  execution(executionId: string): StoredExecution | null {
    const record = this.#executions.get(executionId);
    return record ? snapshot(record.execution) : null;
  }

  log(executionId: string): readonly LogLine[] {
    return this.#executions.get(executionId)?.log ?? [];
  }

  unfinished(): StoredExecution[] {
    return [...this.#executions.values()]
      .filter(({ execution }) => execution.finishedAt === null)
      .map(({ execution }) => snapshot(execution));
  }

  executions(): { seq: number; execution: StoredExecution }[] {
    return [...this.#executions.values()].map(({ seq, execution }) => ({ seq, execution }));
  }

  rejections(): RejectionRecord[] {
    return [...this.#plans.values()].flatMap((record) =>
      record.status === 'rejected' && record.decidedAt !== null && record.decidedBy !== null
        ? [{ seq: record.seq, at: record.decidedAt, by: record.decidedBy, plan: record.plan }]
        : [],
    );
  }

  expiredPlans(now: number): { seq: number; plan: StoredPlan }[] {
    return [...this.#plans.values()].filter((record) => isOver(record, now));
  }

  access(): readonly AccessRecord[] {
    return this.#access;
  }

  maintenance(): readonly MaintenanceRecord[] {
    return this.#maintenance;
  }

  /** Entries that this version cannot read, of no execution it knows. */
  opaque(): readonly OpaqueRecord[] {
    return this.#opaque;
  }

  #propose(entry: JournalEntry, plan: StoredPlan): void {
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
    by: Person,
  ): PlanRecord | null {
    const record = this.#plans.get(planId);
    if (record?.status !== 'proposed') return null;
    record.status = status;
    record.decidedAt = entry.at;
    record.decidedBy = by;
    return record;
  }

  #approve(entry: JournalEntry, body: BodyOf<'plan_approved'>): void {
    const record = this.#decide(entry, body.planId, 'approved', body.approver ?? body.actor);
    if (!record) return;
    record.executionId = body.executionId;
    this.#executions.set(body.executionId, begun(entry.seq, entry.at, record.plan, body));
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

  #admitStep(body: StepBody): void {
    const record = this.#executions.get(body.executionId);
    if (!record) throw new AppError('NOT_FOUND', 'This execution is not in the journal.');
    const { state, finishedAt, answers } = record.execution;
    if (body.kind === 'log') return;
    if (finishedAt !== null)
      throw new AppError('INVALID_STATE', 'This execution has ended; its record is closed.');
    if (body.kind === 'intent' && state !== 'checking')
      throw new AppError('INVALID_STATE', 'The call of this execution may have been sent already.');
    const isOpen = state === 'sending' && answers.length === 0;
    if (body.kind === 'answered' && !isOpen)
      throw new AppError('INVALID_STATE', 'Nothing of this execution is being sent.');
  }
}

/** Entries of these kinds decide a plan. */
const DECISIONS: ReadonlySet<string> = new Set<JournalBody['kind']>(['plan_approved', 'plan_rejected']);

export function unreadable(kind: string): string {
  return `An entry of a kind that this version of CloudOps does not know: ${cleanText(kind, 100)}`;
}

/** What is not known to have stayed here may have been sent. */
function mayHaveLeft(execution: StoredExecution, at: string): void {
  if (execution.state === 'checking') enter(execution, 'sending', at);
}

/** Over by the wall clock; a plan from the future means that the clock was turned back, and counts as over. */
export function isExpired(plan: StoredPlan, now: number): boolean {
  return now >= Date.parse(plan.expiresAt) || now < Date.parse(plan.createdAt) - 60_000;
}

function isOver({ status, closed, plan }: PlanRecord, now: number): boolean {
  return status === 'proposed' && (closed || isExpired(plan, now));
}

function expired(plan: StoredPlan): AppError {
  return new AppError(
    'PLAN_EXPIRED',
    `This plan was good until ${plan.expiresAt}. Ask again: the target is then checked anew.`,
  );
}

function changed(message: string): AppError {
  return new AppError('PLAN_CHANGED', message);
}
