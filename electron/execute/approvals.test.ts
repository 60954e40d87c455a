import { expect, test } from 'vitest';
import type { Plan } from '../../preload/contract/models.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import type { ExecutionService } from './executionService.ts';
import { ec2Resource, rdsResource, START, World } from './testing/harness.ts';

const MINUTE = 60_000;

async function proposed(world: World, action: string, service = world.process()) {
  const { plan } = await service.propose(action, 'resource-1');
  return { service, plan };
}
const approve = (service: ExecutionService, plan: Plan, patch: object = {}) =>
  service.approve({ planId: plan.planId, digest: plan.digest, ...patch }, ANA);
const stops = (world: World) => world.aws.mutations().length;

function stoppable() {
  const world = new World(rdsResource());
  world.after('StopDBInstance', ['stopping', 'stopped']);
  return world;
}

test('the approval is in the journal before approve answers', async () => {
  const world = stoppable();
  const { service, plan } = await proposed(world, 'rds.stop');
  const view = await approve(service, plan);
  const kinds = world.records.kept.map((bytes) => JSON.parse(Buffer.from(bytes).toString()).body.kind);
  expect(kinds.slice(0, 2)).toEqual(['plan_proposed', 'plan_approved']);
  expect(view).toMatchObject({ status: 'approved', execution: { approvedBy: 'ana @ laptop' } });
  await world.ended(view.execution?.executionId ?? '');
});

test('of ten approvals at once one wins, and one call is sent', async () => {
  const world = stoppable();
  const { service, plan } = await proposed(world, 'rds.stop');
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => approve(service, plan)));
  const won = outcomes.filter((o) => o.status === 'fulfilled');
  expect(won).toHaveLength(1);
  for (const lost of outcomes.filter((o) => o.status === 'rejected'))
    expect(lost.reason).toMatchObject({ code: 'PLAN_USED' });
  await world.ended(won[0]?.value.execution?.executionId ?? '');
  expect(stops(world)).toBe(1);
});

test('an approval replayed after a restart is refused', async () => {
  const world = stoppable();
  const { service, plan } = await proposed(world, 'rds.stop');
  const view = await approve(service, plan);
  await world.ended(view.execution?.executionId ?? '');
  world.resource = rdsResource();
  world.shows = [];
  await expect(approve(world.process(), plan)).rejects.toMatchObject({ code: 'PLAN_USED' });
  expect(stops(world)).toBe(1);
});

test('a plan of an earlier process can be approved while it is fresh', async () => {
  const world = stoppable();
  const { plan } = await proposed(world, 'rds.stop');
  const view = await approve(world.process(), plan);
  expect(await world.ended(view.execution?.executionId ?? '')).toMatchObject({ state: 'succeeded' });
});

test('a rejected plan is never carried out, and an approved one cannot be rejected', async () => {
  const world = stoppable();
  const first = await proposed(world, 'rds.stop');
  expect(await first.service.reject(first.plan.planId, ANA)).toMatchObject({ status: 'rejected' });
  await expect(approve(first.service, first.plan)).rejects.toMatchObject({ code: 'PLAN_USED' });
  expect(stops(world)).toBe(0);
  const second = await proposed(world, 'rds.stop');
  const view = await approve(second.service, second.plan);
  await expect(second.service.reject(second.plan.planId, ANA)).rejects.toMatchObject({
    code: 'PLAN_USED',
  });
  await world.ended(view.execution?.executionId ?? '');
});

test('a plan ends by the wall clock', async () => {
  const world = stoppable();
  const { service, plan } = await proposed(world, 'rds.stop');
  world.clock.wallOffset += 10 * MINUTE;
  await expect(approve(service, plan)).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
  expect((await service.plan(plan.planId)).status).toBe('expired');
});

test('a plan ends by the monotonic clock though the wall clock was set back', async () => {
  const world = stoppable();
  const { service, plan } = await proposed(world, 'rds.stop');
  world.clock.advance(10 * MINUTE);
  world.clock.wallOffset = START - 10 * MINUTE;
  await expect(approve(service, plan)).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
  expect((await service.plan(plan.planId)).status).toBe('expired');
  expect(stops(world)).toBe(0);
});

