import type { Execution, Plan } from '../../../preload/contract/models.ts';
import { isFinal } from './planPhase.ts';

export type StepMark = 'todo' | 'active' | 'done' | 'failed' | 'unknown' | 'skipped';
export type StepName = 'checking' | 'sending' | 'waiting';

export interface Step {
  name: StepName;
  mark: StepMark;
  label: string;
  /** ISO time the step began; null while it has not, or when no record of it was kept. */
  at: string | null;
}

const NAMES: readonly StepName[] = ['checking', 'sending', 'waiting'];
const ENDED: Partial<Record<Execution['state'], StepMark>> = {
  failed: 'failed',
  refused: 'failed',
  unknown: 'unknown',
  stopped_waiting: 'skipped',
};

/** The three steps of a run; null execution = approved, and not yet begun. */
export function executionSteps(plan: Plan, execution: Execution | null): Step[] {
  const last = execution ? lastStep(execution) : null;
  return NAMES.map((name, index) => ({
    name,
    label: label(name, plan),
    mark: execution ? mark(index, last, execution) : 'todo',
    at: execution ? beganAt(name, execution) : null,
  }));
}

/** The step the run is in, or the one it ended in: a request id proves that the call had left. */
export function lastStep(execution: Execution): StepName {
  const { state } = execution;
  if (state === 'checking' || state === 'sending' || state === 'waiting') return state;
  if (state === 'succeeded' || state === 'stopped_waiting') return 'waiting';
  if (state === 'refused') return 'checking';
  const recorded = execution.steps.findLast((step) => !isFinal(step.state))?.state;
  if (recorded === 'checking' || recorded === 'sending' || recorded === 'waiting') return recorded;
  return execution.requestId === null ? 'sending' : 'waiting';
}

function mark(index: number, last: StepName | null, execution: Execution): StepMark {
  const reached = last === null ? -1 : NAMES.indexOf(last);
  if (index < reached) return 'done';
  if (index > reached) return isFinal(execution.state) ? 'skipped' : 'todo';
  if (execution.state === 'succeeded') return execution.verifiedAt === null ? 'skipped' : 'done';
  return ENDED[execution.state] ?? 'active';
}

function label(name: StepName, plan: Plan): string {
  if (name === 'checking') return 'Check the target again';
  if (name === 'sending') return `Send ${plan.call.service}.${plan.call.operation}`;
  return `Wait until it is ${plan.expectedState}`;
}

function beganAt(name: StepName, execution: Execution): string | null {
  const recorded = execution.steps.find((step) => step.state === name)?.at;
  return recorded ?? (name === 'checking' ? execution.startedAt : null);
}
