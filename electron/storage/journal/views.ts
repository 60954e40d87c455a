import {
  type Execution,
  type ExecutionNews,
  type LogLine,
  type Plan,
  type PlanView,
  Risk,
} from '../../../preload/contract/models.ts';
import type { StepAnswer, StoredExecution } from './execution.ts';
import type { Person, Source, StoredPlan, StoredStep } from './plan.ts';
import type { PlanState } from './projection.ts';

/**
 * The only place where what is stored becomes what the screens know. They show one call on one target; `more` says
 * what else a plan holds.
 */
export function planView(stored: StoredPlan): Plan {
  const { checks, affects, undo, createdAt, expiresAt } = stored;
  const { conversationId, messageId, kind } = stored.origin;
  const step = firstStep(stored);
  const { service, operation, iamAction, input, cli } = step.call;
  const more = { steps: stored.steps.length - 1, targets: targetCount(stored) - 1 };
  return {
    ...planSummary(stored),
    conversationId,
    origin: { kind, messageId },
    call: { service, operation, iamAction, parameters: input, cli },
    expectedState: step.expectedState,
    checks: checks.map(({ name, status, text }) => ({ name, status: statusOf(status), text })),
    affects,
    undo: undo?.command ?? null,
    undoNote: undo?.note ?? null,
    action: step.action,
    undoAction: undo?.action ?? null,
    confirmName: stored.confirm,
    digest: stored.digest.sha256,
    createdAt,
    expiresAt,
    ...(more.steps > 0 || more.targets > 0 ? { more } : {}),
  };
}

/** What a list says of a plan: what is asked, of what, as whom. */
export function planSummary(
  stored: StoredPlan,
): Pick<Plan, 'planId' | 'title' | 'risk' | 'target' | 'identity'> {
  const { planId, title, risk, identity } = stored;
  return {
    planId,
    title,
    risk: riskOf(risk),
    target: targetView(stored),
    identity: {
      profile: sourceName(identity.source),
      accountId: identity.accountId,
      accountName: identity.accountName,
      arn: identity.principal,
      expiresAt: identity.expiresAt,
      readOnly: identity.readOnly,
      production: identity.production,
    },
  };
}

export function executionView(stored: StoredExecution): Execution {
  const { plan, answers } = stored;
  return {
    ...progressOf(stored),
    plan: planView(plan),
    answer: answers.findLast(({ answer }) => answer !== null)?.answer ?? null,
  };
}

export function planStateView({ plan, status, execution }: PlanState): PlanView {
  return { plan: planView(plan), status, execution: execution && executionView(execution) };
}

/** What one entry changed, as large as the change. */
export function newsOf(
  stored: StoredExecution,
  changed: { answer?: StepAnswer; line?: LogLine },
): ExecutionNews {
  return {
    ...progressOf(stored),
    planId: stored.plan.planId,
    ...(changed.answer?.answer && { answer: changed.answer.answer }),
    ...(changed.line && { line: changed.line }),
  };
}

function progressOf({ executionId, state, startedAt, finishedAt, ...stored }: StoredExecution) {
  const { actor, approver, targets, answers, error, logLines, timeline } = stored;
  const [first] = targets;
  return {
    ...{ executionId, state, startedAt, finishedAt, error, logLines },
    approvedBy: approver === null ? 'policy' : personName(approver),
    askedBy: personName(actor),
    stateBefore: first?.stateBefore ?? null,
    stateNow: first?.stateNow ?? null,
    verifiedAt: targets.every(({ verifiedAt }) => verifiedAt !== null) ? (first?.verifiedAt ?? null) : null,
    requestId: answers.findLast(({ requestId }) => requestId !== null)?.requestId ?? null,
    steps: [...timeline],
  };
}

/** `ana @ laptop`; of the oldest records the carrier's client. */
export function personName({ user, host, client }: Person): string {
  if (user === null) return client ?? 'unknown';
  return host === null ? user : `${user} @ ${host}`;
}

/** Of a profile its own name, which acts; of the others what a person calls them. */
export function sourceName(source: Source): string {
  if (source.kind === 'profile' && 'profile' in source) return source.profile;
  if (source.kind === 'portal_role' && 'roleName' in source) return `${source.roleName} in ${source.portal}`;
  if (source.kind === 'key' && 'accessKeyId' in source) return `key ${source.accessKeyId}`;
  if (source.kind === 'role' && 'on' in source) return `${source.roleArn} on ${sourceName(source.on)}`;
  return source.kind;
}

export function targetCount({ steps }: StoredPlan): number {
  return steps.reduce((count, { targets }) => count + targets.length, 0);
}

function firstStep({ steps: [step] }: StoredPlan): StoredStep {
  if (step === undefined) throw new TypeError('A plan has at least one step.');
  return step;
}

/** A call may have no target yet, such as one that makes something. */
function targetView(stored: StoredPlan): Plan['target'] {
  const { call, targets } = firstStep(stored);
  const [target] = targets;
  if (target === undefined) {
    const name = `${call.service}:${call.operation}`;
    const none = { resourceId: '', resourceType: '', nativeId: '', arn: '', state: null };
    return { ...none, name, region: call.region, asOf: stored.createdAt };
  }
  const { address, resourceId, arn, name, state, asOf, kind, identity } = target;
  return {
    ...{ resourceId, arn, name, state, asOf },
    resourceType: address.type,
    nativeId: address.nativeId,
    region: address.region,
    ...(kind !== undefined && { kind }),
    ...(identity !== undefined && { identity }),
  };
}

/** A risk of a later version is none that could be waved through. */
function riskOf(word: string): Risk {
  return Risk.options.find((risk) => risk === word) ?? 'destructive';
}

const STATUSES = ['pass', 'fail', 'unknown', 'none'] as const;

function statusOf(word: string): (typeof STATUSES)[number] {
  return STATUSES.find((status) => status === word) ?? 'unknown';
}
