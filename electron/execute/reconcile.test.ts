import { expect, test } from 'vitest';
import type { Execution, ExecutionNews, Resource } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { JournalApi } from '../storage/api.ts';
import type { JournalBody } from '../storage/journal/entries.ts';
import { Journal } from '../storage/journal/journal.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import { GONE } from './catalog/spec.ts';
import { appendingBy, dyingAt, ec2Resource, rdsResource, runAction, World } from './testing/harness.ts';

interface Death {
  kind: JournalBody['kind'];
  when: 'before' | 'after';
}

/** Approves in a process that dies at that entry, and leaves the world as it then is. */
async function killed(world: World, action: string, { kind, when }: Death): Promise<string> {
  const { wrap, dead } = dyingAt(kind, when);
  const service = world.process(wrap);
  const { plan } = await service.propose(action, 'resource-1');
  const approving = service.approve(
    { planId: plan.planId, digest: plan.digest, typedName: plan.confirmName ?? undefined },
    ANA,
  );
  approving.catch(() => undefined);
  await dead;
  const [left] = await new Journal(world.records, () => world.clock.now()).unfinished();
  return left?.executionId ?? '';
}

/** The next start: reconciles and waits for the end. */
async function restarted(world: World, executionId: string): Promise<ExecutionNews> {
  world.events.length = 0;
  await world.process().reconcile();
  return world.ended(executionId);
}

const stopped = (world: World) => world.after('StopDBInstance', ['stopping', 'stopping', 'stopped']);
const sends = (world: World) => world.aws.mutations().length;

test.each<[string, Death, number, Execution['state']]>([
  ['before the intent', { kind: 'intent', when: 'before' }, 0, 'refused'],
  ['after the send, before it was recorded', { kind: 'answered', when: 'before' }, 1, 'succeeded'],
  ['after the send was recorded', { kind: 'answered', when: 'after' }, 1, 'succeeded'],
  ['while waiting', { kind: 'state', when: 'after' }, 1, 'succeeded'],
  ['before the result was recorded', { kind: 'result', when: 'before' }, 1, 'succeeded'],
])('killed %s: at most one send, and the record says what is', async (_what, death, sent, state) => {
  const world = new World(rdsResource());
  stopped(world);
  const executionId = await killed(world, 'rds.stop', death);
  expect(sends(world)).toBe(sent);
  const execution = await restarted(world, executionId);
  expect(execution.state).toBe(state);
  expect(sends(world)).toBe(sent);
  if (state === 'succeeded') expect(execution).toMatchObject({ stateNow: 'stopped' });
  if (state === 'succeeded') expect(execution.verifiedAt).not.toBeNull();
});

test('killed after the intent and before the send: unknown, never sent later', async () => {
  const world = new World(rdsResource());
  const executionId = await killed(world, 'rds.stop', { kind: 'intent', when: 'after' });
  expect(sends(world)).toBe(0);
  const execution = await restarted(world, executionId);
  expect(execution).toMatchObject({ state: 'unknown', stateNow: 'available', verifiedAt: null });
  expect(execution.error?.message).toContain('may or may not have reached AWS');
  expect(sends(world)).toBe(0);
});

test('killed before the intent: says that nothing was sent', async () => {
  const world = new World(rdsResource());
  const executionId = await killed(world, 'rds.stop', { kind: 'intent', when: 'before' });
  const execution = await restarted(world, executionId);
  expect(execution.error).toMatchObject({ code: 'CANCELLED' });
  expect(execution.error?.message).toContain('Nothing was sent');
});

test('killed while the approval was written: approved and refused, or still open, never sent', async () => {
  for (const when of ['before', 'after'] as const) {
    const world = new World(rdsResource());
    await killed(world, 'rds.stop', { kind: 'plan_approved', when });
    await world.process().reconcile();
    expect(sends(world)).toBe(0);
    const unfinished = await new Journal(world.records, () => world.clock.now()).unfinished();
    expect(unfinished).toEqual([]);
  }
});

test('an approval given again after the kill sends nothing', async () => {
  const world = new World(rdsResource());
  stopped(world);
  const executionId = await killed(world, 'rds.stop', { kind: 'answered', when: 'before' });
  const journal = new Journal(world.records, () => world.clock.now());
  const plan = (await journal.execution(executionId))?.plan;
  const service = world.process();
  const again = service.approve({ planId: plan?.planId ?? '', digest: plan?.digest.sha256 ?? '' }, ANA);
  await expect(again).rejects.toMatchObject({ code: 'PLAN_USED' });
  expect(sends(world)).toBe(1);
});

