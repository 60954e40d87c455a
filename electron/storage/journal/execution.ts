import type { EXECUTION_STATES, LogLine } from '../../../preload/contract/models.ts';
import type { Answer, BodyOf, StepBody } from './entries.ts';
import type { Person, StoredPlan } from './plan.ts';

/** Lines kept per execution; a wait of half an hour writes some twenty. */
export const MAX_LOG_LINES = 1_000;

type State = (typeof EXECUTION_STATES)[number];
export type Failure = BodyOf<'result'>['error'];

/** What has become of one target of one step. */
export interface TargetProgress {
  step: number;
  target: number;
  stateBefore: string | null;
  stateNow: string | null;
  /** Null until the end; a word of a later version as it stands. */
  outcome: string | null;
  /** Set when the end state was seen in AWS, not assumed. */
  verifiedAt: string | null;
  error: Failure;
}

export interface StepAnswer {
  step: number;
  accepted: boolean;
  requestId: string | null;
  answer: Answer | null;
}

/** An approved plan and how far it came. */
export interface StoredExecution {
  executionId: string;
  plan: StoredPlan;
  state: State;
  approvalRequired: boolean;
  actor: Person;
  approver: Person | null;
  startedAt: string;
  finishedAt: string | null;
  targets: TargetProgress[];
  answers: StepAnswer[];
  error: Failure;
  logLines: number;
  /** When each state began, in order. */
  timeline: { state: State; at: string }[];
}

/** An execution with the lines it wrote. */
export interface ExecutionRecord {
  seq: number;
  execution: StoredExecution;
  log: LogLine[];
}

export function begun(
  seq: number,
  at: string,
  plan: StoredPlan,
  body: BodyOf<'plan_approved'>,
): ExecutionRecord {
  const { executionId, approvalRequired, actor, approver } = body;
  const none = { stateBefore: null, stateNow: null, outcome: null, verifiedAt: null, error: null };
  const targets = plan.steps.flatMap(({ targets }, step) =>
    targets.map((_, target) => ({ step, target, ...none })),
  );
  const execution: StoredExecution = {
    ...{ executionId, plan, approvalRequired, actor, approver, targets },
    ...{ startedAt: at, finishedAt: null, answers: [], error: null, logLines: 0 },
    state: 'checking',
    timeline: [{ state: 'checking', at }],
  };
  return { seq, execution, log: [] };
}

export function snapshot(execution: StoredExecution): StoredExecution {
  const { targets, answers, timeline } = execution;
  return {
    ...execution,
    targets: targets.map((one) => ({ ...one })),
    answers: [...answers],
    timeline: [...timeline],
  };
}

export function enter(execution: StoredExecution, state: State, at: string): void {
  execution.state = state;
  execution.timeline.push({ state, at });
}

export function note(record: ExecutionRecord, line: LogLine): void {
  if (record.log.length < MAX_LOG_LINES) record.log.push(line);
  record.execution.logLines = record.log.length;
}

export function advance(record: ExecutionRecord, at: string, body: StepBody): void {
  const { execution } = record;
  switch (body.kind) {
    case 'intent':
      for (const one of execution.targets) {
        if (one.step !== body.step) continue;
        one.stateBefore = body.before[one.target] ?? null;
        one.stateNow = one.stateBefore;
      }
      enter(execution, 'sending', at);
      return;
    case 'answered': {
      const { step, accepted, requestId, answer } = body;
      execution.answers.push({ step, accepted, requestId, answer });
      if (accepted) enter(execution, 'waiting', at);
      return;
    }
    case 'state':
      for (const one of execution.targets) {
        if (one.step === body.step && one.target === body.target) one.stateNow = body.state;
      }
      return;
    case 'log':
      note(record, { at, level: levelOf(body.level), text: body.text });
      return;
    case 'result':
      for (const one of execution.targets) {
        const result = body.targets.find(({ step, target }) => step === one.step && target === one.target);
        if (result === undefined) continue;
        const { outcome, stateNow, verified, error } = result;
        Object.assign(one, { outcome, stateNow, error, verifiedAt: verified ? at : null });
      }
      execution.error = body.error;
      execution.finishedAt = at;
      enter(execution, outcomeOf(body.outcome), at);
  }
}

const OUTCOMES = ['succeeded', 'failed', 'refused', 'unknown', 'stopped_waiting'] as const;

/** An outcome that a later version has a word for is one that this version does not know. */
function outcomeOf(word: string): State {
  return OUTCOMES.find((outcome) => outcome === word) ?? 'unknown';
}

function levelOf(word: string): LogLine['level'] {
  return word === 'warn' || word === 'error' ? word : 'info';
}
