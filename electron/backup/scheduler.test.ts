import { describe, expect, it } from 'vitest';
import { DEFAULT_BACKUP_SETTINGS } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { BackupScheduler } from './scheduler.ts';
import { DAY, HOUR, MINUTE, START, scheduledMachine } from './testing/scheduledMachine.ts';

describe('BackupScheduler', () => {
  it('backs up once a day, not once a minute', async () => {
    const one = scheduledMachine();
    await one.pass(3 * DAY);
    expect(one.made.length).toBe(3);
    expect(one.errors).toEqual([]);
  });

  it('catches up once after a long time off, and not at the very start', async () => {
    const one = scheduledMachine();
    await one.pass(HOUR);
    one.sleep(20 * DAY);
    one.restart();
    await one.pass(MINUTE);
    expect(one.made.length).toBe(1);
    await one.pass(3 * HOUR);
    expect(one.made.length).toBe(2);
  });

  it('counts a night asleep', async () => {
    const one = scheduledMachine();
    await one.pass(HOUR);
    for (let day = 0; day < 4; day += 1) {
      one.sleep(16 * HOUR);
      await one.pass(8 * HOUR);
    }
    expect(one.made.length).toBe(5);
  });

  it('does not wait for years when the clock was years ahead and is set right', async () => {
    const one = scheduledMachine();
    one.time.wall += 2_000 * DAY;
    await one.pass(HOUR);
    expect(one.made.length).toBe(1);
    one.time.wall -= 2_000 * DAY;
    one.restart();
    await one.pass(HOUR);
    expect(one.made.length).toBe(2);
    await one.pass(DAY);
    expect(one.made.length).toBe(3);
  });

  it('makes one backup, not a stream, while each try under a clock set back fails', async () => {
    const one = scheduledMachine();
    await one.pass(HOUR);
    one.time.wall -= 10 * DAY;
    one.restart();
    one.fault.error = new AppError('NETWORK', 'No network.');
    await one.pass(15 * MINUTE);
    expect((await one.records.state()).failures).toBe(1);
  });

  it('removes nothing by age within an hour of a jump of the clock', async () => {
    const one = scheduledMachine();
    await one.pass(HOUR);
    one.time.wall += 400 * DAY;
    await one.pass(20 * MINUTE);
    expect(one.made.at(-1)?.cleanUp).toBe(false);
    await one.pass(DAY + HOUR);
    expect(one.made.at(-1)?.cleanUp).toBe(true);
  });

  it('tries again after failures with growing pauses instead of every minute or next day', async () => {
    const one = scheduledMachine();
    one.fault.error = new AppError('NETWORK', 'No network.');
    await one.pass(2 * HOUR);
    const { failures } = await one.records.state();
    expect(failures).toBeGreaterThanOrEqual(2);
    expect(failures).toBeLessThanOrEqual(4);
    one.fault.error = null;
    await one.pass(4 * HOUR);
    expect(one.made.length).toBe(1);
    expect((await one.records.state()).failures).toBe(0);
  });

  it('says once a day that there has been no good backup for 48 hours', async () => {
    const one = scheduledMachine();
    one.fault.error = new AppError('NETWORK', 'No network.');
    await one.pass(2 * DAY);
    expect(one.notices).toEqual([]);
    await one.pass(HOUR);
    expect(one.notices).toEqual(['No good backup for 48 hours']);
    await one.pass(DAY);
    expect(one.notices.length).toBe(2);
    one.fault.error = null;
    await one.pass(3 * DAY);
    expect(one.notices.length).toBeLessThanOrEqual(3);
  });

  it('proves the newest backup about every month', async () => {
    const one = scheduledMachine();
    for (let day = 0; day < 65; day += 1) {
      one.sleep(DAY - HOUR);
      await one.pass(HOUR);
    }
    expect(one.proved.length).toBe(2);
    expect(Number(one.proved[1])).toBeGreaterThan(Number(one.proved[0]));
  });

  it('begins nothing beside a running job, and does it after', async () => {
    const one = scheduledMachine();
    const { promise, resolve } = Promise.withResolvers<{ result: string }>();
    const job = one.jobs.start('restore', () => promise);
    await one.pass(3 * HOUR);
    expect(one.made).toEqual([]);
    expect(one.errors).toEqual([]);
    resolve({ result: 'restored' });
    await one.jobs.settled(job.jobId);
    await one.pass(HOUR);
    expect(one.made.length).toBe(1);
  });

  it('does nothing by itself when the person switched it off', async () => {
    const one = scheduledMachine();
    await one.records.saveSettings({ ...DEFAULT_BACKUP_SETTINGS, auto: false });
    await one.pass(3 * DAY);
    expect(one.made).toEqual([]);
    expect(one.notices).toEqual([]);
  });

  it('removes old history once a day, also without backups, and within an hour of a jump of the clock nothing', async () => {
    const one = scheduledMachine();
    await one.records.saveSettings({ ...DEFAULT_BACKUP_SETTINGS, auto: false });
    one.history.left = 3;
    await one.pass(HOUR);
    expect(one.history.left).toBe(0);
    one.history.left = 2;
    await one.pass(12 * HOUR);
    expect(one.history.left).toBe(2);
    await one.pass(12 * HOUR);
    expect(one.history.left).toBe(0);
    one.history.left = 1;
    one.time.wall += 400 * DAY;
    await one.pass(30 * MINUTE);
    expect(one.history.left).toBe(1);
    await one.pass(HOUR);
    expect(one.history.left).toBe(0);
  });

  it('lets old history be while a job runs, and goes on with the rest when it has ended', async () => {
    const one = scheduledMachine();
    await one.records.saveSettings({ ...DEFAULT_BACKUP_SETTINGS, auto: false });
    const { promise, resolve } = Promise.withResolvers<{ result: string }>();
    one.history.left = 4;
    one.history.onSlice = () => {
      if (one.history.left === 3) one.jobs.start('backup', () => promise);
    };
    await one.pass(HOUR);
    expect(one.history.left).toBe(2);
    resolve({ result: 'saved' });
    await one.jobs.settled(one.jobs.current()?.jobId ?? '');
    await one.pass(HOUR);
    expect(one.history.left).toBe(0);
    expect(one.errors).toEqual([]);
  });

  it('spreads machines that start together over some minutes', async () => {
    const minutes = new Set<number>();
    for (const jitter of [0, 0.4, 0.99]) {
      const one = scheduledMachine();
      const at = new Date(START).toISOString();
      await one.records.update(() => ({ goodAt: { chat_history: at, aws_estate: at, state: at } }));
      const scheduler = new BackupScheduler({
        backups: {
          records: one.records,
          create: () =>
            one.jobs.start('backup', async () => {
              minutes.add((one.time.wall - START) / MINUTE);
              const now = new Date(one.time.wall).toISOString();
              await one.records.update(() => ({
                goodAt: { chat_history: now, aws_estate: now, state: now },
              }));
              return { result: '' };
            }),
          prove: () => Promise.reject(new Error('not due')),
          settleInterrupted: () => Promise.resolve(null),
          status: () => Promise.resolve({ overdue: false, lastGoodAt: null, running: false }),
          overview: () => Promise.reject(new Error('not overdue')),
        },
        jobs: one.jobs,
        shell: { notify: () => undefined },
        daily: async () => true,
        report: () => undefined,
        clock: {
          wall: () => one.time.wall,
          uptime: () => one.time.uptime,
          everyMinute: () => () => undefined,
        },
        random: () => jitter,
      });
      scheduler.startAutoBackup();
      for (let i = 0; i < 25 * 60; i += 1) {
        one.time.wall += MINUTE;
        one.time.uptime += MINUTE;
        await scheduler.tick();
      }
    }
    expect(minutes.size).toBe(3);
  });
});
