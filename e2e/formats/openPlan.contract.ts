import { afterEach, expect, test, vi } from 'vitest';
import { ExecutionService } from '../../electron/execute/executionService.ts';
import { FakeAws } from '../../electron/execute/testing/fakeAws.ts';
import type { Execution, Plan, Resource } from '../../preload/contract/models.ts';
import { Fixtures, withTemp } from './fixtures.ts';
import { openFolder } from './workspace.ts';

const fixtures = new Fixtures('0.1.0');
const MARGARETHE = { user: 'margarethe', host: 'operations-1', client: 'window-1' };
afterEach(() => {
  vi.useRealTimers();
});

/** A plan that nobody had decided on, as 0.1.0 told it. */
function openPlan(): Plan {
  const plans = fixtures.said('sqlite', 'settled').plans as unknown as { plan: Plan; status: string }[];
  const open = plans.find(({ status }) => status === 'proposed');
  if (open === undefined) throw new Error('no plan is open');
  return open.plan;
}

test('a plan made just before the update can still be approved after it, is sent once, and never again', () =>
  withTemp(async (temp) => {
    const plan = openPlan();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(plan.createdAt) + 60_000 });
    const at = await fixtures.unpackFolder('sqlite', 'settled', temp);
    const { storage, close } = await openFolder(at);
    const { journal, estate, find } = storage;
    const aws = new FakeAws();
    const describe = async ({ accountId, region, resourceType, nativeId }: Resource) => {
      const id = await find.locate({ accountId, region, resourceType, nativeId });
      const found = id === null ? null : await estate.get(id);
      return found && { ...found, state: aws.mutations().length > 0 ? 'stopped' : 'available' };
    };
    const { profile, accountId, arn } = plan.identity;
    const ended = Promise.withResolvers<void>();
    const execution = new ExecutionService(
      {
        journal,
        estate,
        find,
        clients: aws,
        sessions: { identity: async () => ({ profile, accountId, arn, expiresAt: null }) },
        accounts: { get: async () => null, requireUnlocked: async () => undefined },
        describe,
        touchesBackups: async () => false,
        emit: (name, payload) => {
          if (name === 'execution.changed' && (payload as Execution).finishedAt !== null) ended.resolve();
        },
        report: (error) => {
          throw error;
        },
      },
      { timings: { firstPollMs: 1, maxPollMs: 5, graceMs: 50 } },
    );
    try {
      await find.resolve('whole');
      expect(await execution.plan(plan.planId)).toMatchObject({ status: 'proposed' });
      const approval = { planId: plan.planId, digest: plan.digest };
      const view = await execution.approve(approval, MARGARETHE);
      await ended.promise;
      const { executionId = '' } = view.execution ?? {};
      expect(await execution.execution(executionId)).toMatchObject({
        state: 'succeeded',
        stateNow: 'stopped',
      });
      expect(aws.mutations().map(({ action }) => action)).toEqual([plan.call.operation]);
      await expect(execution.approve(approval, MARGARETHE)).rejects.toMatchObject({ code: 'PLAN_USED' });
      expect(aws.mutations()).toHaveLength(1);
    } finally {
      await execution.stop();
      await close();
    }
  }));
