import { describe, expect, it } from 'vitest';
import type { BackupInfo } from '../../preload/contract/models.ts';
import { expired } from './retention.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const DAY = 24 * 3_600_000;

const backup = (daysOld: number, state: BackupInfo['state'] = 'verified'): BackupInfo => {
  const createdAt = new Date(NOW.getTime() - daysOld * DAY).toISOString();
  return {
    backupId: createdAt.slice(0, 19).replaceAll(':', '-'),
    installId: '00000000-0000-4000-8000-000000000001',
    createdAt,
    place: 's3',
    sizeBytes: 1,
    counts: { chat_history: 0, aws_estate: 0, state: 0 },
    formatVersion: 1,
    appVersion: '0',
    state,
    provedAt: null,
    reason: '',
  };
};
const ages = (gone: BackupInfo[]) =>
  gone.map(({ createdAt }) => Math.round((NOW.getTime() - Date.parse(createdAt)) / DAY));

describe('expired', () => {
  it('removes what is older than the days, nothing younger', () => {
    expect(ages(expired([backup(0), backup(29), backup(31), backup(90)], 30, NOW))).toEqual([31, 90]);
  });

  it('never removes the last good one, however old', () => {
    expect(expired([backup(400)], 30, NOW)).toEqual([]);
    expect(ages(expired([backup(1, 'damaged'), backup(400), backup(500)], 30, NOW))).toEqual([500]);
  });

  it('removes nothing while no backup is good', () => {
    expect(expired([backup(100, 'damaged'), backup(200, 'unverified')], 30, NOW)).toEqual([]);
  });

  it('leaves what a newer version wrote', () => {
    expect(ages(expired([backup(1), backup(300, 'newer'), backup(301)], 30, NOW))).toEqual([301]);
  });

  it('counts age from the newest backup when the clock runs years ahead', () => {
    const later = new Date(NOW.getTime() + 2_000 * DAY);
    expect(expired([backup(0), backup(10), backup(29)], 30, later)).toEqual([]);
  });

  it('does not remove younger backups because the newest bears a time in the future', () => {
    expect(expired([backup(-2_000), backup(1), backup(29)], 30, NOW)).toEqual([]);
  });
});
