import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventMessage, EventName, EventPayloads } from '../../preload/contract/events.ts';
import { CacheSync, createThrottle, judge, type Throttle } from './sync.ts';

const runAtOnce: Throttle = (_key, _ms, run) => run();

describe('judge', () => {
  test('the first event, and the next number, are in order', () => {
    expect(judge(null, { bootId: 'a', seq: 9 })).toBe('next');
    expect(judge({ bootId: 'a', seq: 9 }, { bootId: 'a', seq: 10 })).toBe('next');
  });
  test('a missing, repeated or older number is a gap', () => {
    for (const seq of [12, 9, 3]) expect(judge({ bootId: 'a', seq: 9 }, { bootId: 'a', seq })).toBe('gap');
  });
  test('another boot id is another app, whatever its number', () => {
    expect(judge({ bootId: 'a', seq: 9 }, { bootId: 'b', seq: 10 })).toBe('boot');
  });
  test('after a reconnect the number is unknown, the boot is not', () => {
    expect(judge({ bootId: 'a', seq: null }, { bootId: 'a', seq: 40 })).toBe('next');
    expect(judge({ bootId: 'a', seq: null }, { bootId: 'b', seq: 1 })).toBe('boot');
  });
});

const READY = { kind: 'sqlite', state: 'ready', message: '', url: null };

