import { expect, test } from 'vitest';
import { Plan, type Resource } from '../../preload/contract/models.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import { GONE } from './catalog/spec.ts';
import { ACTIONS } from './catalog.ts';
import { planDigest } from './digest.ts';
import { ec2Resource, rdsResource, World } from './testing/harness.ts';

const check = (plan: Plan, name: string) => plan.checks.find((c) => c.name === name);

test('a plan says who acts, where, on what, with which exact call, and sends nothing', async () => {
  const world = new World(rdsResource());
  const { plan, status } = await world.process().propose('rds.stop', 'resource-1', {
    origin: { kind: 'sentence', conversationId: 'talk-1', messageId: 'message-1' },
  });
  expect(Plan.parse(plan)).toEqual(plan);
  expect(plan).toMatchObject({
    title: 'Stop RDS instance pg-main1',
    risk: 'low',
    conversationId: 'talk-1',
    origin: { kind: 'sentence', messageId: 'message-1' },
    target: { nativeId: 'pg-main1', region: 'us-west-2', state: 'available' },
    identity: { profile: 'prod', accountId: '111122223333', accountName: 'payments', readOnly: false },
    call: { service: 'rds', operation: 'StopDBInstance', iamAction: 'rds:StopDBInstance' },
    expectedState: 'stopped',
    confirmName: null,
    createdAt: '2026-11-21T09:30:00.000Z',
    expiresAt: '2026-11-21T09:40:00.000Z',
  });
  expect(plan.call.parameters).toEqual({ DBInstanceIdentifier: 'pg-main1' });
  expect(plan.undo).toBe(
    'aws rds start-db-instance --db-instance-identifier pg-main1 --region us-west-2 --profile prod',
  );
  expect(plan.undoNote).toContain('7 days');
  expect(plan).toMatchObject({ action: 'rds.stop', undoAction: 'rds.start' });
  const [entry] = world.records.kept.map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')));
  expect(entry.body.plan.digest).toEqual(planDigest(entry.body.plan));
  expect(plan.digest).toBe(entry.body.plan.digest.sha256);
  expect(status).toBe('proposed');
  expect(world.aws.mutations()).toEqual([]);
});

test('the plan shows the state AWS has now, not the cached one', async () => {
  const world = new World(rdsResource({ state: 'available' }));
  world.shows = ['stopping'];
  await expect(world.process().propose('rds.stop', 'resource-1')).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: 'pg-main1 is stopping now. Wait until that has ended.',
  });
});

test('what is already done is not planned again', async () => {
  const world = new World(rdsResource({ state: 'stopped' }));
  await expect(world.process().propose('rds.stop', 'resource-1')).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: 'pg-main1 is already stopped. There is nothing to do.',
  });
});

