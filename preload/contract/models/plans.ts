import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { AccountId, Iso } from './common.ts';
import { ResourceType } from './resources.ts';

export const Risk = z.enum(['read', 'low', 'high', 'destructive']);
export type Risk = z.infer<typeof Risk>;

export const PlanTarget = z.object({
  resourceId: z.string(),
  resourceType: ResourceType,
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

/** What is asked, who acts, on what, with which exact call. Immutable once made. */
export const Plan = z.object({
  planId: z.string(),
  conversationId: z.string().nullable(),
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
      name: z.enum(['permission', 'constraint', 'state', 'dry_run']),
      status: z.enum(['pass', 'fail', 'unknown', 'none']),
      text: z.string(),
    }),
  ),
  affects: z.array(z.object({ resourceId: z.string().nullable(), name: z.string(), text: z.string() })),
  /** The command that undoes it, to paste as it stands; null when nothing can. */
  undo: z.string().nullable(),
  /** What the undo does not bring back; absent in older plans, whose undo ends in it after a `;`. */
  undoNote: z.string().nullable().optional(),
  /** The catalogued action it was made from, and the one that undoes it, to plan them anew; absent in older plans. */
  action: z.string().optional(),
  undoAction: z.string().nullable().optional(),
  /** Destructive calls: the text that must be typed. */
  confirmName: z.string().nullable(),
  /** SHA-256 over identity, region and call; an approval names it. */
  digest: z.string(),
  createdAt: Iso,
  expiresAt: Iso,
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
  startedAt: Iso,
  finishedAt: Iso.nullable(),
  stateBefore: z.string().nullable(),
  stateNow: z.string().nullable(),
  /** Set when the end state was seen in AWS, not assumed. */
  verifiedAt: Iso.nullable(),
  requestId: z.string().nullable(),
  error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
  logLines: z.number().int(),
  /** When each state began, in order, from the journal's own times; absent where they were not kept. */
  steps: z.array(z.object({ state: z.enum(EXECUTION_STATES), at: Iso })).optional(),
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

/** A line of Activity: an execution, or a decision that led to none. */
export const ActivityRow = z.object({
  /** Unique in the list; of an execution its execution id. */
  id: z.string(),
  /** The plan this line is about; absent or null for lines that are about none. */
  planId: z.string().nullable().optional(),
  kind: z.enum(['execution', 'rejected', 'expired', 'unlock', 'lock', 'maintenance']),
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
