import { z } from 'zod';
import type { JournalBody } from './entries.ts';
import { type Person, type StoredPlan, Word } from './plan.ts';

/**
 * The journal's entries, version 1: what 0.1.0 wrote, read for ever and never written again. A plan had one call on one
 * target, as a profile; `request` to `result` were about that one.
 */
const text = z.string();
const state = text.nullable();
const by = { by: text, client: text.optional() };
const Failure = z.object({ code: Word, message: text }).nullable();

const Plan1 = z.object({
  planId: text,
  conversationId: text.nullable(),
  title: text,
  risk: Word,
  target: z.object({
    resourceId: text,
    resourceType: text,
    name: text,
    nativeId: text,
    arn: text,
    region: text,
    state,
    asOf: text,
    kind: text.optional(),
    identity: z.record(text, text).optional(),
  }),
  identity: z.object({
    profile: text,
    accountId: text,
    accountName: text,
    arn: text,
    expiresAt: text.nullable(),
    readOnly: z.boolean(),
    production: z.boolean(),
  }),
  call: z.object({
    service: text,
    operation: text,
    iamAction: text,
    parameters: z.record(text, z.unknown()),
    cli: text,
  }),
  expectedState: text,
  checks: z.array(z.object({ name: Word, status: Word, text })),
  affects: z.array(z.object({ resourceId: text.nullable(), name: text, text })),
  undo: text.nullable(),
  undoNote: text.nullable().optional(),
  action: text.optional(),
  undoAction: text.nullable().optional(),
  confirmName: text.nullable(),
  digest: text,
  createdAt: text,
  expiresAt: text,
});
export type Plan1 = z.infer<typeof Plan1>;

const executionId = text;
export const Body1 = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plan_proposed'), plan: Plan1 }),
  z.object({ kind: z.literal('plan_rejected'), planId: text, ...by }),
  z.object({ kind: z.literal('plan_approved'), planId: text, executionId, digest: text, ...by }),
  z.object({ kind: z.literal('intent'), executionId, stateBefore: state }),
  z.object({ kind: z.literal('sent'), executionId, requestId: text.nullable() }),
  z.object({ kind: z.literal('log'), executionId, level: Word, text }),
  z.object({ kind: z.literal('state'), executionId, state }),
  z.object({
    kind: z.literal('result'),
    executionId,
    outcome: Word,
    stateNow: state,
    verified: z.boolean(),
    /** Of a call that AWS refused. */
    requestId: text.nullable(),
    error: Failure,
  }),
  z.object({ kind: z.literal('profile_unlocked'), profile: text, accountId: text, until: text, by: text }),
  z.object({ kind: z.literal('profile_locked'), profile: text, accountId: text, by: text }),
  z.object({ kind: z.literal('maintenance'), title: text, accountId: text.nullable(), by: text }),
]);
export type Body1 = z.infer<typeof Body1>;

/** An entry of version 1 in the present form; of a result that came with a request id, the answer before it. */
export function fromVersion1(body: Body1): JournalBody[] {
  switch (body.kind) {
    case 'plan_proposed':
      return [{ kind: body.kind, plan: planFromVersion1(body.plan) }];
    case 'plan_rejected':
      return [{ kind: body.kind, planId: body.planId, actor: personOf(body) }];
    case 'plan_approved': {
      const { kind, planId, digest } = body;
      const actor = personOf(body);
      const { executionId } = body;
      return [{ kind, planId, executionId, digest, approvalRequired: true, actor, approver: actor }];
    }
    case 'intent':
      return [{ kind: body.kind, executionId: body.executionId, step: 0, before: [body.stateBefore] }];
    case 'sent':
      return [answered(body.executionId, true, body.requestId)];
    case 'state':
      return [{ ...body, step: 0, target: 0 }];
    case 'result': {
      const { kind, executionId, outcome, stateNow, verified, requestId, error } = body;
      const targets = [{ step: 0, target: 0, outcome, stateNow, verified, error }];
      const result = { kind, executionId, outcome, error, targets };
      return requestId === null ? [result] : [answered(executionId, false, requestId), result];
    }
    default:
      return [body];
  }
}

function answered(executionId: string, accepted: boolean, requestId: string | null): JournalBody {
  return { kind: 'answered', executionId, step: 0, accepted, requestId, answer: null };
}

/** `by` is "user @ host" and `client` the carrier's client; in the oldest entries `by` is the client. */
function personOf({ by, client }: { by: string; client?: string | undefined }): Person {
  const at = by.lastIndexOf(' @ ');
  if (at < 0) return client ? { user: by, host: null, client } : { user: null, host: null, client: by };
  return { user: by.slice(0, at), host: by.slice(at + 3), client: client ?? null };
}

export function planFromVersion1(plan: Plan1): StoredPlan {
  const { target, identity, call, conversationId } = plan;
  const { resourceId, arn, name, state, asOf, kind, identity: own } = target;
  return {
    planId: plan.planId,
    title: plan.title,
    // Version 1 had two ways to ask: in a conversation, and by a button.
    origin: { kind: conversationId === null ? 'button' : 'sentence', conversationId, messageId: null },
    identity: {
      source: { kind: 'profile', profile: identity.profile },
      accountId: identity.accountId,
      accountName: identity.accountName,
      principal: identity.arn,
      narrowed: null,
      expiresAt: identity.expiresAt,
      readOnly: identity.readOnly,
      production: identity.production,
    },
    risk: plan.risk,
    policy: { decision: 'ask', rules: [] },
    steps: [
      {
        action: plan.action ?? null,
        arguments: {},
        call: {
          service: call.service,
          operation: call.operation,
          region: target.region,
          input: call.parameters,
          iamAction: call.iamAction,
          cli: call.cli,
        },
        targets: [
          {
            address: {
              partition: arn.split(':')[1] ?? 'aws',
              accountId: identity.accountId,
              region: target.region,
              type: target.resourceType,
              nativeId: target.nativeId,
            },
            ...{ resourceId, arn, name, state, asOf },
            ...(kind !== undefined && { kind }),
            ...(own !== undefined && { identity: own }),
          },
        ],
        expectedState: plan.expectedState,
      },
    ],
    checks: plan.checks,
    affects: plan.affects,
    undo: undoOf(plan),
    confirm: plan.confirmName,
    createdAt: plan.createdAt,
    expiresAt: plan.expiresAt,
    digest: { version: 1, sha256: plan.digest },
  };
}

/** The oldest plans have command and note in one text, with a `;` between. */
function undoOf({ undo, undoNote, undoAction = null }: Plan1): StoredPlan['undo'] {
  if (undo === null) return undoAction === null ? null : { command: null, note: null, action: undoAction };
  const at = undoNote === undefined ? undo.lastIndexOf('; ') : -1;
  if (at < 0) return { command: undo, note: undoNote ?? null, action: undoAction };
  return { command: undo.slice(0, at), note: undo.slice(at + 2), action: undoAction };
}
