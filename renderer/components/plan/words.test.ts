import { expect, test } from 'vitest';
import { anExecution, aPlan } from './testPlan.ts';
import {
  answerText,
  callText,
  duration,
  outcome,
  sessionWords,
  moreWords,
  originWords,
  stateChange,
  visible,
} from './words.ts';

const NOW = Date.parse('2026-11-21T10:05:00.000Z');

test('a name that reverses or hides itself is spelled out', () => {
  expect(visible('prod\u202edb')).toBe('prod\\u{202e}db');
  expect(visible('a\u200bb\nc')).toBe('a\\u{200b}b\\u{a}c');
  expect(visible('データ-db é')).toBe('データ-db é');
});

test('every parameter of a call is shown, long ones one a line', () => {
  const call = { service: 'rds', operation: 'StopDBInstance', iamAction: '', cli: '' };
  expect(callText({ ...call, parameters: { DBInstanceIdentifier: 'a"b' } })).toBe(
    'rds.StopDBInstance { DBInstanceIdentifier: "a\\"b" }',
  );
  const long = callText({ ...call, parameters: { A: 'x'.repeat(90), B: [1, 2] } });
  expect(long.split('\n')).toHaveLength(4);
  expect(long).toContain('B: [1,2]');
  expect(callText({ ...call, parameters: {} })).toBe('rds.StopDBInstance {}');
});

test('lengths of time never round a running minute up', () => {
  expect([0, 999, 1000, 59_999, 60_000, 250_000, 7_500_000, 90_000_000].map(duration)).toEqual([
    '0 ms',
    '999 ms',
    '1 s',
    '59 s',
    '1 min',
    '4 min 10 s',
    '2 h 5 min',
    '1 d 1 h',
  ]);
});

test('an ended session is said', () => {
  expect(sessionWords('2026-11-21T10:04:59.000Z', NOW)).toBe('session ended');
  expect(sessionWords('2026-11-21T10:48:30.000Z', NOW)).toBe('session ends in 43 min');
  expect(sessionWords(null, NOW)).toBe('long-lived key');
});

test('a success is "verified" only when the end state was seen', () => {
  const seen = anExecution({
    state: 'succeeded',
    stateNow: 'stopped',
    verifiedAt: '2026-11-21T10:02:11.000Z',
  });
  expect(outcome(seen, NOW).headline).toMatch(/^available → stopped, verified \d\d:02:11$/);
  expect(outcome({ ...seen, verifiedAt: null }, NOW).headline).toBe(
    'Accepted by AWS; orders-db reports stopped',
  );
});

test('a refusal says that nothing was changed, an unknown outcome never does', () => {
  const error = { code: 'INVALID_STATE', message: 'orders-db is already stopping.' } as const;
  const refused = outcome(anExecution({ state: 'refused', error, requestId: null }), NOW);
  expect(refused.headline).toContain('nothing was changed');
  expect(refused.detail).toBe(error.message);
  const unknown = outcome(anExecution({ state: 'unknown' }), NOW);
  expect(`${unknown.headline} ${unknown.detail}`).not.toContain('nothing was changed');
  expect(unknown.headline).toContain('may have received');
});

test('a failure after AWS accepted the call never claims that it had no effect', () => {
  const error = { code: 'AWS_FAILED', message: 'orders-db became storage-full.' } as const;
  const late = outcome(
    anExecution({ state: 'failed', error, requestId: 'r', stateNow: 'storage-full' }),
    NOW,
  );
  expect(late.headline).toBe('Failed: available → storage-full');
  const early = outcome(anExecution({ state: 'failed', error, requestId: null }), NOW);
  expect(early.headline).toContain('did not accept');
});

test('a stopped wait says what AWS goes on with', () => {
  const words = outcome(anExecution({ state: 'stopped_waiting' }), NOW);
  expect(words.detail).toContain('AWS goes on');
  expect(words.detail).toContain('stopping');
});

test('states that did not change are written once', () => {
  expect(stateChange('available', 'available')).toBe('available');
  expect(stateChange(null, 'stopped')).toBe('– → stopped');
});

test('what was so already is a plain answer', () => {
  const error = { code: 'INVALID_STATE', message: 'orders-db is already stopped.' } as const;
  const refused = anExecution({ state: 'refused', error, requestId: null, stateNow: 'stopped' });
  expect(outcome(refused, NOW)).toMatchObject({
    tone: 'good',
    headline: 'Already stopped: nothing was sent',
  });
});

test('where a plan came from is said in words, and what only a later version knows as it stands', () => {
  expect(originWords('command')).toBe('a command pasted into Chat');
  expect(originWords('voi\u200bce')).toBe('voi\\u{200b}ce');
  expect(originWords('constructor')).toBe('constructor');
});

test('what a card does not show of a plan is counted', () => {
  expect(moreWords(aPlan())).toBeNull();
  expect(moreWords(aPlan({ more: { steps: 1, targets: 3 } }))).toContain('1 more step and 3 more targets');
});

test('an answer is laid out where it is whole, and shown as far as it goes where it was cut', () => {
  expect(answerText({ text: '{"a":{"b":"x\u202ey"}}', whole: true })).toBe(
    '{\n  "a": {\n    "b": "x\\u{202e}y"\n  }\n}',
  );
  expect(answerText({ text: '{"a":"b', whole: false })).toBe('{"a":"b…');
});
