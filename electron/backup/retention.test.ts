import { describe, expect, it, test } from 'vitest';
import { BACKUP_PARTS, type BackupInfo, type BackupPart } from '../../preload/contract/models.ts';
import { BEFORE_UPDATE } from '../storage/backup/info.ts';
import { expired, lastGoodOf } from './retention.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const DAY = 24 * 3_600_000;

const backup = (
  daysOld: number,
  state: BackupInfo['state'] = 'verified',
  parts: readonly BackupPart[] = BACKUP_PARTS,
): BackupInfo => {
  const createdAt = new Date(NOW.getTime() - daysOld * DAY).toISOString();
  return {
    backupId: createdAt.slice(0, 19).replaceAll(':', '-'),
    installId: '00000000-0000-4000-8000-000000000001',
    createdAt,
    place: 's3',
    sizeBytes: 1,
    parts: [...parts],
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

  it('lets no backup that is dated in the future stand in for one that is not', () => {
    const ahead = backup(-2_000);
    expect(lastGoodOf(ahead, [ahead, backup(3)], NOW.getTime())).toEqual([]);
    expect(lastGoodOf(ahead, [ahead], NOW.getTime())).toEqual(BACKUP_PARTS);
    expect(expired([ahead, backup(90)], 30, NOW)).toEqual([]);
    expect(ages(expired([ahead, backup(90), backup(121)], 30, NOW))).toEqual([121]);
    expect(expired([ahead, backup(90, 'damaged')], 30, NOW)).toEqual([]);
  });

  const CHAT = ['chat_history', 'state'] as const;
  const ESTATE = ['aws_estate', 'state'] as const;

  it('keeps the only backup of the resources, however many newer ones of conversations there are', () => {
    const chats = [0, 1, 40, 41].map((days) => backup(days, 'verified', CHAT));
    const all = [...chats, backup(90, 'verified', ESTATE), backup(121, 'verified', ESTATE)];
    expect(ages(expired(all, 30, NOW))).toEqual([40, 41, 121]);
  });

  it('counts the age of resources from their own newest backup, not from that of conversations', () => {
    const chat = backup(0, 'verified', CHAT);
    const estate = [100, 110, 131].map((days) => backup(days, 'verified', ESTATE));
    expect(ages(expired([chat, ...estate], 30, NOW))).toEqual([131]);
  });

  it('keeps the last that holds everything, since it alone makes another machine the same install', () => {
    const parts = [backup(0, 'verified', CHAT), backup(1, 'verified', ESTATE)];
    expect(ages(expired([...parts, backup(90), backup(91)], 30, NOW))).toEqual([91]);
  });

  it('does not let a damaged backup of resources stand in for the good one, nor removes what is all there is', () => {
    const good = backup(90, 'verified', ESTATE);
    expect(expired([backup(0, 'damaged', ESTATE), good], 30, NOW)).toEqual([]);
    const chat = backup(0, 'verified', CHAT);
    expect(expired([chat, backup(90, 'damaged', ESTATE)], 30, NOW)).toEqual([]);
  });
});

describe('what was saved before an update', () => {
  const saved = (daysOld: number) => ({ ...backup(daysOld), formatVersion: 1, reason: BEFORE_UPDATE });

  it('stays until a good backup of everything is a week younger, however short the retention', () => {
    expect(expired([backup(0), saved(6)], 1, NOW)).toEqual([]);
    expect(ages(expired([backup(0), saved(8), backup(2)], 1, NOW))).toEqual([8, 2]);
    expect(ages(expired([backup(0), saved(8)], 7, NOW))).toEqual([8]);
    expect(expired([backup(0), saved(8)], 30, NOW)).toEqual([]);
  });

  it('does not go for backups of parts, nor for one that is damaged', () => {
    const parts = [...CHAT_AND_ESTATE.map((part) => backup(0, 'verified', part)), backup(0, 'damaged')];
    expect(ages(expired([...parts, saved(90), backup(86)], 1, NOW))).toEqual([]);
    expect(ages(expired([backup(0), saved(90)], 1, NOW))).toEqual([90]);
  });
});
const CHAT_AND_ESTATE = [['chat_history', 'state'] as const, ['aws_estate', 'state'] as const];

test('the last good backup is told by part', () => {
  const chat = backup(1, 'verified', ['chat_history']);
  const [whole, older] = [backup(5), backup(9)];
  const all = [chat, backup(0, 'damaged'), whole, older];
  expect(lastGoodOf(chat, all)).toEqual(['chat_history']);
  expect(lastGoodOf(whole, all)).toEqual(['aws_estate', 'state']);
  expect(lastGoodOf(older, all)).toEqual([]);
});
