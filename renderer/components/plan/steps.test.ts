import { expect, test } from 'vitest';
import type { Execution } from '../../../preload/contract/models.ts';
import { executionSteps } from './steps.ts';
import { anExecution, aPlan } from './testPlan.ts';

const marks = (patch: Partial<Execution>) =>
  executionSteps(aPlan(), anExecution(patch)).map((step) => step.mark);

test('each running state marks exactly its own step active', () => {
  expect(marks({ state: 'checking' })).toEqual(['active', 'todo', 'todo']);
  expect(marks({ state: 'sending' })).toEqual(['done', 'active', 'todo']);
  expect(marks({ state: 'waiting' })).toEqual(['done', 'done', 'active']);
});

test('an approved plan without an execution has no step done', () => {
  expect(executionSteps(aPlan(), null).map((step) => step.mark)).toEqual(['todo', 'todo', 'todo']);
});

test('only a verified success draws the wait as done', () => {
  const verifiedAt = '2026-11-21T10:02:00.000Z';
  expect(marks({ state: 'succeeded', verifiedAt })).toEqual(['done', 'done', 'done']);
  expect(marks({ state: 'succeeded', verifiedAt: null })).toEqual(['done', 'done', 'skipped']);
});

test('a refusal never shows the call as sent', () => {
  expect(marks({ state: 'refused', requestId: null })).toEqual(['failed', 'skipped', 'skipped']);
});

test('a failure is drawn in the step it happened in', () => {
  expect(marks({ state: 'failed', requestId: null })).toEqual(['done', 'failed', 'skipped']);
  expect(marks({ state: 'failed', requestId: 'r' })).toEqual(['done', 'done', 'failed']);
  const at = '2026-11-21T10:00:02.000Z';
  const steps = [
    { state: 'checking' as const, at },
    { state: 'sending' as const, at },
    { state: 'failed' as const, at },
  ];
  expect(marks({ state: 'failed', requestId: 'denied-request', steps })).toEqual([
    'done',
    'failed',
    'skipped',
  ]);
});

test('an unknown outcome is a question, not a failure', () => {
  expect(marks({ state: 'unknown', requestId: null })).toEqual(['done', 'unknown', 'skipped']);
  expect(marks({ state: 'stopped_waiting' })).toEqual(['done', 'done', 'skipped']);
});

test('the recorded time of a step is used, and a missing one is not invented', () => {
  const at = '2026-11-21T10:00:05.000Z';
  const steps = executionSteps(aPlan(), anExecution({ steps: [{ state: 'sending', at }] }));
  expect(steps.map((step) => step.at)).toEqual(['2026-11-21T10:00:01.000Z', at, null]);
});
