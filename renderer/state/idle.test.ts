import { expect, test } from 'vitest';
import { sawInput, startIdle, TICK_MS, tickIdle } from './idle.ts';

const SECOND = 1_000;

test('a person who goes on typing is told of, from the first key on, but not with every key', () => {
  let watch = startIdle(0);
  const told: number[] = [];
  for (let now = 0; now <= 60 * SECOND; now += SECOND) {
    const seen = sawInput(watch, now);
    watch = seen.watch;
    if (seen.tell) told.push(now / SECOND);
  }
  expect(told).toEqual([0, 20, 40, 60]);
});

test('a clock set back does not keep the person from being told of', () => {
  const { watch } = sawInput(startIdle(3_600 * SECOND), 3_600 * SECOND);
  expect(sawInput(watch, 0).tell).toBe(true);
});

test('a machine that slept is noticed by the jump of its clock, whichever way, also when a key woke it', () => {
  const { watch } = tickIdle(startIdle(0), TICK_MS);
  expect(tickIdle(watch, TICK_MS + 10 * SECOND).slept).toBe(false);
  const woken = sawInput(watch, 600 * SECOND).watch;
  expect(tickIdle(woken, 600 * SECOND).slept).toBe(true);
  expect(tickIdle(watch, -600 * SECOND).slept).toBe(true);
});

test('a tick that is only late, on a busy machine, is no sleep', () => {
  expect(tickIdle(startIdle(0), TICK_MS + 59 * SECOND).slept).toBe(false);
});
