import { expect, test } from 'vitest';
import { sawInput, startIdle, TICK_MS, tickIdle } from './idle.ts';

const MINUTE = 60_000;

/** Ticks on time from `from` up to `to`; the first lock, and when. */
function run(minutes: number, to: number, inputAt: readonly number[] = []) {
  let watch = startIdle(0);
  for (let now = TICK_MS; now <= to; now += TICK_MS) {
    if (inputAt.some((at) => at > now - TICK_MS && at <= now)) watch = sawInput(watch, now);
    const next = tickIdle(watch, now, minutes);
    watch = next.watch;
    if (next.lock) return { lock: next.lock, at: now };
  }
  return null;
}

test('keys go after the chosen minutes without a sign of the person, not before', () => {
  expect(run(5, 60 * MINUTE)).toEqual({ lock: 'idle', at: 5 * MINUTE });
  expect(run(5, 9 * MINUTE, [4.5 * MINUTE])).toBeNull();
  expect(run(15, 60 * MINUTE, [MINUTE])).toEqual({ lock: 'idle', at: 16 * MINUTE });
});

test('switched off, neither idleness nor sleep locks', () => {
  expect(run(0, 600 * MINUTE)).toBeNull();
  expect(tickIdle(startIdle(0), 600 * MINUTE, 0).lock).toBeNull();
});

test('the key press that wakes the machine does not keep it open', () => {
  const woken = 30 * MINUTE;
  const watch = sawInput(startIdle(0), woken);
  expect(tickIdle(watch, woken + 10, 60).lock).toBe('sleep');
});

test('a clock set back does not keep the keys in memory', () => {
  const watch = { lastInput: 100 * MINUTE, lastTick: 100 * MINUTE };
  expect(tickIdle(watch, 10 * MINUTE, 15).lock).toBe('sleep');
});

test('a page slowed in the background for less than a minute is not asleep', () => {
  expect(tickIdle(startIdle(0), MINUTE, 15).lock).toBeNull();
});

test('one sleep locks once: after unlocking the count begins anew', () => {
  const first = tickIdle(startIdle(0), 90 * MINUTE, 5);
  expect(first.lock).toBe('sleep');
  expect(tickIdle(first.watch, 90 * MINUTE + TICK_MS, 5).lock).toBeNull();
});
