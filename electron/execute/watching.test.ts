import { expect, test } from 'vitest';
import { GONE, type Watch } from './catalog/spec.ts';
import { type Sending, Watching } from './watching.ts';

const GRACE = 1_000;
const FRESH: Sending = { accepted: true, fresh: true };
const UNCLEAR: Sending = { accepted: false, fresh: true };
const STOP: Watch = {
  evidence: 'state',
  before: ['available'],
  passing: ['stopping'],
  end: ['stopped'],
  maxWaitMs: 60_000,
};
const REBOOT: Watch = {
  ...STOP,
  evidence: 'restart',
  before: [],
  passing: ['rebooting'],
  end: ['available'],
};
const NONE: Watch = { ...STOP, evidence: 'none', before: [], passing: [], end: ['running'] };

/** Shows one state after the other, `step` ms apart; answers with how it settled and at which look. */
function watch(spec: Watch, sending: Sending, states: string[], step = 600): [string, number] | null {
  const watching = new Watching(spec, sending, GRACE);
  for (const [i, status] of states.entries()) {
    const settled = watching.see(status, i * step);
    if (settled) return [settled.kind, i];
  }
  return null;
}

test('the old state shown for a while after an accepted call is no verdict', () => {
  expect(watch(STOP, FRESH, Array(20).fill('available'))).toBeNull();
});

test('after an unclear send the old state counts once the grace is over, not before', () => {
  expect(watch(STOP, UNCLEAR, ['available', 'available'])).toBeNull();
  expect(watch(STOP, UNCLEAR, ['available', 'available', 'available'])).toEqual(['unseen', 2]);
});

test('a state in between starts the grace anew', () => {
  expect(
    watch(STOP, UNCLEAR, ['available', 'available', 'maintenance', 'available', 'available']),
  ).toBeNull();
});

test('a restart is reached only through its passing state', () => {
  expect(watch(REBOOT, FRESH, ['available', 'rebooting', 'available'])).toEqual(['reached', 2]);
  expect(watch(REBOOT, FRESH, ['available', 'available', 'available'])).toEqual(['unproved', 2]);
  expect(watch(REBOOT, UNCLEAR, ['available', 'available', 'available'])).toEqual(['unseen', 2]);
  expect(watch(REBOOT, UNCLEAR, ['rebooting', 'available'])).toEqual(['reached', 1]);
});

test('where AWS shows nothing, only the accepted request counts, and never as seen', () => {
  expect(watch(NONE, FRESH, ['running'])).toEqual(['unproved', 0]);
  expect(watch(NONE, UNCLEAR, ['running'])).toEqual(['unseen', 0]);
  expect(watch(NONE, FRESH, ['stopped'])).toEqual(['broken', 0]);
  expect(watch(NONE, FRESH, [GONE])).toEqual(['lost', 0]);
});

test('a target that vanishes is lost unless vanishing was the aim', () => {
  expect(watch(STOP, FRESH, ['stopping', GONE])).toEqual(['lost', 1]);
  expect(watch({ ...STOP, end: [GONE] }, FRESH, ['stopping', GONE])).toEqual(['reached', 1]);
});

test('a state it cannot leave by itself ends the watch', () => {
  for (const status of ['failed', 'incompatible-network', 'terminated'])
    expect(watch(STOP, FRESH, ['stopping', status])).toEqual(['broken', 1]);
});

test('what an earlier process had accepted and is back where it was is not waited for', () => {
  const resumed: Sending = { accepted: true, fresh: false };
  expect(watch(STOP, resumed, ['available', 'available', 'available'])).toEqual(['unseen', 2]);
});
