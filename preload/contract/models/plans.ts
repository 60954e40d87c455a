import { z } from 'zod';
import { AccountId, Iso } from './common.ts';

export const Risk = z.enum(['read', 'low', 'high', 'destructive']);
export type Risk = z.infer<typeof Risk>;

export const PlanTarget = z.object({
  resourceId: z.string(),
  /** As the estate names it; one of a later version as it stands. */
  resourceType: z.string(),
  name: z.string(),
  nativeId: z.string(),
  arn: z.string(),
  region: z.string(),
  state: z.string().nullable(),
  asOf: Iso,
  /** What it is, where its type alone would call it wrongly: "DocumentDB instance". */
  kind: z.string().optional(),
  /** What tells this very thing from another under its name, e.g. `DbiResourceId`; absent in older plans. */
  identity: z.record(z.string(), z.string()).optional(),
});

/**
 * What is asked, who acts, on what, with which exact call. Immutable once made. A view: what is kept of a plan is
 * `StoredPlan`.
 */
export const Plan = z.object({
  planId: z.string(),
  conversationId: z.string().nullable(),
  /** Where it came from: `sentence`, `command`, `button`, or a word of a later version; and the message that asked. */
  origin: z.object({ kind: z.string(), messageId: z.string().nullable() }),
  title: z.string(),
  risk: Risk,
  target: PlanTarget,
  identity: z.object({
    profile: z.string(),
    accountId: AccountId,
    accountName: z.string(),
    arn: z.string(),
    expiresAt: Iso.nullable(),
    readOnly: z.boolean(),
    production: z.boolean(),
  }),
  call: z.object({
    service: z.string(),
    operation: z.string(),
    iamAction: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    /** The same call as an AWS CLI command, to read and copy. */
    cli: z.string(),
  }),
  expectedState: z.string(),
  /** Facts checked before approval; `unknown` is never shown as a pass. */
  checks: z.array(
    z.object({
      /** `permission`, `constraint`, `state`, `dry_run`. */
      name: z.string(),
      status: z.enum(['pass', 'fail', 'unknown', 'none']),
      text: z.string(),
    }),
  ),
  affects: z.array(z.object({ resourceId: z.string().nullable(), name: z.string(), text: z.string() })),
  /** The command that undoes it, to paste as it stands; null when nothing can. */
  undo: z.string().nullable(),
  /** What the undo does not bring back. */
  undoNote: z.string().nullable(),
  /** The catalogued action it was made from, and the one that undoes it, to plan them anew. */
  action: z.string().nullable(),
  undoAction: z.string().nullable(),
  /** Destructive calls: the text that must be typed. */
  confirmName: z.string().nullable(),
  /** SHA-256 over all of the stored plan (of older ones over identity, region and call); an approval names it. */
  digest: z.string(),
  createdAt: Iso,
  expiresAt: Iso,
  /** What it holds beside this step and this target; this version shows it and cannot carry it out. */
  more: z.object({ steps: z.number().int(), targets: z.number().int() }).optional(),
});
export type Plan = z.infer<typeof Plan>;

export const PLAN_STATUSES = ['proposed', 'approved', 'rejected', 'expired'] as const;
export const EXECUTION_STATES = [
  'checking',
  'sending',
  'waiting',
  'succeeded',
  'failed',
  'refused',
  'unknown',
  'stopped_waiting',
] as const;

/** What happened to an approved plan. */
export const Execution = z.object({
  executionId: z.string(),
  plan: Plan,
  state: z.enum(EXECUTION_STATES),
  /** Who: the user of the operating system at this host. */
  approvedBy: z.string(),
  /** Who had it carried out, in the same words. */
  askedBy: z.string(),
  startedAt: Iso,
  finishedAt: Iso.nullable(),
  stateBefore: z.string().nullable(),
  stateNow: z.string().nullable(),
  /** Set when the end state was seen in AWS, not assumed. */
  verifiedAt: Iso.nullable(),
  requestId: z.string().nullable(),
  /** AWS's own answer as JSON, without what its model calls sensitive; `whole` = it was not cut. */
  answer: z.object({ text: z.string(), whole: z.boolean() }).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  logLines: z.number().int(),
  /** When each state began, in order, from the journal's own times. */
  steps: z.array(z.object({ state: z.enum(EXECUTION_STATES), at: Iso })),
});
export type Execution = z.infer<typeof Execution>;

export const PlanView = z.object({
  plan: Plan,
  status: z.enum(PLAN_STATUSES),
  execution: Execution.nullable(),
});
export type PlanView = z.infer<typeof PlanView>;

export const LogLine = z.object({ at: Iso, text: z.string(), level: z.enum(['info', 'warn', 'error']) });
export type LogLine = z.infer<typeof LogLine>;

/** What an entry of the journal changed in an execution: how it stands now, and what came with that entry alone. */
export const ExecutionNews = Execution.omit({ plan: true, answer: true }).extend({
  planId: z.string(),
  answer: Execution.shape.answer.unwrap().optional(),
  line: LogLine.optional(),
});
export type ExecutionNews = z.infer<typeof ExecutionNews>;

/** A line of Activity: an execution, or a decision that led to none. */
export const ActivityRow = z.object({
  /** Unique in the list; of an execution its execution id. */
  id: z.string(),
  /** The plan this line is about; absent or null for lines that are about none. */
  planId: z.string().nullable().optional(),
  /** `other`: an entry of a later version. */
  kind: z.enum(['execution', 'rejected', 'expired', 'unlock', 'lock', 'maintenance', 'other']),
  at: Iso,
  title: z.string(),
  state: z.enum([...EXECUTION_STATES, 'rejected', 'expired', 'recorded']),
  risk: Risk.nullable(),
  accountId: z.string().nullable(),
  region: z.string().nullable(),
  profile: z.string().nullable(),
  resourceId: z.string().nullable(),
  resourceName: z.string().nullable(),
  stateBefore: z.string().nullable(),
  stateNow: z.string().nullable(),
  durationMs: z.number().nullable(),
});
export type ActivityRow = z.infer<typeof ActivityRow>;
export const ActivityQuery = z.strictObject({
  text: z.string().max(200),
  states: z.array(ActivityRow.shape.state).optional(),
  accountIds: z.array(z.string()).optional(),
  risks: z.array(Risk).optional(),
});
export type ActivityQuery = z.infer<typeof ActivityQuery>;
