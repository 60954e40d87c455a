import type { Account, Execution, Plan } from '../../../preload/contract/models.ts';

/** A plan for tests: stop an RDS instance, made 09:59, good until 10:09. */
export function aPlan(patch: Partial<Plan> = {}): Plan {
  return {
    planId: 'plan-1',
    conversationId: 'conversation-1',
    origin: { kind: 'sentence', messageId: 'message-1' },
    title: 'Stop 1 RDS instance',
    risk: 'low',
    target: {
      resourceId: 'resource-1',
      resourceType: 'rds_instance',
      name: 'orders-db',
      nativeId: 'orders-db',
      arn: 'arn:aws:rds:us-west-2:123456789012:db:orders-db',
      region: 'us-west-2',
      state: 'available',
      asOf: '2026-11-21T09:58:48.000Z',
    },
    identity: {
      profile: 'prod',
      accountId: '123456789012',
      accountName: 'production',
      arn: 'arn:aws:sts::123456789012:assumed-role/DeveloperRole/session',
      expiresAt: '2026-11-21T10:43:00.000Z',
      readOnly: false,
      production: true,
    },
    call: {
      service: 'rds',
      operation: 'StopDBInstance',
      iamAction: 'rds:StopDBInstance',
      parameters: { DBInstanceIdentifier: 'orders-db' },
      cli: 'aws rds stop-db-instance --db-instance-identifier orders-db --region us-west-2',
    },
    expectedState: 'stopped',
    checks: [],
    affects: [],
    undo: 'aws rds start-db-instance',
    undoNote: null,
    action: 'rds.stop',
    undoAction: 'rds.start',
    confirmName: null,
    digest: 'digest-1',
    createdAt: '2026-11-21T09:59:00.000Z',
    expiresAt: '2026-11-21T10:09:00.000Z',
    ...patch,
  };
}

export function anExecution(patch: Partial<Execution> = {}): Execution {
  return {
    executionId: 'execution-1',
    plan: aPlan(),
    state: 'waiting',
    approvedBy: 'ana @ laptop',
    askedBy: 'ana @ laptop',
    startedAt: '2026-11-21T10:00:01.000Z',
    finishedAt: null,
    stateBefore: 'available',
    stateNow: 'stopping',
    verifiedAt: null,
    requestId: 'request-1',
    answer: null,
    error: null,
    logLines: 0,
    steps: [],
    ...patch,
  };
}

export function anAccount(profile: Partial<Account['profiles'][number]> = {}): Account {
  return {
    accountId: '123456789012',
    name: 'production',
    partition: 'aws',
    scanningProfile: 'prod',
    profiles: [
      {
        name: 'prod',
        arn: 'arn:aws:sts::123456789012:assumed-role/DeveloperRole/session',
        readOnly: true,
        unlockedUntil: null,
        ...profile,
      },
    ],
    production: true,
    color: 'red',
    resourceCount: 1,
    lastScanAt: null,
  };
}