test('a plan is still good just before its end', async () => {
  const world = stoppable();
  const { service, plan } = await proposed(world, 'rds.stop');
  world.clock.advance(10 * MINUTE - 1);
  const view = await approve(service, plan);
  await world.ended(view.execution?.executionId ?? '');
});

test.each(['', 'x', '0'.repeat(64), 'PREFIX'])('the digest %j approves nothing', async (digest) => {
  const world = stoppable();
  const { service, plan } = await proposed(world, 'rds.stop');
  const forged = digest === 'PREFIX' ? plan.digest.slice(0, 63) : digest;
  await expect(approve(service, plan, { digest: forged })).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
  expect(stops(world)).toBe(0);
});

test('the digest of one plan does not approve another', async () => {
  const world = new World(ec2Resource());
  const service = world.process();
  const stop = await proposed(world, 'ec2.stop', service);
  const reboot = await proposed(world, 'ec2.reboot', service);
  await expect(approve(service, reboot.plan, { digest: stop.plan.digest })).rejects.toMatchObject({
    code: 'PLAN_CHANGED',
  });
});

test('a record whose call was changed on the disk does not fit its digest and is not carried out', async () => {
  const world = stoppable();
  const { plan } = await proposed(world, 'rds.stop');
  const text = Buffer.from(world.records.kept[0] ?? []).toString();
  world.records.kept[0] = Buffer.from(
    text.replace('"DBInstanceIdentifier":"pg-main1"', '"DBInstanceIdentifier":"pg-prod"'),
  );
  await expect(approve(world.process(), plan)).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
});

test.each(['__proto__', 'constructor', 'toString', '', 'no-such-plan'])(
  'the plan id %j finds no plan',
  async (planId) => {
    const service = stoppable().process();
    await expect(service.approve({ planId, digest: 'x' }, ANA)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.plan(planId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.reject(planId, ANA)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  },
);

test.each([
  ['nothing', undefined],
  ['an empty text', ''],
  ['another case', 'Web-1'],
  ['a space before', ' web-1'],
  ['a space after', 'web-1 '],
  ['a line break after', 'web-1\n'],
  ['a Cyrillic look-alike', 'wеb-1'],
  ['a full-width look-alike', 'ｗeb-1'],
  ['another hyphen', 'web‐1'],
  ['a right-to-left override', '\u202eweb-1'],
  ['a zero-width space', 'web\u200b-1'],
  ['the identifier', 'i-0123456789abcdef0'],
])('a destructive call is not approved by %s', async (_what, typedName) => {
  const world = new World(ec2Resource());
  const { service, plan } = await proposed(world, 'ec2.terminate');
  await expect(approve(service, plan, { typedName })).rejects.toMatchObject({ code: 'NAME_MISMATCH' });
  expect((await service.plan(plan.planId)).status).toBe('proposed');
  expect(stops(world)).toBe(0);
});

test('a name in composed and decomposed form are two names', async () => {
  const world = new World(ec2Resource({ name: 'caf\u00e9' }));
  const { service, plan } = await proposed(world, 'ec2.terminate');
  await expect(approve(service, plan, { typedName: 'cafe\u0301' })).rejects.toMatchObject({
    code: 'NAME_MISMATCH',
  });
});

test('a destructive call runs once its exact name is typed', async () => {
  const world = new World(ec2Resource());
  world.after('TerminateInstances', ['shutting-down', 'terminated']);
  const { service, plan } = await proposed(world, 'ec2.terminate');
  const view = await approve(service, plan, { typedName: 'web-1' });
  expect(await world.ended(view.execution?.executionId ?? '')).toMatchObject({
    state: 'succeeded',
    stateNow: 'terminated',
  });
});

test('a read-only profile approves nothing, says how to unlock, and the plan stays open', async () => {
  const world = stoppable();
  world.locked = true;
  const { service, plan } = await proposed(world, 'rds.stop');
  await expect(approve(service, plan)).rejects.toMatchObject({
    code: 'READ_ONLY',
    message: expect.stringContaining('Unlock it'),
  });
  world.locked = false;
  const view = await approve(service, plan);
  await world.ended(view.execution?.executionId ?? '');
  expect(stops(world)).toBe(1);
});
