import { expect, test } from 'vitest';
import type { Job } from '../../../preload/contract/models.ts';
import { jobCounts, jobPercent, jobToShow } from './words.ts';

const job = (patch: Partial<Job>): Job => ({
  jobId: 'a',
  kind: 'backup',
  state: 'running',
  step: '',
  done: 0,
  total: null,
  unit: 'records',
  startedAt: '2026-11-21T10:00:00.000Z',
  finishedAt: null,
  error: null,
  result: null,
  backupId: null,
  ...patch,
});

test('a running job never looks finished, however its counts stand', () => {
  expect(jobPercent(job({ done: 100, total: 100 }))).toBe(99);
  expect(jobPercent(job({ done: 300, total: 100 }))).toBe(99);
  expect(jobPercent(job({ state: 'done', done: 3, total: null }))).toBe(100);
});

test('an unknown whole is not shown as nothing done', () => {
  expect(jobPercent(job({ done: 40 }))).toBeNull();
  expect(jobPercent(job({ done: 0, total: 0 }))).toBeNull();
  expect(jobCounts(job({ done: 40 }))).toBe('40 records');
  expect(jobCounts(job({}))).toBe('');
});

test('bytes are told as sizes, one record is not one records', () => {
  expect(jobCounts(job({ done: 1_048_576, total: 4 * 1_048_576, unit: 'bytes' }))).toBe('1.0 MB of 4.0 MB');
  expect(jobCounts(job({ done: 0, total: 1 }))).toBe('0 of 1 record');
});

test('a running job is shown before one that ended, and cannot be put out of sight', () => {
  const ended = job({ jobId: 'b', state: 'done', finishedAt: '2026-11-21T11:00:00.000Z' });
  const running = job({ jobId: 'c' });
  expect(jobToShow([ended, running], ['backup'], ['c'])?.jobId).toBe('c');
  expect(jobToShow([ended, running], ['prove'], [])).toBeNull();
});

test('what was dismissed does not bring back the one before it', () => {
  const newer = job({ jobId: 'b', state: 'failed' });
  const older = job({ jobId: 'a', state: 'done' });
  expect(jobToShow([newer, older], ['backup'], [])?.jobId).toBe('b');
  expect(jobToShow([newer, older], ['backup'], ['b'])).toBeNull();
});
