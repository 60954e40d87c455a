import type { Body1, Plan1 } from '../version1.ts';

/** A plan as 0.1.0 wrote it, with the digest that 0.1.0 gave it. */
export const PLAN1: Plan1 = {
  planId: '0f0c8a52-4f55-4dd4-8d7f-8f4f9b6d8a01',
  conversationId: 'talk-1',
  title: 'Stop RDS instance orders-db',
  risk: 'low',
  target: {
    resourceId: '14e1de6d-53e6-8e31-9960-5a0d916370db',
    resourceType: 'rds_instance',
    name: 'orders-db',
    nativeId: 'orders-db',
    arn: 'arn:aws-us-gov:rds:us-gov-west-1:111122223333:db:orders-db',
    region: 'us-gov-west-1',
    state: 'available',
    asOf: '2026-11-21T09:29:59.000Z',
    identity: { DbiResourceId: 'db-A', created: '2025-01-01T00:00:00.000Z' },
  },
  identity: {
    profile: 'prod',
    accountId: '111122223333',
    accountName: 'payments',
    arn: 'arn:aws-us-gov:sts::111122223333:assumed-role/Ops/session-1',
    expiresAt: null,
    readOnly: false,
    production: true,
  },
  call: {
    service: 'rds',
    operation: 'StopDBInstance',
    iamAction: 'rds:StopDBInstance',
    parameters: { DBInstanceIdentifier: 'orders-db' },
    cli: 'aws rds stop-db-instance --db-instance-identifier orders-db --region us-gov-west-1 --profile prod',
  },
  expectedState: 'stopped',
  checks: [{ name: 'permission', status: 'unknown', text: 'rds:StopDBInstance: not known' }],
  affects: [{ resourceId: null, name: 'Connections', text: 'are closed' }],
  undo: 'aws rds start-db-instance --db-instance-identifier orders-db',
  undoNote: 'AWS starts it again after 7 days',
  action: 'rds.stop',
  undoAction: 'rds.start',
  confirmName: null,
  digest: 'e0b778662d4b0d71ff1b4060eac7451ff7d543d0981605f1502d4240358ad9f8',
  createdAt: '2026-11-21T09:30:00.000Z',
  expiresAt: '2026-11-21T09:40:00.000Z',
};

export const RUN1 = 'run-1';

/** The whole life of an execution as 0.1.0 recorded it. */
export const LIFE1: Body1[] = [
  { kind: 'plan_proposed', plan: PLAN1 },
  {
    kind: 'plan_approved',
    planId: PLAN1.planId,
    executionId: RUN1,
    by: 'ana @ laptop',
    client: 'window-1',
    digest: PLAN1.digest,
  },
  { kind: 'log', executionId: RUN1, level: 'info', text: 'Sending' },
  { kind: 'intent', executionId: RUN1, stateBefore: 'available' },
  { kind: 'sent', executionId: RUN1, requestId: 'req-1' },
  { kind: 'state', executionId: RUN1, state: 'stopping' },
  {
    kind: 'result',
    executionId: RUN1,
    outcome: 'succeeded',
    stateNow: 'stopped',
    verified: true,
    requestId: null,
    error: null,
  },
];

export const entry1 = (body: object, at = '2026-11-21T09:30:01.000Z') =>
  Buffer.from(JSON.stringify({ v: 1, at, body }));
