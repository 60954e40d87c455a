import { expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import { GONE } from './catalog/spec.ts';
import { ec2Resource, rdsResource, runAction, World } from './testing/harness.ts';

const log = async (world: World, executionId: string) =>
  (await world.process().log(executionId, 0, 200)).lines.map((line) => line.text);
const stateEvents = (world: World) =>
  world.events.flatMap((e) => (e.name === 'execution.changed' ? [JSON.stringify(e.payload)] : []));

function stoppable(...states: string[]) {
  const world = new World(rdsResource());
  world.after('StopDBInstance', states.length ? states : ['stopping', 'stopping', 'stopped']);
  return world;
}

test('a stop is verified only after the end state was seen, and its steps are announced', async () => {
  const world = stoppable('available', 'stopping', 'stopping', 'stopped');
  const execution = await runAction(world, 'rds.stop');
  expect(execution).toMatchObject({
    state: 'succeeded',
    stateBefore: 'available',
    stateNow: 'stopped',
    requestId: 'req-1',
    error: null,
    verifiedAt: execution.finishedAt,
  });
  expect(execution.steps?.map((s) => s.state)).toEqual(['checking', 'sending', 'waiting', 'succeeded']);
  const text = await log(world, execution.executionId);
  expect(text.at(-1)).toBe('pg-main1: available → stopped, verified.');
  expect(text).toContain('AWS accepted the call (request req-1).');
  for (const state of ['checking', 'sending', 'waiting', 'succeeded'])
    expect(stateEvents(world).some((e) => e.includes(`"state":"${state}"`))).toBe(true);
  expect(world.reported).toEqual([]);
});

test('the call carries the approval, so that CloudTrail and the journal can be joined', async () => {
  const world = stoppable();
  const execution = await runAction(world, 'rds.stop');
  const [call] = world.aws.mutations();
  expect(call?.userAgent).toContain(`cloudops-approval/${execution.planId}`);
});

test('the parameters fixed in the plan are the ones sent, whenever it is approved', async () => {
  const world = new World(rdsResource());
  world.after('DeleteDBInstance', ['deleting', GONE]);
  const service = world.process();
  const { plan } = await service.propose('rds.delete', 'resource-1');
  world.clock.advance(5 * 60_000);
  const view = await service.approve(
    { planId: plan.planId, digest: plan.digest, typedName: 'pg-main1' },
    ANA,
  );
  const execution = await world.ended(view.execution?.executionId ?? '');
  const [call] = world.aws.mutations();
  expect(Object.fromEntries(call?.parameters ?? [])).toMatchObject({
    DBInstanceIdentifier: 'pg-main1',
    SkipFinalSnapshot: 'false',
    FinalDBSnapshotIdentifier: 'pg-main1-final-202611210930',
    DeleteAutomatedBackups: 'false',
  });
  expect(execution).toMatchObject({ state: 'succeeded', stateNow: GONE });
  expect(execution.verifiedAt).not.toBeNull();
});

test.each([
  ['gone', [GONE], 'TARGET_GONE'],
  ['in the end state already', ['stopped'], 'INVALID_STATE'],
  ['in another state', ['modifying'], 'INVALID_STATE'],
  ['not readable', [new AppError('NETWORK', 'no network')], 'NETWORK'],
] as const)('nothing is sent when the target is %s by the time of approval', async (_what, shows, code) => {
  const world = stoppable();
  const service = world.process();
  const { plan } = await service.propose('rds.stop', 'resource-1');
  world.shows = [...shows];
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  const execution = await world.ended(view.execution?.executionId ?? '');
  expect(execution).toMatchObject({ state: 'refused', error: { code }, verifiedAt: null });
  expect(world.aws.mutations()).toEqual([]);
  expect((await log(world, execution.executionId)).at(-1)).toContain('Nothing was sent.');
});

test.each([
  ['another role', { arn: 'arn:aws:sts::111122223333:assumed-role/Admin/session-1' }, 'refused'],
  ['another account', { accountId: '999999999999' }, 'refused'],
  [
    'a new session of the same role',
    { arn: 'arn:aws:sts::111122223333:assumed-role/Ops/session-2' },
    'succeeded',
  ],
] as const)('a profile that has become %s since the plan: %s', async (_what, identity, state) => {
  const world = stoppable();
  const service = world.process();
  const { plan } = await service.propose('rds.stop', 'resource-1');
  world.identity = { ...world.identity, ...identity };
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  const execution = await world.ended(view.execution?.executionId ?? '');
  expect(execution.state).toBe(state);
  if (state === 'refused') expect(execution.error?.code).toBe('PLAN_CHANGED');
  expect(world.aws.mutations()).toHaveLength(state === 'refused' ? 0 : 1);
});

test('a target that now needs another call is not sent the old one', async () => {
  const world = new World(rdsResource());
  const service = world.process();
  const { plan } = await service.propose('rds.delete', 'resource-1');
  world.resource = rdsResource({
    relations: [
      {
        kind: 'replica_of',
        accountId: '123456789012',
        region: 'us-west-2',
        resourceType: 'rds_instance',
        nativeId: 'other',
      },
    ],
  });
  const view = await service.approve(
    { planId: plan.planId, digest: plan.digest, typedName: 'pg-main1' },
    ANA,
  );
  const execution = await world.ended(view.execution?.executionId ?? '');
  expect(execution).toMatchObject({ state: 'refused', error: { code: 'PLAN_CHANGED' } });
  expect(world.aws.mutations()).toEqual([]);
});

test('a profile locked between approval and send sends nothing', async () => {
  const world = stoppable();
  const service = world.process();
  const { plan } = await service.propose('rds.stop', 'resource-1');
  world.onDescribe = async () => {
    world.locked = true;
  };
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  const execution = await world.ended(view.execution?.executionId ?? '');
  expect(execution).toMatchObject({ state: 'refused', error: { code: 'READ_ONLY' } });
  expect(world.aws.mutations()).toEqual([]);
});

test('two changes of one resource at once: the second is refused, not sent', async () => {
  const world = stoppable();
  const service = world.process();
  const plans = await Promise.all([
    service.propose('rds.stop', 'resource-1'),
    service.propose('rds.reboot', 'resource-1'),
  ]);
  const views = await Promise.all(
    plans.map(({ plan }) => service.approve({ planId: plan.planId, digest: plan.digest }, ANA)),
  );
  const executions = await Promise.all(views.map((v) => world.ended(v.execution?.executionId ?? '')));
  expect(executions.map((e) => e.state)).toEqual(['succeeded', 'refused']);
  expect(world.aws.mutations()).toHaveLength(1);
});

test('a definite refusal by AWS is a failure that changed nothing', async () => {
  const world = stoppable();
  world.aws.answers.set('StopDBInstance', { kind: 'error', status: 403, code: 'AccessDenied' });
  const execution = await runAction(world, 'rds.stop');
  expect(execution).toMatchObject({ state: 'failed', error: { code: 'ACCESS_DENIED' }, verifiedAt: null });
  expect(execution.stateNow).toBe('available');
  expect(world.aws.mutations()).toHaveLength(1);
});

test('a throttled change is not repeated by the SDK', async () => {
  const world = stoppable();
  world.aws.answers.set('StopDBInstance', { kind: 'error', status: 400, code: 'Throttling' });
  const execution = await runAction(world, 'rds.stop');
  expect(execution).toMatchObject({ state: 'failed', error: { code: 'THROTTLED' } });
  expect(world.aws.mutations()).toHaveLength(1);
});

test('a connection that was never made is a failure, not a riddle', async () => {
  const world = stoppable();
  world.aws.answers.set('StopDBInstance', { kind: 'cut', code: 'ECONNREFUSED' });
  world.aws.onCall = () => undefined;
  expect(await runAction(world, 'rds.stop')).toMatchObject({ state: 'failed', error: { code: 'NETWORK' } });
});

const UNCLEAR = [
  ['a cut connection', { kind: 'cut', code: 'ECONNRESET' }],
  ['a server error', { kind: 'error', status: 500, code: 'InternalFailure' }],
  ['a server error with no body of its own', { kind: 'error', status: 503, code: 'ServiceUnavailable' }],
  ['silence', { kind: 'hang' }],
] as const;

test.each(UNCLEAR)(
  'after %s the call is not sent again, and the change is seen when it happened',
  async (_what, answer) => {
    const world = new World(rdsResource());
    world.aws.answers.set('StopDBInstance', () => {
      world.shows = ['available', 'stopping', 'stopped'];
      return answer;
    });
    const execution = await runAction(world, 'rds.stop');
    expect(execution).toMatchObject({ state: 'succeeded', stateNow: 'stopped' });
    expect(world.aws.mutations()).toHaveLength(1);
    const text = await log(world, execution.executionId);
    expect(text).toContain('It is stopping, so the call has reached AWS.');
    expect(text.some((line) => line.includes('is not sent again'))).toBe(true);
  },
);

test.each(UNCLEAR)('after %s and no change to be seen the outcome is unknown', async (_what, answer) => {
  const world = new World(rdsResource());
  world.aws.answers.set('StopDBInstance', answer);
  const execution = await runAction(world, 'rds.stop');
  expect(execution).toMatchObject({ state: 'unknown', stateNow: 'available', verifiedAt: null });
  expect(execution.error?.message).toContain('may or may not have reached AWS');
  expect(execution.error?.message).toContain(execution.planId);
  expect(world.aws.mutations()).toHaveLength(1);
});

test('an EC2 reboot claims no more than that it was requested', async () => {
  const world = new World(ec2Resource());
  const execution = await runAction(world, 'ec2.reboot');
  expect(execution).toMatchObject({ state: 'succeeded', stateNow: 'running', verifiedAt: null });
  expect((await log(world, execution.executionId)).at(-1)).toContain('not verified');
});

test('an RDS reboot is verified only when rebooting was seen', async () => {
  const seen = new World(rdsResource());
  seen.after('RebootDBInstance', ['available', 'rebooting', 'available']);
  expect((await runAction(seen, 'rds.reboot')).verifiedAt).not.toBeNull();
  const unseen = new World(rdsResource());
  expect(await runAction(unseen, 'rds.reboot')).toMatchObject({ state: 'succeeded', verifiedAt: null });
});

/** What describing the snapshot of `runAction` shows, `of` being the database it is said to be of. */
const snapshots = (of: string, status: string, id = 'pg-main1-snapshot-20261121093000') =>
  `<DBSnapshots><DBSnapshot><DBSnapshotIdentifier>${id}</DBSnapshotIdentifier><DBInstanceIdentifier>${of}</DBInstanceIdentifier><Status>${status}</Status></DBSnapshot></DBSnapshots>`;

test('a snapshot is done when the snapshot is available, not when the instance is', async () => {
  const world = new World(rdsResource());
  const states = ['creating', 'creating', 'available'];
  world.aws.answers.set('DescribeDBSnapshots', () => ({
    kind: 'ok',
    body: snapshots('pg-main1', states.shift() ?? 'available'),
  }));
  const execution = await runAction(world, 'rds.snapshot');
  expect(execution).toMatchObject({ state: 'succeeded', stateNow: 'available' });
  expect(states).toEqual([]);
  expect((await log(world, execution.executionId)).at(-1)).toBe(
    'Snapshot pg-main1-snapshot-20261121093000: available, verified.',
  );
});

test('a snapshot that is not there yet is no end', async () => {
  const world = new World(rdsResource());
  let looks = 0;
  world.aws.answers.set('DescribeDBSnapshots', () => {
    looks += 1;
    if (looks < 3) return { kind: 'error', status: 404, code: 'DBSnapshotNotFound' };
    return { kind: 'ok', body: snapshots('pg-main1', 'available') };
  });
  expect(await runAction(world, 'rds.snapshot')).toMatchObject({ state: 'succeeded' });
  expect(looks).toBe(3);
});

test.each([
  ['another snapshot', snapshots('pg-main1', 'available', 'pg-main1-snapshot-of-last-year')],
  ['one of another database', snapshots('ledger', 'available')],
  ['one that has no name', '<DBSnapshots><DBSnapshot><Status>available</Status></DBSnapshot></DBSnapshots>'],
  ['none', '<DBSnapshots></DBSnapshots>'],
])('a snapshot is not verified by an answer that shows %s', async (_what, body) => {
  const world = new World(rdsResource());
  world.aws.answers.set('DescribeDBSnapshots', { kind: 'ok', body });
  expect(await runAction(world, 'rds.snapshot')).toMatchObject({
    state: 'stopped_waiting',
    verifiedAt: null,
  });
});

test('looks that fail do not end the waiting and are told once', async () => {
  const world = new World(rdsResource());
  const cut = new AppError('NETWORK', 'The network is away.');
  world.aws.onCall = () => {
    world.shows = ['stopping', cut, cut, cut, 'stopping', 'stopped'] as (string | Error)[];
  };
  const execution = await runAction(world, 'rds.stop');
  expect(execution.state).toBe('succeeded');
  const told = (await log(world, execution.executionId)).filter((l) => l.includes('The network is away.'));
  expect(told).toHaveLength(1);
});

test.each([
  ['removed meanwhile', [GONE], 'failed', 'TARGET_GONE'],
  ['broken', ['stopping', 'failed'], 'failed', 'INVALID_STATE'],
  ['back where it was', ['stopping', 'available'], 'failed', 'INVALID_STATE'],
  ['endlessly on its way', ['stopping'], 'stopped_waiting', 'AWS_FAILED'],
] as const)('a target that is %s is not reported as stopped', async (_what, states, state, code) => {
  const world = stoppable(...states);
  const execution = await runAction(world, 'rds.stop');
  expect(execution).toMatchObject({ state, error: { code }, verifiedAt: null });
});

test('one stale look at the old state does not count as a way back', async () => {
  const world = stoppable('stopping', 'available', 'stopping', 'stopped');
  expect(await runAction(world, 'rds.stop')).toMatchObject({ state: 'succeeded' });
});

test('looks become rarer: half an hour of waiting is some hundred looks, and a short log', async () => {
  const world = stoppable('stopping');
  const before = world.describes;
  const execution = await runAction(world, 'rds.stop');
  expect(world.describes - before).toBeLessThan(120);
  expect(execution.logLines).toBeLessThan(20);
});

test('stopping to wait ends the waiting and says that AWS goes on', async () => {
  const world = stoppable('stopping');
  const service = world.process();
  const { plan } = await service.propose('rds.stop', 'resource-1');
  let stopped: Promise<unknown> | null = null;
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  const executionId = view.execution?.executionId ?? '';
  world.onDescribe = async () => {
    if (stopped || world.aws.mutations().length === 0) return;
    stopped = service.stopWaiting(executionId);
  };
  const execution = await world.ended(executionId);
  expect(execution).toMatchObject({ state: 'stopped_waiting', error: null, verifiedAt: null });
  await stopped;
  await expect(service.stopWaiting(executionId)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  expect((await log(world, executionId)).at(-1)).toContain('AWS goes on');
});

test('what is being sent cannot be called back', async () => {
  const world = stoppable();
  const service = world.process();
  const refused: unknown[] = [];
  world.aws.onCall = () => {
    world.shows = ['stopped'];
    service.stopWaiting(executionId).catch((error: unknown) => refused.push(error));
  };
  const { plan } = await service.propose('rds.stop', 'resource-1');
  let executionId = '';
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  executionId = view.execution?.executionId ?? '';
  expect((await world.ended(executionId)).state).toBe('succeeded');
  expect(refused).toMatchObject([{ code: 'INVALID_STATE' }]);
});

test('text from AWS cannot break the log: one line, nothing invisible', async () => {
  const world = stoppable();
  world.aws.answers.set('StopDBInstance', {
    kind: 'error',
    status: 400,
    code: 'InvalidDBInstanceState',
    message: 'bad\n\u202estate',
  });
  const execution = await runAction(world, 'rds.stop');
  for (const line of await log(world, execution.executionId)) expect(line).not.toMatch(/[\n\u202e]/);
});

test('unknown executions say so', async () => {
  const service = new World(rdsResource()).process();
  await expect(service.execution('x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(service.log('x', 0, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(service.stopWaiting('x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
