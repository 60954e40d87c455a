import { expect, test, vi } from 'vitest';
import type { Job, ScanCell, ScanRun } from '../preload/contract/models.ts';
import { AppEvents } from './events.ts';
import { LiveStatus } from './liveStatus.ts';
import { coverageOf } from './scan/coverage.ts';

const cell = (status: ScanCell['status'], asOf: string | null): ScanCell => ({
  accountId: '111122223333',
  region: 'us-east-1',
  service: 'ec2',
  status,
  count: 0,
  asOf,
  message: null,
});

const UNHEARD = { answers: () => 0, onAnswer: () => () => undefined };

function statusOf(cells: ScanCell[], held: { resources?: number; conversations?: boolean } = {}) {
  return new LiveStatus({
    accounts: { list: async () => [] },
    scanner: { status: async () => ({ run: null, coverage: coverageOf(cells) }) },
    estate: { count: async () => held.resources ?? 0 },
    reach: UNHEARD,
    hasConversations: async () => held.conversations ?? false,
    recoveryMissing: async () => false,
    backup: async () => ({ lastGoodAt: null, overdue: false, running: false }),
  }).read();
}

test('the age shown is the oldest cell’s, so that one fresh cell does not hide an old one', async () => {
  const facts = await statusOf([
    cell('ok', '2026-11-21T10:00:00.000Z'),
    cell('ok', '2026-11-20T10:00:00.000Z'),
  ]);
  expect(facts.dataAsOf).toBe('2026-11-20T10:00:00.000Z');
});

test('one denied or unreachable cell is not "offline"; all unreachable is', async () => {
  expect((await statusOf([cell('network', null), cell('denied', null)])).offline).toBe(false);
  expect((await statusOf([cell('network', null), cell('network', null)])).offline).toBe(true);
  expect((await statusOf([])).offline).toBe(false);
});

test('"offline" ends with the first answer of AWS, and comes back when a later scan reaches nothing', async () => {
  vi.useFakeTimers();
  try {
    let answers = 0;
    let listener = () => {};
    let run: ScanRun | null = null;
    const status = new LiveStatus({
      accounts: { list: async () => [] },
      scanner: { status: async () => ({ run, coverage: coverageOf([cell('network', null)]) }) },
      estate: { count: async () => 0 },
      reach: {
        answers: () => answers,
        onAnswer: (heard) => {
          listener = heard;
          return () => undefined;
        },
      },
      hasConversations: async () => false,
      recoveryMissing: async () => false,
      backup: async () => ({ lastGoodAt: null, overdue: false, running: false }),
    });
    let asked = 0;
    const stop = status.follow(new AppEvents(), () => {
      asked += 1;
    });
    expect((await status.read()).offline).toBe(true);
    answers = 1;
    listener();
    vi.runAllTimers();
    expect(asked).toBe(1);
    expect((await status.read()).offline).toBe(false);
    run = { runId: 'later', finishedAt: '2026-11-21T10:00:00.000Z' } as ScanRun;
    expect((await status.read()).offline).toBe(true);
    stop();
  } finally {
    vi.useRealTimers();
  }
});

test('what was restored without its accounts is not hidden behind the first-start screen', async () => {
  expect((await statusOf([])).onboarded).toBe(false);
  expect((await statusOf([], { resources: 5 })).onboarded).toBe(true);
  expect((await statusOf([], { conversations: true })).onboarded).toBe(true);
});

test('a failed backup is not shown as running until something else happens, and progress asks nothing anew', () => {
  vi.useFakeTimers();
  try {
    const events = new AppEvents();
    let asked = 0;
    const stop = new LiveStatus({
      accounts: { list: async () => [] },
      scanner: { status: async () => ({ run: null, coverage: coverageOf([]) }) },
      estate: { count: async () => 0 },
      reach: UNHEARD,
      hasConversations: async () => false,
      recoveryMissing: async () => false,
      backup: async () => ({ lastGoodAt: null, overdue: false, running: false }),
    }).follow(events, () => {
      asked += 1;
    });
    const say = (state: Job['state'], done: number) => {
      events.emit('job.changed', { jobId: 'a', kind: 'backup', state, done } as Job);
      vi.runAllTimers();
    };
    say('running', 0);
    expect(asked).toBe(1);
    say('running', 1);
    say('running', 2);
    expect(asked).toBe(1);
    say('failed', 2);
    expect(asked).toBe(2);
    stop();
  } finally {
    vi.useRealTimers();
  }
});
