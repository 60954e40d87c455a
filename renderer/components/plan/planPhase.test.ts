import { expect, test } from 'vitest';
import { afterDecision, approvalBlock, planPhase, profileLock } from './planPhase.ts';
import { anAccount, anExecution, aPlan } from './testPlan.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const view = (status: 'proposed' | 'approved' | 'rejected' | 'expired') => ({
  plan: aPlan(),
  status,
  execution: null,
});

test('a plan past its time is drawn expired though nobody told the card', () => {
  expect(planPhase(view('proposed'), NOW)).toBe('proposed');
  expect(planPhase(view('proposed'), Date.parse(aPlan().expiresAt))).toBe('expired');
});

test('an approved plan without a first record is running, never approvable again', () => {
  expect(planPhase(view('approved'), NOW)).toBe('running');
});

test('a finished execution outranks an expired clock', () => {
  const late = Date.parse(aPlan().expiresAt) + 1;
  const done = { ...view('approved'), execution: anExecution({ state: 'succeeded' }) };
  expect(planPhase(done, late)).toBe('finished');
  expect(planPhase({ ...done, execution: anExecution({ state: 'waiting' }) }, late)).toBe('running');
});

test('the lock follows the account as it is now, not the plan as it was made', () => {
  const identity = { ...aPlan().identity, readOnly: true };
  const until = '2026-11-21T11:00:00.000Z';
  const unlocked = anAccount({ readOnly: true, unlockedUntil: until });
  expect(profileLock(identity, [unlocked], NOW)).toEqual({ state: 'unlocked', until });
  expect(profileLock(identity, [unlocked], Date.parse(until)).state).toBe('locked');
  expect(profileLock(identity, [anAccount({ readOnly: true, unlockedUntil: null })], NOW).state).toBe(
    'locked',
  );
});

test('a plan made while unlocked is blocked again once the profile is locked', () => {
  const identity = { ...aPlan().identity, readOnly: false };
  expect(profileLock(identity, [anAccount({ readOnly: true, unlockedUntil: null })], NOW).state).toBe(
    'locked',
  );
});

test('nothing can be approved before the accounts are read', () => {
  expect(profileLock(aPlan().identity, undefined, NOW).state).toBe('unknown');
});

const ready = {
  phase: 'proposed',
  lock: 'unlocked',
  confirmName: null,
  typedName: '',
  busy: false,
} as const;

test('a destructive plan stays blocked until the name is typed to the letter', () => {
  const destructive = { ...ready, confirmName: 'db-1' };
  expect(approvalBlock(ready)).toBeNull();
  expect(approvalBlock(destructive)).toContain('exactly');
  expect(approvalBlock({ ...destructive, typedName: 'DB-1' })).not.toBeNull();
  expect(approvalBlock({ ...destructive, typedName: 'db-1 ' })).not.toBeNull();
  expect(approvalBlock({ ...destructive, typedName: 'db-1' })).toBeNull();
});

test('read-only, unread accounts, a pending decision and every other phase block the approval', () => {
  expect(approvalBlock({ ...ready, lock: 'locked' })).toContain('read-only');
  expect(approvalBlock({ ...ready, lock: 'unknown' })).not.toBeNull();
  expect(approvalBlock({ ...ready, busy: true })).not.toBeNull();
  for (const phase of ['expired', 'rejected', 'running', 'finished'] as const) {
    expect(approvalBlock({ ...ready, phase })).not.toBeNull();
  }
});

test('the answer to an approval does not take back what the run has told since', () => {
  const decided = { ...view('approved'), execution: anExecution({ state: 'checking' }) };
  const ahead = { ...view('approved'), execution: anExecution({ state: 'waiting' }) };
  expect(afterDecision(ahead, decided).execution?.state).toBe('waiting');
  expect(afterDecision(view('proposed'), decided)).toBe(decided);
  expect(afterDecision(undefined, view('rejected')).status).toBe('rejected');
});
