import type { BodyOf } from '../entries.ts';
import type { Person, StoredPlan } from '../plan.ts';

export const START = Date.parse('2026-11-21T09:30:00.000Z');
export const ANA: Person = { user: 'ana', host: 'laptop', client: 'window-1' };

/** Stop an RDS instance called `{planId}-db`, made at START, good for ten minutes. */
export function storedPlan(planId: string, patch: Partial<StoredPlan> = {}): StoredPlan {
  const name = `${planId}-db`;
  const asOf = new Date(START).toISOString();
  return {
    planId,
    title: `Stop RDS instance ${name}`,
    origin: { kind: 'sentence', conversationId: 'talk-1', messageId: 'message-1' },
    identity: {
      source: { kind: 'profile', profile: 'prod' },
      accountId: '111122223333',
      accountName: 'payments',
      principal: 'arn:aws:iam::111122223333:user/ops',
      narrowed: null,
      expiresAt: null,
      readOnly: false,
      production: true,
    },
    risk: 'low',
    policy: { decision: 'ask', rules: [] },
    steps: [
      {
        action: 'rds.stop',
        arguments: {},
        call: {
          service: 'rds',
          operation: 'StopDBInstance',
          region: 'us-west-2',
          input: { DBInstanceIdentifier: name },
          iamAction: 'rds:StopDBInstance',
          cli: `aws rds stop-db-instance --db-instance-identifier ${name}`,
        },
        targets: [
          {
            address: {
              partition: 'aws',
              accountId: '111122223333',
              region: 'us-west-2',
              type: 'rds_instance',
              nativeId: name,
            },
            resourceId: `resource-${planId}`,
            arn: `arn:aws:rds:us-west-2:111122223333:db:${name}`,
            name,
            state: 'available',
            asOf,
          },
        ],
        expectedState: 'stopped',
      },
    ],
    checks: [],
    affects: [],
    undo: null,
    confirm: null,
    createdAt: asOf,
    expiresAt: new Date(START + 600_000).toISOString(),
    digest: { version: 2, sha256: `digest-${planId}` },
    ...patch,
  };
}

export const approval = (planId: string): BodyOf<'plan_approved'> => ({
  kind: 'plan_approved',
  planId,
  executionId: `run-${planId}`,
  digest: `digest-${planId}`,
  approvalRequired: true,
  actor: ANA,
  approver: ANA,
});

export const intent = (planId: string, stateBefore = 'available'): BodyOf<'intent'> => ({
  kind: 'intent',
  executionId: `run-${planId}`,
  step: 0,
  before: [stateBefore],
});

export const result = (planId: string, outcome: 'succeeded' | 'failed' = 'succeeded'): BodyOf<'result'> => ({
  kind: 'result',
  executionId: `run-${planId}`,
  outcome,
  error: null,
  targets: [
    { step: 0, target: 0, outcome, stateNow: 'stopped', verified: outcome === 'succeeded', error: null },
  ],
});
