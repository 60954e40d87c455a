import { expect, test } from 'vitest';
import { ANA } from '../storage/journal/testing/plans.ts';
import type { ActionSpec } from './catalog/spec.ts';
import { ACTIONS, Catalog } from './catalog.ts';
import { rdsResource, World } from './testing/harness.ts';

const BACKUPS = { bucket: 'backups-of-prod', kmsKeyId: null };

/** An entry as a later catalog may have it; it knows nothing of backups. */
function planted(sent: unknown[]): ActionSpec {
  const [any] = ACTIONS;
  if (any === undefined) throw new Error('the catalog is empty');
  return {
    ...any,
    id: 's3.delete',
    resourceType: 's3_bucket',
    service: 's3',
    operation: 'DeleteBucket',
    iamAction: 's3:DeleteBucket',
    effect: 'interrupts',
    from: ['active'],
    watch: { evidence: 'none', before: ['active'], passing: [], end: [], maxWaitMs: 1_000 },
    title: ({ name }) => `Delete bucket ${name}`,
    parameters: ({ nativeId }) => ({ Bucket: nativeId }),
    constraint: () => ({ status: 'pass', text: 'can be deleted' }),
    liveConstraint: null,
    affects: () => [],
    undo: () => null,
    dryRun: null,
    send: async (_clients, _scope, parameters) => {
      sent.push(parameters);
      return { requestId: 'req-1', answer: null };
    },
  };
}

function bucketWorld(name: string) {
  const sent: unknown[] = [];
  const bucket = { resourceType: 's3_bucket', service: 's3', nativeId: name, name } as const;
  const world = new World(rdsResource({ ...bucket, arn: `arn:aws:s3:::${name}`, state: 'active' }));
  world.catalog = new Catalog([...ACTIONS, planted(sent)]);
  return { world, sent };
}

test('a catalog entry that never heard of backups cannot even be planned against them', async () => {
  const { world, sent } = bucketWorld('backups-of-prod');
  world.backups = BACKUPS;
  await expect(world.process().propose('s3.delete', 'resource-1')).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('could change or delete the backups of this workspace'),
  });
  expect(sent).toEqual([]);
});

test('a plan made before the bucket was chosen for backups is refused before its intent is written', async () => {
  const { world, sent } = bucketWorld('backups-of-prod');
  const service = world.process();
  const { plan } = await service.propose('s3.delete', 'resource-1');
  world.backups = BACKUPS;
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  const execution = await world.ended(view.execution?.executionId ?? '');
  expect(execution).toMatchObject({ state: 'refused', error: { code: 'INVALID_STATE' } });
  expect(execution.steps?.map(({ state }) => state)).toEqual(['checking', 'refused']);
  expect(sent).toEqual([]);
});

test('another bucket is not taken for that of the backups', async () => {
  const { world, sent } = bucketWorld('reports-of-prod');
  world.backups = BACKUPS;
  const service = world.process();
  const { plan } = await service.propose('s3.delete', 'resource-1');
  const view = await service.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  await world.ended(view.execution?.executionId ?? '');
  expect(sent).toEqual([{ Bucket: 'reports-of-prod' }]);
});
