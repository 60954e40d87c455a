import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ExecutionNews } from '../../preload/contract/models.ts';
import { Journal } from '../storage/journal/journal.ts';
import { StoredPlan } from '../storage/journal/plan.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import { entry1, PLAN1, RUN1 } from '../storage/journal/testing/version1.ts';
import { type Body1, type Plan1, planFromVersion1 } from '../storage/journal/version1.ts';
import { canonicalJson, digestHolds, planDigest } from './digest.ts';
import { ACCOUNT_ID, ec2Resource, MemoryRecords, rdsResource, START, World } from './testing/harness.ts';

/** The digest of version 1, as docs/backup-format.md has it. */
function digest1({ identity: { profile, accountId, arn }, target, call }: Plan1): string {
  const { service, operation, parameters } = call;
  const approved = {
    identity: { profile, accountId, arn },
    ...{ region: target.region, target: target.identity, service, operation, parameters },
  };
  return createHash('sha256').update(canonicalJson(approved)).digest('hex');
}

/** A plan that 0.1.0 made for the resource of a world. */
function plan1(world: World, change: Partial<Plan1> = {}): Plan1 {
  const { id, name, nativeId, arn, region, state, asOf } = world.resource;
  const at = (ms: number) => new Date(START + ms).toISOString();
  const plan = {
    ...PLAN1,
    target: {
      ...{
        resourceId: id,
        resourceType: world.resource.resourceType,
        name,
        nativeId,
        arn,
        region,
        state,
        asOf,
      },
      identity: {},
    },
    identity: { ...PLAN1.identity, profile: 'prod', accountId: ACCOUNT_ID, arn: world.identity.arn },
    call: { ...PLAN1.call, parameters: { DBInstanceIdentifier: nativeId } },
    ...{ createdAt: at(-60_000), expiresAt: at(500_000) },
    ...change,
  };
  return { ...plan, digest: digest1(plan) };
}

function left(world: World, ...bodies: Body1[]): void {
  for (const body of bodies) world.records.append(entry1(body));
}

/** Frozen: when this fails, journals that people have can no longer be read. Change the code, never the file. */
test('the entries of the format document are read, and their digests hold', async () => {
  const file = new URL('../storage/fixtures/journal-entries.json', import.meta.url);
  const entries: { v: number; body: { plan?: StoredPlan } }[] = JSON.parse(readFileSync(file, 'utf8'));
  const records = new MemoryRecords();
  for (const entry of entries) records.append(Buffer.from(JSON.stringify(entry)));
  const journal = new Journal(records, () => START);
  for (const [executionId, version] of [
    ['run-1', 1],
    ['run-2', 2],
  ] as const) {
    const execution = await journal.execution(executionId);
    expect(execution).toMatchObject({
      ...{ state: 'succeeded', actor: ANA, approver: ANA },
      answers: [{ accepted: true, requestId: 'req-1' }],
      targets: [{ stateBefore: 'available', stateNow: 'stopped', outcome: 'succeeded' }],
      plan: { digest: { version } },
    });
    expect(execution && digestHolds(execution.plan)).toBe(true);
  }
  const [second] = entries.flatMap(({ v, body }) => (v === 2 && body.plan ? [body.plan] : []));
  expect((await journal.execution('run-2'))?.plan).toEqual(second);
  const { total } = await journal.activity({ text: '' });
  expect(total).toBe(5);
});

test('the digest of a plan of version 1 is what 0.1.0 made it', () => {
  expect(digest1(PLAN1)).toBe(PLAN1.digest);
  expect(digestHolds(planFromVersion1(PLAN1))).toBe(true);
  const { identity: _none, ...target } = PLAN1.target;
  const oldest = { ...PLAN1, target };
  expect(digestHolds(planFromVersion1({ ...oldest, digest: digest1(oldest) }))).toBe(true);
  for (const changed of [
    { ...PLAN1, call: { ...PLAN1.call, operation: 'DeleteDBInstance' } },
    { ...PLAN1, call: { ...PLAN1.call, parameters: {} } },
    { ...PLAN1, identity: { ...PLAN1.identity, profile: 'admin' } },
    { ...PLAN1, identity: { ...PLAN1.identity, accountId: '999999999999' } },
    { ...PLAN1, target: { ...PLAN1.target, region: 'eu-west-1' } },
    { ...PLAN1, target: { ...PLAN1.target, identity: {} } },
  ])
    expect(digestHolds(planFromVersion1(changed))).toBe(false);
});

