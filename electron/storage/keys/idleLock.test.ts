import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppEvents } from '../../events.ts';
import { IdleLock } from './idleLock.ts';
import { whenQuiet } from './whenQuiet.ts';

const MINUTE = 60_000;
let now: { wall: number; monotonic: number };
let minutes: number | Error;
let locks: number;
let lock: IdleLock;
beforeEach(() => {
  now = { wall: 1_000_000, monotonic: 0 };
  minutes = 5;
  locks = 0;
  lock = new IdleLock({
    minutes: async () => {
      if (minutes instanceof Error) throw minutes;
      return minutes;
    },
    lock: () => {
      locks += 1;
    },
    report: () => undefined,
    now: () => ({ ...now }),
  });
  lock.start();
});
afterEach(() => lock.stop());

const pass = (wall: number, monotonic = wall) => {
  now = { wall: now.wall + wall, monotonic: now.monotonic + monotonic };
};

test('locks after the minutes of the settings, counted from the last sign of life', async () => {
  pass(4 * MINUTE);
  lock.active();
  pass(4.9 * MINUTE);
  await lock.look();
  expect(locks).toBe(0);
  pass(0.1 * MINUTE);
  await lock.look();
  expect(locks).toBe(1);
});

test('a machine that slept through it locks when it wakes, and a clock set back does not put it off', async () => {
  pass(60 * MINUTE, 0);
  await lock.look();
  expect(locks).toBe(1);
  lock.active();
  pass(-60 * MINUTE, 5 * MINUTE);
  await lock.look();
  expect(locks).toBe(2);
});

test('switched off, or with settings that cannot be read, it never locks, not on sleep either', async () => {
  for (const setting of [0, new Error('not ready')]) {
    minutes = setting;
    pass(600 * MINUTE);
    await lock.look();
    await lock.sleeps();
  }
  expect(locks).toBe(0);
});

test('sleep locks at once where the idle lock is on', async () => {
  await lock.sleeps();
  expect(locks).toBe(1);
});

test('quiet means that every execution has its result and no job runs', async () => {
  const events = new AppEvents();
  let unfinished = 1;
  let asked = 0;
  const jobEnd = Promise.withResolvers<void>();
  let job: { jobId: string } | null = { jobId: 'backup' };
  let quiet = false;
  const waiting = whenQuiet({
    events,
    journal: {
      unfinished: async () => {
        asked += 1;
        return Array.from({ length: unfinished });
      },
    },
    jobs: { current: () => job, settled: () => jobEnd.promise },
  } as Parameters<typeof whenQuiet>[0]).then(() => {
    quiet = true;
  });
  job = null;
  jobEnd.resolve();
  while (asked === 0) await Promise.resolve();
  const change = () => events.emit('execution.changed', {} as never);
  change();
  while (asked === 1) await Promise.resolve();
  expect(quiet).toBe(false);
  unfinished = 0;
  change();
  await waiting;
  expect(quiet).toBe(true);
});
