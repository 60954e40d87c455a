import { expect, test } from 'vitest';
import type { ScanCell, ScanRun } from '../../preload/contract/models.ts';
import { scanStanding } from './scan.ts';

const cell = (part: Partial<ScanCell>): ScanCell => ({
  accountId: '111122223333',
  region: 'us-east-1',
  service: 'ec2',
  status: 'ok',
  count: 0,
  asOf: '2026-11-21T10:00:00.000Z',
  message: null,
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
  const standing = scanStanding({
    run: null,
    cells: [cell({ count: 3 }), cell({ service: 's3', count: 2 })],
  });
  expect(standing).toMatchObject({ how: 'read', word: 'done', read: 2, total: 2, found: 5 });
  expect(scanStanding({ run: null, cells: [] }).how).toBe('never');
});

test('a scan that read nothing is not seen as done, and its one reason is said once', () => {
  const message = 'The session of profile dev has ended.';
  const cells = ['ec2', 's3', 'rds'].map((service) =>
    cell({ service, status: 'expired', message, asOf: null }),
  );
  const standing = scanStanding({ run: run({ cellsTotal: 3, cellsDone: 3, cellsFailed: 3 }), cells });
  expect(standing).toMatchObject({ how: 'nothing', tone: 'failed', read: 0, total: 3, problems: 3 });
  expect(standing.reasons).toEqual([{ text: message, parts: 3 }]);
});

test('a closed region and a service that is not offered are no problems, here as in the table', () => {
  const cells = [cell({}), cell({ status: 'region_disabled' }), cell({ status: 'unsupported' })];
  const standing = scanStanding({ run: run({ cellsDone: 3, cellsFailed: 2, cellsTotal: 3 }), cells });
  expect(standing).toMatchObject({ how: 'read', problems: 0, read: 3 });
});

test('some parts that could not be read are said; a cancelled run says so', () => {
  const cells = [cell({}), cell({ status: 'denied', message: 'denied' })];
  expect(scanStanding({ run: run({}), cells })).toMatchObject({
    how: 'partly',
    tone: 'pending',
    problems: 1,
  });
  expect(scanStanding({ run: run({ state: 'cancelled' }), cells }).how).toBe('cancelled');
});

test('a running scan is told by its run', () => {
  const going = run({ state: 'running', finishedAt: null, cellsTotal: 12, cellsDone: 3, found: 40 });
  expect(scanStanding({ run: going, cells: [cell({})] })).toMatchObject({
    how: 'running',
    read: 3,
    total: 12,
    found: 40,
  });
});
