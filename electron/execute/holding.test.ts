import { expect, test } from 'vitest';
import { ANA } from '../storage/journal/testing/plans.ts';
import type { ExecutionService } from './executionService.ts';
import { rdsResource, World } from './testing/harness.ts';

/** A stop that AWS has accepted and that goes on for as long as `world.shows` says. */
async function followed(world: World, service: ExecutionService): Promise<string> {
  world.after('StopDBInstance', ['stopping']);
  const { plan } = await service.propose('rds.stop', 'resource-1');
  const seen = new Promise<void>((resolve) => {
    world.onDescribe = async () => {
      if (world.aws.mutations().length > 0) resolve();
    };
  });
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  await seen;
  return view.execution?.executionId ?? '';
}

test('a change under way is paused while the journal is held, and followed to its end afterwards', async () => {
  const world = new World(rdsResource());
  const service = world.process();
  const executionId = await followed(world, service);
  const release = await service.hold('pause');
  const entries = world.records.kept.length;
  world.shows = ['stopping', 'stopped'];
  const [other] = [await service.plan((await service.execution(executionId)).plan.planId)];
  await expect(service.propose('rds.stop', 'resource-1')).rejects.toMatchObject({ code: 'NOT_READY' });
  const again = service.approve({ planId: other.plan.planId, digest: other.plan.digest }, ANA);
  await expect(again).rejects.toMatchObject({ code: 'NOT_READY' });
  expect(world.records.kept).toHaveLength(entries);
  expect((await service.execution(executionId)).finishedAt).toBeNull();
  await release();
  expect(await world.ended(executionId)).toMatchObject({ state: 'succeeded' });
  expect(world.aws.mutations()).toHaveLength(1);
});

test('an execution that the exchanged journal does not know is let go of, without an error for ever', async () => {
  const world = new World(rdsResource());
  const service = world.process();
  await followed(world, service);
  const release = await service.hold('pause');
  world.records.kept.length = 0;
  await release();
  await service.stop();
  expect(world.reported).toEqual([]);
});

test('what must not be interrupted refuses the hold, and is not disturbed by it', async () => {
  const world = new World(rdsResource());
  const service = world.process();
  const executionId = await followed(world, service);
  await expect(service.hold('refuse')).rejects.toMatchObject({ code: 'INVALID_STATE' });
  world.shows = ['stopping', 'stopped'];
  expect(await world.ended(executionId)).toMatchObject({ state: 'succeeded' });
  const release = await service.hold('refuse');
  await release();
});

test('an approval on its way when the hold comes is sent before it, not lost between two journals', async () => {
  const world = new World(rdsResource());
  const service = world.process();
  world.after('StopDBInstance', ['stopping']);
  const { plan } = await service.propose('rds.stop', 'resource-1');
  const approving = service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  const release = await service.hold('pause');
  expect(world.aws.mutations()).toHaveLength(1);
  const { execution } = await approving;
  world.shows = ['stopped'];
  await release();
  expect(await world.ended(execution?.executionId ?? '')).toMatchObject({ state: 'succeeded' });
});