test('a target that is gone, unknown, or in an unconnected account leads to no plan', async () => {
  const world = new World(rdsResource());
  const service = world.process();
  await expect(service.propose('rds.stop', 'nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  world.shows = [GONE];
  await expect(service.propose('rds.stop', 'resource-1')).rejects.toMatchObject({ code: 'TARGET_GONE' });
  world.shows = [];
  world.account = { ...world.account, accountId: '999999999999' };
  await expect(service.propose('rds.stop', 'resource-1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(world.records.kept).toEqual([]);
});

test.each([
  ['rds.stop', rdsResource({ constraints: { can_stop: true, has_read_replicas: true } })],
  ['rds.stop', rdsResource({ constraints: { can_stop: false } })],
  ['rds.delete', rdsResource({ constraints: { deletion_protection: true } })],
  ['ec2.stop', ec2Resource({ constraints: { can_stop: false } })],
  ['ec2.terminate', ec2Resource({ constraints: { deletion_protection: true } })],
] as const)('%s is not planned against a fact that forbids it', async (action, resource) => {
  const world = new World(resource);
  await expect(world.process().propose(action, 'resource-1')).rejects.toMatchObject({
    code: 'INVALID_STATE',
  });
});

test('a profile whose keys now belong to another account plans nothing', async () => {
  const world = new World(rdsResource());
  world.identity = { ...world.identity, accountId: '999999999999' };
  await expect(world.process().propose('rds.stop', 'resource-1')).rejects.toMatchObject({
    code: 'CREDENTIALS_MISSING',
  });
});

test('a profile that is not connected to the account cannot act in it', async () => {
  const world = new World(rdsResource());
  const asked = world.process().propose('rds.stop', 'resource-1', { profile: 'other' });
  await expect(asked).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('permission is unknown where the API has no dry run', async () => {
  const world = new World(rdsResource());
  const { plan } = await world.process().propose('rds.stop', 'resource-1');
  expect(check(plan, 'permission')?.status).toBe('unknown');
  expect(check(plan, 'dry_run')?.status).toBe('none');
});

test('a passed dry run is the permission, and changes nothing', async () => {
  const world = new World(ec2Resource());
  const { plan } = await world.process().propose('ec2.stop', 'resource-1');
  expect(check(plan, 'permission')).toMatchObject({ status: 'pass', text: 'ec2:StopInstances allowed' });
  expect(check(plan, 'dry_run')?.status).toBe('pass');
  expect(world.aws.sent.map((c) => [c.action, c.dryRun])).toEqual([
    ['DescribeInstanceAttribute', false],
    ['StopInstances', true],
  ]);
});

test('a denied dry run fails both checks; one that was cut says nothing', async () => {
  const world = new World(ec2Resource());
  world.aws.answers.set('DryRun', { kind: 'error', status: 403, code: 'UnauthorizedOperation' });
  const denied = await world.process().propose('ec2.stop', 'resource-1');
  expect(check(denied.plan, 'permission')?.status).toBe('fail');
  world.aws.answers.set('DryRun', { kind: 'cut', code: 'ECONNRESET' });
  const cut = await world.process().propose('ec2.stop', 'resource-1');
  expect(check(cut.plan, 'permission')?.status).toBe('unknown');
  expect(check(cut.plan, 'dry_run')?.status).toBe('unknown');
});

test('a dry run that AWS answers like a real call is not taken for a pass', async () => {
  const world = new World(ec2Resource());
  world.aws.answers.set('DryRun', { kind: 'ok' });
  const { plan } = await world.process().propose('ec2.stop', 'resource-1');
  expect(check(plan, 'permission')?.status).toBe('unknown');
});

test('termination protection is asked from AWS, and forbids the plan when it is on', async () => {
  const world = new World(ec2Resource());
  const attribute = (value: boolean) =>
    `<disableApiTermination><value>${value}</value></disableApiTermination>`;
  world.aws.answers.set('DescribeInstanceAttribute', { kind: 'ok', body: attribute(true) });
  await expect(world.process().propose('ec2.terminate', 'resource-1')).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('Termination protection is on'),
  });
  world.aws.answers.set('DescribeInstanceAttribute', { kind: 'ok', body: attribute(false) });
  const off = await world.process().propose('ec2.terminate', 'resource-1');
  expect(check(off.plan, 'constraint')).toMatchObject({ status: 'pass' });
  world.aws.answers.set('DescribeInstanceAttribute', { kind: 'error', status: 403, code: 'AccessDenied' });
  const denied = await world.process().propose('ec2.terminate', 'resource-1');
  expect(check(denied.plan, 'constraint')).toMatchObject({ status: 'unknown' });
});

test('risk: destroying is destructive, interrupting production is high, the rest is low', async () => {
  const risks = async (production: boolean) => {
    const entries = ACTIONS.map(async (spec) => {
      const make = spec.resourceType === 'ec2_instance' ? ec2Resource : rdsResource;
      const world = new World(make({ state: spec.from[0] ?? null }));
      world.account = { ...world.account, production };
      return [spec.id, (await world.process().propose(spec.id, 'resource-1')).plan.risk];
    });
    return Object.fromEntries(await Promise.all(entries));
  };
  expect(await risks(false)).toEqual({
    'ec2.start': 'low',
    'ec2.stop': 'low',
    'ec2.reboot': 'low',
    'ec2.terminate': 'destructive',
    'rds.start': 'low',
    'rds.stop': 'low',
    'rds.reboot': 'low',
    'rds.delete': 'destructive',
    'rds.snapshot': 'low',
  });
  expect(await risks(true)).toMatchObject({
    'ec2.start': 'low',
    'ec2.stop': 'high',
    'ec2.reboot': 'high',
    'rds.stop': 'high',
    'rds.reboot': 'high',
    'rds.snapshot': 'low',
    'rds.delete': 'destructive',
  });
});

test('an invisible or reordering name is not asked to be typed: the identifier is', async () => {
  const world = new World(ec2Resource({ name: 'web\u202e1-gnp' }));
  const { plan } = await world.process().propose('ec2.terminate', 'resource-1');
  expect(plan.confirmName).toBe('i-0123456789abcdef0');
  expect(plan.title).toBe('Terminate EC2 instance web1-gnp');
});

const twin = (change: object) => ({ ...rdsResource(), id: 'resource-2', ...change });

test.each([
  ['nothing else has the name', rdsResource(), [twin({ name: 'other', nativeId: 'other' })], 'pg-main1'],
  ['another account has it', rdsResource(), [twin({ accountId: '999999999999' })], 'pg-main1 111122223333'],
  [
    'another region has it',
    rdsResource(),
    [twin({ region: 'eu-west-1' })],
    'pg-main1 us-west-2 111122223333',
  ],
  [
    'another instance has it',
    ec2Resource(),
    [{ ...ec2Resource(), id: '2', nativeId: 'i-2' }],
    'i-0123456789abcdef0',
  ],
  [
    'it differs in case alone',
    ec2Resource(),
    [{ ...ec2Resource(), id: '2', name: 'WEB-1' }],
    'i-0123456789abcdef0',
  ],
  ...['w\u0435b-1', 'web\u20101', 'web-1 ', 'web-1\u200b', 'we\u0301b-1'].map(
    (name): [string, Resource, object[], string] => [
      `${JSON.stringify(name)} looks the same`,
      ec2Resource(),
      [{ ...ec2Resource(), id: '2', name }],
      'i-0123456789abcdef0',
    ],
  ),
])('what must be typed is what only this one has: %s', async (_what, resource, others, typed) => {
  const world = new World(resource);
  world.others = others as Resource[];
  const service = world.process();
  const action = resource.resourceType === 'rds_instance' ? 'rds.delete' : 'ec2.terminate';
  const { plan } = await service.propose(action, 'resource-1');
  expect(plan.confirmName).toBe(typed);
  const approval = { planId: plan.planId, digest: plan.digest };
  if (typed !== resource.name)
    await expect(service.approve({ ...approval, typedName: resource.name }, ANA)).rejects.toMatchObject({
      code: 'NAME_MISMATCH',
    });
});