test('the digest of version 2 is over all of a plan, whatever a later version adds', async () => {
  const world = new World(rdsResource());
  await world.process().propose('rds.stop', 'resource-1');
  const [bytes] = world.records.kept;
  const { plan: made } = JSON.parse(Buffer.from(bytes ?? []).toString('utf8')).body;
  expect(digestHolds(made)).toBe(true);
  expect(digestHolds(StoredPlan.parse(made))).toBe(true);
  /** Every value in it, one after the other, changed. */
  const paths = pathsOf(made).filter((path) => path[0] !== 'digest');
  expect(paths.length).toBeGreaterThan(40);
  for (const path of paths) {
    const forged = structuredClone(made);
    const last = path.pop() ?? '';
    const holder = path.reduce((value, key) => value[key], forged);
    holder[last] = `${JSON.stringify(holder[last])}, forged`;
    expect([...path, last, digestHolds(forged)]).toEqual([...path, last, false]);
  }
  const extended = { ...made, ticket: 'OPS-1' };
  expect(digestHolds(extended)).toBe(false);
  const later = { ...extended, digest: planDigest(extended) };
  expect(digestHolds(StoredPlan.parse(later))).toBe(true);
  expect(digestHolds({ ...made, digest: { version: 3, sha256: made.digest.sha256 } })).toBe(false);
});

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return Object.entries(value).flatMap(([key, member]) => {
    const inner = pathsOf(member);
    return inner.length === 0 ? [[key]] : inner.map((path) => [key, ...path]);
  });
}

test('a plan that 0.1.0 left open is approved with its digest, sent once and recorded in full', async () => {
  const world = new World(rdsResource());
  world.after('StopDBInstance', ['stopping', 'stopped']);
  const plan = plan1(world);
  left(world, { kind: 'plan_proposed', plan });
  const service = world.process();
  const { planId, digest } = plan;
  const view = await service.approve({ planId, digest }, ANA);
  expect(await world.ended(view.execution?.executionId ?? '')).toMatchObject({
    ...{ state: 'succeeded', stateNow: 'stopped', requestId: 'req-1' },
  });
  expect(world.aws.mutations()).toHaveLength(1);
});

test('a plan of version 1 whose call was exchanged is not approved', async () => {
  const world = new World(rdsResource());
  const plan = plan1(world);
  const forged = { ...plan, call: { ...plan.call, operation: 'DeleteDBInstance' } };
  left(world, { kind: 'plan_proposed', plan: forged });
  const { planId, digest } = plan;
  await expect(world.process().approve({ planId, digest }, ANA)).rejects.toMatchObject({
    code: 'PLAN_CHANGED',
  });
  expect(world.aws.sent).toEqual([]);
});

const after = (world: World): Body1[] => {
  const plan = plan1(world);
  const { planId, digest } = plan;
  const by = { by: 'ana @ laptop', client: 'window-1' };
  return [
    { kind: 'plan_proposed', plan },
    { kind: 'plan_approved', planId, executionId: RUN1, digest, ...by },
    { kind: 'intent', executionId: RUN1, stateBefore: 'available' },
    { kind: 'sent', executionId: RUN1, requestId: 'req-0' },
    { kind: 'state', executionId: RUN1, state: 'stopping' },
  ];
};

test.each<[string, number, string[], ExecutionNews['state']]>([
  ['approved', 2, ['available'], 'refused'],
  ['perhaps sent', 3, ['available'], 'unknown'],
  ['perhaps sent, and under way', 3, ['stopping', 'stopped'], 'succeeded'],
  ['accepted', 4, ['stopping', 'stopped'], 'succeeded'],
  ['waiting', 5, ['stopped'], 'succeeded'],
])('what 0.1.0 left %s is settled and not sent again', async (_what, count, shows, state) => {
  const world = new World(rdsResource());
  left(world, ...after(world).slice(0, count));
  world.shows = shows;
  await world.process().reconcile();
  expect(await world.ended(RUN1)).toMatchObject({ state });
  expect(world.aws.mutations()).toEqual([]);
  expect(await new Journal(world.records, () => world.clock.now()).unfinished()).toEqual([]);
});

const stepOf = ({ steps: [step] }: StoredPlan) => step ?? expect.fail('a plan has a step');

