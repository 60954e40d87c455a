import { expect, test } from 'vitest';
import { BACKUP_PARTS, DEFAULT_BACKUP_SETTINGS } from '../../preload/contract/models.ts';
import { standingOf } from './standing.ts';
import { scheduledMachine } from './testing/scheduledMachine.ts';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const HOUR = 3_600_000;

test('times that have not come yet make no backup good, none late and none wait', async () => {
  const ahead = '2031-01-01T00:00:00.000Z';
  const all = Object.fromEntries(BACKUP_PARTS.map((part) => [part, ahead]));
  const state = {
    ...(await scheduledMachine().records.state()),
    lastTryAt: ahead,
    cancelledAt: all,
    wantedSince: '2026-11-30T10:00:00.000Z',
  };
  const standing = standingOf(DEFAULT_BACKUP_SETTINGS, all, state, NOW);
  expect(standing).toMatchObject({ lastGoodAt: null, nextAt: NOW.toISOString(), overdue: false });
  const later = new Date(NOW.getTime() + 100 * HOUR);
  expect(standingOf(DEFAULT_BACKUP_SETTINGS, all, state, later).overdue).toBe(true);
});