test.each<[string, string, Resource, Death, (string | Error)[], Execution['state'], boolean]>([
  ['reboot', 'rds.reboot', rdsResource(), { kind: 'intent', when: 'after' }, ['available'], 'unknown', false],
  [
    'accepted reboot',
    'rds.reboot',
    rdsResource(),
    { kind: 'answered', when: 'after' },
    ['available'],
    'succeeded',
    false,
  ],
  [
    'reboot seen',
    'rds.reboot',
    rdsResource(),
    { kind: 'intent', when: 'after' },
    ['rebooting', 'available'],
    'succeeded',
    true,
  ],
  [
    'EC2 reboot',
    'ec2.reboot',
    ec2Resource(),
    { kind: 'intent', when: 'after' },
    ['running'],
    'unknown',
    false,
  ],
  ['delete', 'rds.delete', rdsResource(), { kind: 'intent', when: 'after' }, [GONE], 'succeeded', true],
  [
    'someone started it again',
    'rds.stop',
    rdsResource(),
    { kind: 'answered', when: 'after' },
    ['available'],
    'unknown',
    false,
  ],
])(
  'a restart after a kill judges by what it sees: %s',
  async (_what, action, resource, death, shows, state, verified) => {
    const world = new World(resource);
    const executionId = await killed(world, action, death);
    const before = sends(world);
    world.shows = shows;
    const execution = await restarted(world, executionId);
    expect(execution.state).toBe(state);
    expect(execution.verifiedAt !== null).toBe(verified);
    expect(sends(world)).toBe(before);
  },
);

test('a restart without a network goes on waiting and ends when the network is back', async () => {
  const world = new World(rdsResource());
  stopped(world);
  const executionId = await killed(world, 'rds.stop', { kind: 'answered', when: 'after' });
  world.shows = [
    new Error('getaddrinfo ENOTFOUND'),
    new Error('getaddrinfo ENOTFOUND'),
    'stopping',
    'stopped',
  ];
  expect(await restarted(world, executionId)).toMatchObject({ state: 'succeeded', stateNow: 'stopped' });
});

test('an orderly stop leaves the execution open, and the next start ends it', async () => {
  const world = new World(rdsResource());
  world.after('StopDBInstance', ['stopping']);
  const service = world.process();
  const { plan } = await service.propose('rds.stop', 'resource-1');
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  const executionId = view.execution?.executionId ?? '';
  let stopping: Promise<void> | null = null;
  await new Promise<void>((resolve) => {
    world.onDescribe = async () => {
      if (stopping || sends(world) === 0) return;
      stopping = service.stop();
      resolve();
    };
  });
  await stopping;
  expect((await service.execution(executionId)).finishedAt).toBeNull();
  world.shows = ['stopping', 'stopped'];
  expect(await restarted(world, executionId)).toMatchObject({ state: 'succeeded' });
  expect(sends(world)).toBe(1);
});

test.each<[JournalBody['kind'], number, Execution['state']]>([
  ['intent', 0, 'refused'],
  ['answered', 1, 'succeeded'],
  ['state', 1, 'succeeded'],
  ['result', 1, 'succeeded'],
])(
  'a journal that cannot take "%s" for a while: told, settled later, and never sent twice',
  async (kind, sent, state) => {
    const world = new World(rdsResource());
    stopped(world);
    const full = new AppError('DISK_FULL', 'The disk is full.');
    let failures = 2;
    const failing = (journal: JournalApi) =>
      appendingBy(journal, (body) => {
        if (body.kind !== kind || failures === 0) return journal.append(body);
        failures -= 1;
        return Promise.reject(full);
      });
    if (kind === 'intent' || kind === 'answered') failures = 1;
    const execution = await runAction(world, 'rds.stop', world.process(failing));
    expect(execution.state).toBe(state);
    expect(world.reported).toContain(full);
    expect(sends(world)).toBe(sent);
  },
);

test('reconciling twice, or when nothing is open, changes nothing', async () => {
  const world = new World(rdsResource());
  const executionId = await killed(world, 'rds.stop', { kind: 'intent', when: 'before' });
  await restarted(world, executionId);
  const kept = world.records.kept.length;
  await world.process().reconcile();
  expect(world.records.kept).toHaveLength(kept);
});