test.each<[string, (plan: StoredPlan) => unknown]>([
  ['two steps', (plan) => plan.steps.push(...plan.steps)],
  ['two targets', (plan) => stepOf(plan).targets.push(...stepOf(plan).targets)],
  ['no target', (plan) => stepOf(plan).targets.pop()],
  ['another place than its target', (plan) => Object.assign(stepOf(plan).call, { region: 'eu-west-1' })],
  [
    'another source',
    ({ identity }) => Object.assign(identity, { source: { kind: 'key', accessKeyId: 'prod' } }),
  ],
  ['a narrowed session', ({ identity }) => Object.assign(identity, { narrowed: { kind: 'session_policy' } })],
  ['a denial', ({ policy }) => Object.assign(policy, { decision: 'deny' })],
])('a plan of a later version with %s is shown and never carried out', async (_what, change) => {
  const world = new World(rdsResource());
  const service = world.process();
  await service.propose('rds.stop', 'resource-1');
  const made = JSON.parse(Buffer.from(world.records.kept[0] ?? []).toString('utf8'));
  change(made.body.plan);
  made.body.plan.digest = planDigest(made.body.plan);
  world.records.kept.splice(0, 1, Buffer.from(JSON.stringify(made)));
  const next = world.process();
  const { planId, digest } = made.body.plan;
  expect((await next.plan(planId)).status).toBe('proposed');
  const approving = next.approve({ planId, digest: digest.sha256 }, ANA);
  await expect(approving).rejects.toMatchObject({ code: 'INVALID_STATE' });
  expect(world.aws.mutations()).toEqual([]);
});

test('what is kept of an approved change: who, what of each target, AWS’s own answer without its secrets', async () => {
  const world = new World(rdsResource());
  world.after('StopDBInstance', ['stopping', 'stopped']);
  const secret = 'hunter2-hunter2';
  world.aws.answers.set('StopDBInstance', {
    kind: 'ok',
    body: `<DBInstance><DBInstanceIdentifier>pg-main1</DBInstanceIdentifier><DBInstanceStatus>stopping</DBInstanceStatus><PendingModifiedValues><MasterUserPassword>${secret}</MasterUserPassword></PendingModifiedValues><Unheard>of</Unheard></DBInstance>`,
  });
  const service = world.process();
  const { plan } = await service.propose('rds.stop', 'resource-1');
  const { planId, digest } = plan;
  const view = await service.approve({ planId, digest }, ANA);
  const executionId = view.execution?.executionId ?? '';
  await world.ended(executionId);
  const kept = await new Journal(world.records, () => world.clock.now()).execution(executionId);
  expect(kept).toMatchObject({
    ...{ actor: ANA, approver: ANA, approvalRequired: true },
    targets: [{ stateBefore: 'available', stateNow: 'stopped', outcome: 'succeeded', error: null }],
    answers: [{ accepted: true, requestId: 'req-1' }],
  });
  const { text = '', whole } = (await service.execution(executionId)).answer ?? {};
  expect(whole).toBe(true);
  expect(JSON.parse(text).DBInstance).toMatchObject({ DBInstanceStatus: 'stopping' });
  expect(JSON.parse(text).DBInstance.PendingModifiedValues).toHaveProperty('MasterUserPassword');
  expect(Buffer.concat(world.records.kept).toString('utf8')).not.toContain(secret);
  expect(text).not.toContain('metadata');
});

test('AWS’s refusal is kept as it said it, and an end without the network is none', async () => {
  const world = new World(ec2Resource());
  world.aws.answers.set('StopInstances', { kind: 'error', status: 403, code: 'UnauthorizedOperation' });
  const run = async () => {
    const service = world.process();
    const { plan } = await service.propose('ec2.stop', 'resource-1');
    const { planId, digest } = plan;
    const view = await service.approve({ planId, digest }, ANA);
    await world.ended(view.execution?.executionId ?? '');
    return service.execution(view.execution?.executionId ?? '');
  };
  const refused = await run();
  expect(refused).toMatchObject({ state: 'failed', requestId: 'req-1' });
  expect(JSON.parse(refused.answer?.text ?? '')).toMatchObject({
    ...{ Code: 'UnauthorizedOperation', HttpStatus: 403 },
  });
  world.aws.answers.set('StopInstances', { kind: 'cut', code: 'ENOTFOUND' });
  expect(await run()).toMatchObject({ state: 'failed', answer: null, requestId: null });
});
