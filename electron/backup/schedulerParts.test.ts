import { describe, expect, it } from 'vitest';
import { BACKUP_PARTS, type BackupPart, DEFAULT_BACKUP_SETTINGS } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { DAY, HOUR, MINUTE, START, scheduledMachine } from './testing/scheduledMachine.ts';

const CHAT_RUN = ['chat_history', 'state'];
const runs = ({ made }: ReturnType<typeof scheduledMachine>, part: BackupPart) =>
  made.filter(({ parts }) => parts.includes(part)).length;

describe('an interval for each part', () => {
  it('makes one backup for all while the intervals are the same', async () => {
    const one = scheduledMachine();
    await one.pass(3 * DAY);
    expect(one.made.map(({ parts }) => parts)).toEqual([BACKUP_PARTS, BACKUP_PARTS, BACKUP_PARTS]);
  });

  it('starves none: each part is backed up about as often as it was set', async () => {
    const one = scheduledMachine();
    await one.every(1, 24, 6);
    await one.pass(4 * DAY);
    expect(runs(one, 'chat_history')).toBeGreaterThanOrEqual(88);
    expect(runs(one, 'chat_history')).toBeLessThanOrEqual(97);
    expect([4, 5]).toContain(runs(one, 'aws_estate'));
    expect(one.errors).toEqual([]);
  });

  it('takes accounts and the journal along in every backup', async () => {
    const one = scheduledMachine();
    await one.every(2, 48, 720);
    await one.pass(4 * DAY);
    expect(one.made.every(({ parts }) => parts.includes('state'))).toBe(true);
    expect(one.made.some(({ parts }) => parts.length === 2)).toBe(true);
  });

  it('makes the backup of the rarest part one of everything', async () => {
    const one = scheduledMachine();
    await one.every(24, 168, 24);
    await one.pass(8 * DAY);
    const [whole, rest] = [
      one.made.filter(({ parts }) => parts.includes('aws_estate')),
      one.made.filter(({ parts }) => !parts.includes('aws_estate')),
    ];
    expect(whole.length).toBe(2);
    expect(whole.every(({ parts }) => parts.length === 3)).toBe(true);
    expect(rest.every(({ parts }) => parts.join() === CHAT_RUN.join())).toBe(true);
    expect(one.made.length).toBeLessThanOrEqual(9);
  });

  it('does not make two backups within minutes for parts that come due one after the other', async () => {
    const one = scheduledMachine();
    await one.every(24, 36, 24);
    const at = (hoursAgo: number) => new Date(START - hoursAgo * HOUR).toISOString();
    await one.records.update(() => ({
      goodAt: { chat_history: at(23), state: at(23), aws_estate: at(34.5) },
    }));
    await one.pass(4 * HOUR);
    expect(one.made.map(({ parts }) => parts)).toEqual([BACKUP_PARTS]);
  });

  it('catches up once, with everything, after sleeping over several intervals', async () => {
    const one = scheduledMachine();
    await one.every(6, 24, 6);
    await one.pass(HOUR);
    one.sleep(5 * DAY);
    await one.pass(HOUR);
    expect(one.made.length).toBe(2);
    expect(one.made[1]?.parts).toEqual(BACKUP_PARTS);
  });

  it('backs up a part of a clock set back once, and the others at their own time', async () => {
    const one = scheduledMachine();
    await one.every(24, 24, 24);
    await one.pass(HOUR);
    const ahead = new Date(one.time.wall + 400 * DAY).toISOString();
    await one.records.update(({ goodAt }) => ({ goodAt: { ...goodAt, aws_estate: ahead } }));
    one.restart();
    await one.pass(20 * HOUR);
    expect(one.made.length).toBe(2);
    expect(one.made[1]?.parts).toContain('aws_estate');
  });

  it('leaves a failing place alone for longer each time, whatever other part comes due meanwhile', async () => {
    const one = scheduledMachine();
    await one.every(12, 13, 12);
    await one.pass(HOUR);
    one.fault.error = new AppError('NETWORK', 'No network.');
    await one.pass(12 * HOUR);
    const { failures } = await one.records.state();
    await one.pass(HOUR);
    expect((await one.records.state()).failures - failures).toBeLessThanOrEqual(2);
    one.fault.error = null;
    await one.pass(3 * HOUR);
    expect(one.made.at(-1)?.parts).toEqual(BACKUP_PARTS);
  });

  it('does not take a backup of conversations by hand for the one of resources that failed', async () => {
    const one = scheduledMachine();
    one.fault.error = new AppError('NETWORK', 'No network.');
    await one.pass(20 * MINUTE);
    const now = new Date(one.time.wall).toISOString();
    await one.records.update(() => ({ goodAt: { chat_history: now }, failures: 0 }));
    one.fault.error = null;
    await one.pass(HOUR);
    expect(runs(one, 'aws_estate')).toBe(1);
  });

  it('begins again soon after it was killed in the middle, not a day later', async () => {
    const one = scheduledMachine();
    const now = new Date(one.time.wall).toISOString();
    await one.records.update(() => ({ lastTryAt: now, wantedSince: now }));
    await one.pass(30 * MINUTE);
    expect(one.made.length).toBe(1);
  });

  it('does not come back within minutes when the person cancelled it', async () => {
    const one = scheduledMachine();
    one.fault.cancel = true;
    await one.pass(5 * MINUTE);
    one.fault.cancel = false;
    await one.pass(20 * HOUR);
    expect(one.made.length).toBe(0);
    await one.pass(5 * HOUR);
    expect(one.made.length).toBe(1);
  });

  it('proves the newest good backup of each part', async () => {
    const one = scheduledMachine();
    await one.every(24, 720, 24);
    for (let day = 0; day < 29; day += 1) {
      one.sleep(DAY - HOUR);
      await one.pass(HOUR);
    }
    one.sleep(2 * DAY);
    const now = new Date(one.time.wall).toISOString();
    await one.records.update(() => ({ goodAt: { chat_history: now, aws_estate: now, state: now } }));
    await one.pass(HOUR);
    expect(one.made.length).toBeGreaterThan(20);
    expect(one.proved).toEqual([String(one.made.length), '1']);
  });

  it('warns of the part that has no good backup, although another one has', async () => {
    const one = scheduledMachine();
    await one.every(24, 168, 24);
    const at = (hours: number) => new Date(START - hours * HOUR).toISOString();
    await one.records.update(() => ({ goodAt: { aws_estate: at(0) } }));
    one.fault.error = new AppError('NETWORK', 'No network.');
    await one.pass(49 * HOUR);
    expect(one.notices[0]).toBe('No good backup of conversations and settings and the journal for 48 hours');
    expect((await one.standing()).parts.aws_estate.overdue).toBe(false);
    await one.pass(7 * DAY);
    expect(one.notices.at(-1)).toBe('No good backup for 48 hours');
  });
});

describe('settings of an earlier version', () => {
  it('with one interval are read as the same for each part, and the last good backup as of everything', async () => {
    const one = scheduledMachine();
    const { intervalHours: _, ...others } = DEFAULT_BACKUP_SETTINGS;
    await one.docs.put('backup', 'settings', { ...others, localRetentionDays: 9, intervalHours: 6 });
    await one.docs.put('backup', 'state', { lastGoodAt: new Date(START).toISOString() });
    expect(await one.records.settings()).toMatchObject({
      localRetentionDays: 9,
      intervalHours: { chat_history: 6, aws_estate: 6, state: 6 },
    });
    await one.pass(5 * HOUR);
    expect(one.made).toEqual([]);
    await one.pass(2 * HOUR);
    expect(one.made.map(({ parts }) => parts)).toEqual([BACKUP_PARTS]);
  });

  it('that cannot be read fall back to a day, alone', async () => {
    const one = scheduledMachine();
    await one.docs.put('backup', 'settings', { auto: false, intervalHours: { chat_history: 0 } });
    const { auto, intervalHours } = await one.records.settings();
    expect({ auto, intervalHours }).toEqual({
      auto: false,
      intervalHours: DEFAULT_BACKUP_SETTINGS.intervalHours,
    });
  });
});
