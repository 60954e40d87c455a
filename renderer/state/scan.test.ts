import { expect, test } from 'vitest';
import type { Coverage, ScanRun } from '../../preload/contract/models.ts';
import { scanStanding } from './scan.ts';

const coverage = (part: Partial<Coverage> = {}): Coverage => ({
  cells: 0,
  problems: 0,
  found: 0,
  statuses: {},
  oldest: null,
  newest: null,
  services: [],
  regions: [],
  causes: [],
  ...part,
});

const run = (part: Partial<ScanRun>): ScanRun => ({
  runId: 'r',
  state: 'done',
  startedAt: '2026-11-21T10:00:00.000Z',
  finishedAt: '2026-11-21T10:01:00.000Z',
  cellsTotal: 0,
  cellsDone: 0,
  cellsFailed: 0,
  found: 0,
  removed: 0,
  services: [],
  message: null,
  ...part,
});

test('after a restart no run is known, and what was read before is told all the same', () => {
  const standing = scanStanding({ run: null, coverage: coverage({ cells: 2, found: 5 }) });
  expect(standing).toMatchObject({ how: 'read', word: 'done', read: 2, total: 2, found: 5 });
  expect(scanStanding({ run: null, coverage: coverage() }).how).toBe('never');
});

test('a scan that read nothing is not seen as done, and its one reason is said once', () => {
  const message = 'The session of profile dev has ended.';
  const nothing = coverage({
    cells: 3,
    problems: 3,
    causes: [{ status: 'expired', message, cells: 3, accounts: 1, examples: [] }],
  });
  const standing = scanStanding({
    run: run({ cellsTotal: 3, cellsDone: 3, cellsFailed: 3 }),
    coverage: nothing,
  });
  expect(standing).toMatchObject({ how: 'nothing', tone: 'failed', read: 0, total: 3, problems: 3 });
  expect(standing.reasons).toEqual([{ text: message, parts: 3 }]);
});

test('what was cancelled, or gave no reason, is no reason', () => {
  const causes = [
    { status: 'cancelled' as const, message: 'x', cells: 2, accounts: 1, examples: [] },
    { status: 'failed' as const, message: null, cells: 1, accounts: 1, examples: [] },
  ];
  expect(scanStanding({ run: null, coverage: coverage({ cells: 4, problems: 3, causes }) }).reasons).toEqual(
    [],
  );
});

test('some parts that could not be read are said; a cancelled run says so', () => {
  const partly = coverage({ cells: 2, problems: 1 });
  expect(scanStanding({ run: run({}), coverage: partly })).toMatchObject({
    how: 'partly',
    tone: 'pending',
    problems: 1,
  });
  expect(scanStanding({ run: run({ state: 'cancelled' }), coverage: partly }).how).toBe('cancelled');
});

test('a running scan is told by its run', () => {
  const going = run({ state: 'running', finishedAt: null, cellsTotal: 12, cellsDone: 3, found: 40 });
  expect(scanStanding({ run: going, coverage: coverage({ cells: 1 }) })).toMatchObject({
    how: 'running',
    read: 3,
    total: 12,
    found: 40,
  });
});
