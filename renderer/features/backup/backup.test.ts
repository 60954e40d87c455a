import { expect, test } from 'vitest';
import {
  DEFAULT_BACKUP_SETTINGS,
  type ListedBackup,
  type PartStanding,
} from '../../../preload/contract/models.ts';
import { configProblems, toForm, toSettings } from './configForm.ts';
import {
  copyWords,
  formerKeyBackups,
  keptWhy,
  lastGoodByPart,
  listed,
  nextWords,
  overdueWords,
  scheduleWords,
} from './words.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');

const backup = (patch: Partial<ListedBackup>): ListedBackup => ({
  backupId: 'a',
  installId: 'one',
  createdAt: '2026-11-20T10:00:00.000Z',
  place: 'local',
  sizeBytes: 1,
  parts: ['chat_history', 'aws_estate', 'state'],
  lastGoodOf: [],
  opensWithFormerKey: false,
  counts: { chat_history: 1, aws_estate: 2, state: 3 },
  formatVersion: 1,
  appVersion: '0.1.0',
  state: 'verified',
  provedAt: null,
  reason: 'by hand',
  ...patch,
});

const each = <T>(value: T) => ({ chat_history: value, aws_estate: value, state: value });

test('a switched-off schedule promises no next run', () => {
  const nextAt = '2026-11-21T12:00:00.000Z';
  expect(nextWords({ settings: DEFAULT_BACKUP_SETTINGS, nextAt }, NOW)).toBe('in 2 h');
  expect(nextWords({ settings: { ...DEFAULT_BACKUP_SETTINGS, auto: false }, nextAt }, NOW)).toMatch(/none/);
  expect(nextWords({ settings: DEFAULT_BACKUP_SETTINGS, nextAt: '2026-11-21T09:00:00.000Z' }, NOW)).toBe(
    'due now',
  );
  expect(scheduleWords({ auto: true, intervalHours: each(24) })).toBe('every 24 h');
  expect(scheduleWords({ auto: true, intervalHours: each(168) })).toBe('every 7 d');
  expect(scheduleWords({ auto: true, intervalHours: { ...each(1), aws_estate: 168 } })).toBe(
    'conversations every hour, resources every 7 d, state every hour',
  );
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
  for (const hours of ['', '0', '1.5', '721', 'x']) {
    expect(configProblems({ ...form, chat_history: hours })).toHaveProperty('chat_history');
    expect(configProblems({ ...form, apart: true, aws_estate: hours })).toHaveProperty('aws_estate');
    // A field that is not shown cannot stand in the way.
    expect(configProblems({ ...form, aws_estate: hours })).toEqual({});
  }
  expect(Object.keys(configProblems({ ...form, useS3: true }))).toEqual(['bucket', 'region', 'profile']);
});

test('one interval is saved for every part, different ones each for its own', () => {
  const form = { ...toForm(DEFAULT_BACKUP_SETTINGS), chat_history: '2', aws_estate: '48' };
  expect(toSettings(form).intervalHours).toEqual(each(2));
  const apart = { chat_history: 2, aws_estate: 48, state: 24 };
  expect(toSettings({ ...form, apart: true }).intervalHours).toEqual(apart);
  expect(toForm({ ...DEFAULT_BACKUP_SETTINGS, intervalHours: apart }).apart).toBe(true);
});

test('the last good backup of a part is not offered for deletion, and the words say of which', () => {
  expect(keptWhy(backup({}))).toBeNull();
  expect(keptWhy(backup({ lastGoodOf: ['aws_estate'] }))).toMatch(
    /last good backup of resources on this machine/,
  );
  expect(keptWhy(backup({ lastGoodOf: ['chat_history', 'aws_estate', 'state'], place: 's3' }))).toMatch(
    /^The last good backup in S3 is kept/,
  );
});

test('deleting the only copy is not told as deleting one of two', () => {
  const [local, s3] = [backup({}), backup({ place: 's3' })];
  expect(copyWords(local, [local, s3])).toBe('Its copy in S3 stays.');
  expect(copyWords(local, [local, backup({ backupId: 'b', place: 's3' })])).toMatch(/no other copy/);
});

test('of those a former key opens, only what something newer stands in for can be deleted', () => {
  const old = { opensWithFormerKey: true };
  const kept = backup({ ...old, lastGoodOf: ['state'] });
  const gone = backup({ ...old, backupId: 'b' });
  expect(formerKeyBackups([backup({ backupId: 'c' }), kept, gone])).toEqual({
    all: [kept, gone],
    removable: [gone],
  });
});

test('a part without a backup is not hidden behind the others', () => {
  const good: PartStanding = { lastGoodAt: '2026-11-21T09:00:00.000Z', nextAt: null, overdue: false };
  expect(lastGoodByPart({ parts: each(good) }, NOW)).toEqual([]);
  const parts = { ...each(good), aws_estate: { ...good, lastGoodAt: null, overdue: true } };
  expect(lastGoodByPart({ parts }, NOW)).toContain('Resources never');
  expect(overdueWords({ parts }, NOW)).toBe('There is no good backup of resources yet.');
  const late = { ...good, lastGoodAt: '2026-11-11T10:00:00.000Z', overdue: true };
  expect(overdueWords({ parts: each(late) }, NOW)).toBe('The last good backup is 10 d old.');
  expect(overdueWords({ parts: each(good) }, NOW)).toBeNull();
});

test('the newest comes first, and of two copies the one in S3', () => {
  const order = listed([
    backup({}),
    backup({ place: 's3' }),
    backup({ backupId: 'n', createdAt: '2026-11-21' }),
  ]);
  expect(order.map(({ backupId, place }) => `${backupId} ${place}`)).toEqual(['n local', 'a s3', 'a local']);
});