describe('CacheSync', () => {
  let client: QueryClient;
  let boots: number;
  let sync: CacheSync;
  let seq: number;

  beforeEach(() => {
    client = new QueryClient();
    boots = 0;
    seq = 0;
    sync = new CacheSync(
      client,
      () => {
        boots++;
      },
      runAtOnce,
    );
  });

  const put = (...key: unknown[]) => client.setQueryData(key, { kept: true });
  const isStale = (...key: unknown[]) => client.getQueryState(key)?.isInvalidated;
  const say = <N extends EventName>(
    name: N,
    payload: EventPayloads[N],
    change: Partial<EventMessage> = {},
  ) => {
    seq++;
    sync.receive({ bootId: 'a', seq, name, payload, ...change } as EventMessage);
  };

  const phase = (now: string) =>
    ({ bootId: 'a', phase: now, workspace: { path: '/w' }, engine: READY }) as EventPayloads['app.changed'];
  const job = (jobId: string, state: string) =>
    ({ jobId, state, kind: 'backup' }) as EventPayloads['job.changed'];
  const jobs = () =>
    client
      .getQueryData<{ jobs: { jobId: string; state: string }[] }>(['jobs.list', {}])
      ?.jobs.map(({ jobId, state }) => `${jobId} ${state}`);

  test('a lock leaves nothing in the page that was read with the keys', () => {
    say('app.changed', phase('ready'));
    put('chat.messages', { conversationId: 'c' });
    put('resources.query', {});
    put('jobs.list', {});
    say('app.changed', phase('locked'));
    expect(client.getQueryData(['chat.messages', { conversationId: 'c' }])).toBeUndefined();
    expect(client.getQueryData(['resources.query', {}])).toBeUndefined();
    expect(client.getQueryData(['jobs.list', {}])).toBeDefined();
    expect(boots).toBe(1);
  });

  test('a lock that came as an answer forgets as one that came as an event', () => {
    sync.setStatus(phase('ready'));
    put('chat.messages', { conversationId: 'c' });
    sync.setStatus(phase('locked'));
    expect(client.getQueryData(['chat.messages', { conversationId: 'c' }])).toBeUndefined();
  });

  test('a job keeps its place in the list, a new one comes first, also before the list was read', () => {
    say('job.changed', job('a', 'running'));
    say('job.changed', job('b', 'running'));
    expect(jobs()).toEqual(['b running', 'a running']);
    say('job.changed', job('a', 'done'));
    expect(jobs()).toEqual(['b running', 'a done']);
  });

  test('a job that ended makes stale what it may have changed', () => {
    put('backup.overview', {});
    put('key.info', {});
    say('job.changed', job('a', 'running'));
    expect(isStale('backup.overview', {})).toBe(false);
    say('job.changed', job('a', 'done'));
    expect(isStale('backup.overview', {})).toBe(true);
    expect(isStale('key.info', {})).toBe(true);
  });

  test('after a restore conversations and Activity are read again too', () => {
    put('chat.conversations', {});
    put('activity.query', {});
    say('data.replaced', {});
    expect(isStale('chat.conversations', {})).toBe(true);
    expect(isStale('activity.query', {})).toBe(true);
  });

  test('a gap makes everything stale', () => {
    put('accounts.list', {});
    say('settings.changed', {});
    expect(isStale('accounts.list', {})).toBe(false);
    say('settings.changed', {}, { seq: 7 });
    expect(isStale('accounts.list', {})).toBe(true);
  });

  test('another boot drops the answers of the last one instead of showing them on', () => {
    put('resources.get', { id: '1' });
    put('app.status', {});
    say('settings.changed', {});
    say('settings.changed', {}, { bootId: 'b' });
    expect(client.getQueryData(['resources.get', { id: '1' }])).toBeUndefined();
    expect(client.getQueryData(['app.status', {}])).toEqual({ kept: true });
    expect(boots).toBe(1);
  });

  test('a reconnect makes everything stale', () => {
    put('chat.conversations', {});
    let connect = (_connected: boolean) => {};
    sync.follow({
      request: () => Promise.reject(new Error('not used')),
      onEvent: () => () => {},
      onConnection: (listener) => {
        connect = listener;
        return () => {};
      },
    });
    connect(true);
    expect(isStale('chat.conversations', {})).toBe(false);
    connect(false);
    connect(true);
    expect(isStale('chat.conversations', {})).toBe(true);
  });

  test('estate.changed makes the lists stale, and of the details only those that changed', () => {
    put('resources.query', { text: '' });
    put('resources.get', { id: '1' });
    put('resources.get', { id: '2' });
    say('estate.changed', { resourceIds: ['2'] });
    expect(isStale('resources.query', { text: '' })).toBe(true);
    expect(isStale('resources.get', { id: '1' })).toBe(false);
    expect(isStale('resources.get', { id: '2' })).toBe(true);
    say('estate.changed', { resourceIds: null });
    expect(isStale('resources.get', { id: '1' })).toBe(true);
  });

  test('a detail is stale too when one that it names has changed', () => {
    client.setQueryData(['resources.get', { id: '1' }], { related: [{ id: '2' }, { id: null }] });
    client.setQueryData(['resources.get', { id: '3' }], { related: [{ id: '4' }] });
    say('estate.changed', { resourceIds: ['2'] });
    expect(isStale('resources.get', { id: '1' })).toBe(true);
    expect(isStale('resources.get', { id: '3' })).toBe(false);
  });

  test('the end of a scan that changed nothing refetches the ages, and each of its steps nothing', () => {
    put('resources.query', { text: '' });
    put('resources.get', { id: '1' });
    const run = { runId: 'r', state: 'running' } as EventPayloads['scan.progress'];
    say('scan.progress', run);
    expect(isStale('resources.query', { text: '' })).toBe(false);
    say('scan.progress', { ...run, state: 'done' });
    expect(isStale('resources.query', { text: '' })).toBe(true);
    expect(isStale('resources.get', { id: '1' })).toBe(true);
  });

  test('chat.changed makes stale the messages of that conversation alone', () => {
    put('chat.messages', { conversationId: 'c', before: null, limit: 50 });
    put('chat.messages', { conversationId: 'd', before: null, limit: 50 });
    put('chat.conversations', {});
    say('chat.changed', { conversationId: 'c' });
    expect(isStale('chat.messages', { conversationId: 'c', before: null, limit: 50 })).toBe(true);
    expect(isStale('chat.messages', { conversationId: 'd', before: null, limit: 50 })).toBe(false);
    expect(isStale('chat.conversations', {})).toBe(true);
  });

  test('a running scan patches the run that is shown; its end makes accounts stale', () => {
    client.setQueryData(['scan.status', {}], { run: null, coverage: 'kept' });
    put('accounts.list', {});
    const run = { runId: 'r', state: 'running' } as EventPayloads['scan.progress'];
    say('scan.progress', run);
    expect(client.getQueryData(['scan.status', {}])).toEqual({ run, coverage: 'kept' });
    expect(isStale('accounts.list', {})).toBe(false);
    say('scan.progress', { ...run, state: 'done' });
    expect(isStale('accounts.list', {})).toBe(true);
  });

  const news = (change: object) =>
    ({
      executionId: 'e',
      planId: 'p',
      state: 'sending',
      finishedAt: null,
      ...change,
    }) as unknown as EventPayloads['execution.changed'];

  test('execution.changed shows in its plan card at once', () => {
    const key = ['plans.get', { planId: 'p' }];
    client.setQueryData(key, { plan: 'kept', status: 'proposed', execution: null });
    const answer = { text: '{}', whole: true };
    say('execution.changed', news({ answer }));
    const execution = { executionId: 'e', state: 'sending', finishedAt: null, plan: 'kept', answer };
    expect(client.getQueryData(key)).toEqual({ plan: 'kept', status: 'approved', execution });
    say('execution.changed', news({ state: 'waiting' }));
    expect(client.getQueryData(key)).toMatchObject({ execution: { ...execution, state: 'waiting' } });
  });

  test('a change is put where the execution is known, and only a line makes its log stale', () => {
    const key = ['executions.get', { executionId: 'e' }];
    const log = ['executions.log', { executionId: 'e', first: 0 }];
    say('execution.changed', news({}));
    expect(client.getQueryData(key)).toBeUndefined();
    client.setQueryData(key, { executionId: 'e', plan: 'kept', answer: null, state: 'checking' });
    put(...log);
    say('execution.changed', news({}));
    expect(client.getQueryData(key)).toMatchObject({ plan: 'kept', answer: null, state: 'sending' });
    expect(isStale(...log)).toBe(false);
    say('execution.changed', news({ line: { at: '', level: 'info', text: 'Sending' } }));
    expect(isStale(...log)).toBe(true);
  });

  const status = (phase: string, path = '/w') =>
    ({ phase, workspace: { path }, engine: READY }) as EventPayloads['app.changed'];

  test('answers given before the app was ready are asked again when it is', () => {
    client.setQueryData(['app.status', {}], status('starting'));
    put('accounts.list', {});
    say('app.changed', status('ready'));
    expect(isStale('accounts.list', {})).toBe(true);
    expect(client.getQueryData(['app.status', {}])).toEqual(status('ready'));
  });

  test('an engine that failed while the screens are open is asked for its health and its ways out', () => {
    client.setQueryData(['app.status', {}], status('ready'));
    put('app.health', {});
    put('storage.rescueOptions', {});
    sync.setStatus({
      ...status('ready'),
      engine: { ...READY, state: 'failed' },
    } as EventPayloads['app.changed']);
    expect(isStale('app.health', {})).toBe(true);
    expect(isStale('storage.rescueOptions', {})).toBe(true);
  });

  test('another workspace under the same boot drops the answers of the last one', () => {
    client.setQueryData(['app.status', {}], status('ready'));
    put('resources.get', { id: '1' });
    sync.setStatus(status('ready', '/sample'));
    expect(client.getQueryData(['resources.get', { id: '1' }])).toBeUndefined();
    expect(boots).toBe(1);
  });
});

test('the throttle runs at once, joins what follows and does not lose the last', () => {
  vi.useFakeTimers();
  try {
    const throttle = createThrottle();
    const ran: number[] = [];
    for (const value of [1, 2, 3]) throttle('key', 1_000, () => ran.push(value));
    expect(ran).toEqual([1]);
    vi.advanceTimersByTime(1_000);
    expect(ran).toEqual([1, 3]);
    vi.advanceTimersByTime(5_000);
    throttle('key', 1_000, () => ran.push(4));
    expect(ran).toEqual([1, 3, 4]);
  } finally {
    vi.useRealTimers();
  }
});
