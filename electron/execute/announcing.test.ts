import { expect, test } from 'vitest';
import type { ExecutionNews } from '../../preload/contract/models.ts';
import type { JournalApi } from '../storage/api.ts';
import { appendingBy, rdsResource, runAction, World } from './testing/harness.ts';

/** A journal that counts what is asked of it. */
function counting(counts: { reads: number; appends: number }) {
  return (journal: JournalApi): JournalApi => ({
    ...appendingBy(journal, (body) => {
      counts.appends += 1;
      return journal.append(body);
    }),
    execution: (executionId) => {
      counts.reads += 1;
      return journal.execution(executionId);
    },
    log: (...args) => {
      counts.reads += 1;
      return journal.log(...args);
    },
  });
}

async function ranThrough(states: string[]) {
  const world = new World(rdsResource());
  world.after('StopDBInstance', states);
  const counts = { reads: 0, appends: 0 };
  await runAction(world, 'rds.stop', world.process(counting(counts)));
  const news = world.events.filter(({ name }) => name === 'execution.changed');
  const sizes = news.map(({ payload }) => JSON.stringify(payload).length);
  return { world, ...counts, news: news.map(({ payload }) => payload as ExecutionNews), sizes };
}

test('an append is announced with what it changed, and nothing is read again for that', async () => {
  const short = await ranThrough(['stopping', 'stopped']);
  const long = await ranThrough([...Array(40).fill(['stopping', 'modifying']).flat(), 'stopped']);
  expect(long.appends).toBeGreaterThan(short.appends + 70);
  expect(long.reads).toBe(short.reads);
  // All but the plan and its approval, which have their own event.
  expect(long.news).toHaveLength(long.appends - 2);
  expect(Math.max(...long.sizes)).toBeLessThan(1_500);
  expect(long.news.filter(({ line }) => line).length).toBe(long.news.at(-1)?.logLines);
});

test('looking that finds nothing new writes nothing and announces nothing', async () => {
  const few = await ranThrough(['stopping', 'stopped']);
  const many = await ranThrough([...Array(60).fill('stopping'), 'stopped']);
  expect(many.world.describes).toBeGreaterThan(few.world.describes + 50);
  expect(many.appends).toBe(few.appends);
  expect(many.world.events).toHaveLength(few.world.events.length);
});
