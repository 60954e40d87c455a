import { expect, test } from 'vitest';
import { type BackupInfo, DEFAULT_BACKUP_SETTINGS } from '../../../preload/contract/models.ts';
import { configProblems, toForm, toSettings } from './configForm.ts';
import { keptWhy, listed, nextWords, scheduleWords } from './words.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');

const backup = (patch: Partial<BackupInfo>): BackupInfo => ({
  backupId: 'a',
  installId: 'one',
  createdAt: '2026-11-20T10:00:00.000Z',
  place: 'local',
  sizeBytes: 1,
  counts: { chat_history: 1, aws_estate: 2, state: 3 },
  formatVersion: 1,
  appVersion: '0.1.0',
  state: 'verified',
  provedAt: null,
  reason: 'by hand',
  ...patch,
});

test('a switched-off schedule promises no next run', () => {
  const nextAt = '2026-11-21T12:00:00.000Z';
  expect(nextWords({ settings: DEFAULT_BACKUP_SETTINGS, nextAt }, NOW)).toBe('in 2 h');
  expect(nextWords({ settings: { ...DEFAULT_BACKUP_SETTINGS, auto: false }, nextAt }, NOW)).toMatch(/none/);
  expect(nextWords({ settings: DEFAULT_BACKUP_SETTINGS, nextAt: '2026-11-21T09:00:00.000Z' }, NOW)).toBe(
    'due now',
  );
  expect(scheduleWords({ auto: true, intervalHours: 24 })).toBe('every 24 h');
  expect(scheduleWords({ auto: true, intervalHours: 168 })).toBe('every 7 d');
});

test('settings survive the form unchanged, and turning S3 off drops the bucket', () => {
  const settings = {
    ...DEFAULT_BACKUP_SETTINGS,
    s3: { bucket: 'b-1', region: 'us-west-2', profile: 'p', endpoint: null, kmsKeyId: 'k' },
  };
  expect(toSettings(toForm(settings))).toEqual(settings);
  expect(toSettings({ ...toForm(settings), useS3: false }).s3).toBeNull();
});

test('numbers the contract refuses are told in the form, and S3 fields only when S3 is on', () => {
  const form = toForm(DEFAULT_BACKUP_SETTINGS);
  expect(configProblems(form)).toEqual({});
  for (const intervalHours of ['', '0', '1.5', '721', 'x'])
    expect(configProblems({ ...form, intervalHours })).toHaveProperty('intervalHours');
  expect(Object.keys(configProblems({ ...form, useS3: true }))).toEqual(['bucket', 'region', 'profile']);
});

test('the only verified backup cannot be deleted, a damaged one always can', () => {
  const damaged = backup({ backupId: 'b', state: 'damaged' });
  const all = [backup({}), damaged];
  expect(keptWhy(backup({}), all)).not.toBeNull();
  expect(keptWhy(damaged, all)).toBeNull();
  expect(keptWhy(backup({}), [...all, backup({ backupId: 'c', place: 's3' })])).toBeNull();
});

test('the newest comes first, and of two copies the one in S3', () => {
  const order = listed([
    backup({}),
    backup({ place: 's3' }),
    backup({ backupId: 'n', createdAt: '2026-11-21' }),
  ]);
  expect(order.map(({ backupId, place }) => `${backupId} ${place}`)).toEqual(['n local', 'a s3', 'a local']);
});
