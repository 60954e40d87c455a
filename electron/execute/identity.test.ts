import { hostname, userInfo } from 'node:os';
import { expect, test } from 'vitest';
import type { Resource } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import { planDigest } from './digest.ts';
import { personHere } from './person.ts';
import { appendingBy, ec2Resource, rdsResource, runAction, World } from './testing/harness.ts';

/** Approves a plan after the world has changed; resolves with the ended execution. */
async function approvedAfter(world: World, action: string, change: Partial<Resource>) {
  const service = world.process();
  const { plan } = await service.propose(action, 'resource-1');
  world.resource = { ...world.resource, ...change };
  const approval = { planId: plan.planId, digest: plan.digest, typedName: plan.confirmName ?? undefined };
  const view = await service.approve(approval, ANA);
  return world.ended(view.execution?.executionId ?? '');
}
const pg = { raw: { DbiResourceId: 'db-A' }, createdAt: '2025-01-01T00:00:00.000Z' };
const web = { facts: { LaunchTime: '2026-11-20T08:00:00.000Z' } };

test.each([
  [
    'deleted and made anew',
    'rds.delete',
    rdsResource(pg),
    { raw: { DbiResourceId: 'db-B' } },
    /db-A.*another.*db-B/,
  ],
  [
    'made anew',
    'rds.stop',
    rdsResource(pg),
    { createdAt: '2026-11-21T09:29:00.000Z' },
    /deleted, and another/,
  ],
  ['no longer told apart', 'rds.stop', rdsResource(pg), { raw: {} }, /is not the one that was planned for/],
  ['renamed', 'ec2.terminate', ec2Resource(web), { name: 'ledger' }, /named "web-1".*named "ledger" now/],
  [
    'started anew',
    'ec2.stop',
    ec2Resource(web),
    { facts: { LaunchTime: '2026-11-21T09:31:00.000Z' } },
    /started anew/,
  ],
  [
    'moved',
    'rds.stop',
    rdsResource(pg),
    { arn: 'arn:aws:rds:us-west-2:999999999999:db:pg-main1' },
    /999999999999/,
  ],
  ['in another account', 'rds.stop', rdsResource(pg), { accountId: '999999999999' }, /now/],
] as const)(
  'a target that was %s since the plan: nothing is sent, and it says so',
  async (_what, action, before, change, words) => {
    const world = new World(before);
    const execution = await approvedAfter(world, action, change);
    expect(execution).toMatchObject({ state: 'refused', error: { code: 'PLAN_CHANGED' } });
    expect(execution.error?.message).toMatch(words);
    expect(execution.error?.message).toContain('Plan again');
    expect(world.aws.mutations()).toEqual([]);
  },
);

test('what a plan of an earlier version is about was not made after it', async () => {
  const world = new World(rdsResource());
  const service = world.process((journal) =>
    appendingBy(journal, (body) => {
      if (body.kind === 'plan_proposed') {
        delete body.plan.steps[0]?.targets[0]?.identity;
        body.plan.digest = planDigest(body.plan);
      }
      return journal.append(body);
    }),
  );
  await service.propose('rds.stop', 'resource-1');
  const [entry] = world.records.kept.map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')));
  const { planId, digest } = entry.body.plan;
  world.resource = { ...world.resource, createdAt: '2026-11-21T09:35:00.000Z' };
  const view = await service.approve({ planId, digest: digest.sha256 }, ANA);
  expect(await world.ended(view.execution?.executionId ?? '')).toMatchObject({ state: 'refused' });
  expect(world.aws.mutations()).toEqual([]);
});

test('a deleted database is gone, though another has its name at once; one being stopped is lost then', async () => {
  for (const [action, operation, ends] of [
    ['rds.delete', 'DeleteDBInstance', { state: 'succeeded', stateNow: 'gone' }],
    ['rds.stop', 'StopDBInstance', { state: 'failed', error: { code: 'TARGET_GONE' } }],
  ] as const) {
    const world = new World(rdsResource(pg));
    world.aws.onCall = (call) => {
      if (call.action === operation) world.resource = rdsResource({ ...pg, raw: { DbiResourceId: 'db-B' } });
    };
    expect(await runAction(world, action)).toMatchObject(ends);
  }
});

test.each(['rds.delete', 'ec2.terminate'])(
  '%s is not verified by answers that do not show it',
  async (action) => {
    const world = new World(action.startsWith('rds') ? rdsResource() : ec2Resource());
    world.aws.onCall = (call) => {
      if (/^(Delete|Terminate)/.test(call.action))
        world.shows = [new AppError('AWS_FAILED', 'answered without it')];
    };
    const execution = await runAction(world, action);
    expect(execution).toMatchObject({ state: 'stopped_waiting', verifiedAt: null });
  },
);

test('who approved is a person at a host, whichever window they used', async () => {
  const world = new World(rdsResource());
  world.after('StopDBInstance', ['stopping', 'stopped']);
  const service = world.process();
  const { plan } = await service.propose('rds.stop', 'resource-1');
  const approval = { planId: plan.planId, digest: plan.digest };
  const { execution } = await service.approve(approval, personHere('window-1'));
  expect(execution?.approvedBy).toBe(`${userInfo().username} @ ${hostname()}`);
  await world.ended(execution?.executionId ?? '');
  const records = world.records.kept.map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')));
  expect(records.find(({ body }) => body.kind === 'plan_approved').body).toMatchObject({
    actor: personHere('window-1'),
    approver: personHere('window-1'),
    approvalRequired: true,
  });
});
