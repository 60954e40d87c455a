import { describe, expect, it } from 'vitest';
import {
  type BackupInfo,
  type BackupOverview,
  DEFAULT_BACKUP_SETTINGS,
  type Job,
} from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { JobRunner } from '../jobs/jobs.ts';
import { BackupRecords } from './backupRecords.ts';
import { isOverdue } from './backupStates.ts';
import { BackupScheduler } from './scheduler.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-01T00:00:00Z');

/** One machine: its documents outlive a restart, its clock does what the test says. */
function machine() {
  const stored = new Map<string, unknown>();
  const docs = {
    get: (kind: string, key: string) => Promise.resolve(stored.get(`${kind}/${key}`)),
    put: (kind: string, key: string, value: unknown) => {
      stored.set(`${kind}/${key}`, structuredClone(value));
      return Promise.resolve();
    },
  };
  const records = new BackupRecords(docs);
  const time = { wall: START, uptime: 0 };
  const made: { at: number; cleanUp: boolean }[] = [];
  const proved: string[] = [];
  const notices: string[] = [];
  const fault: { error: Error | null } = { error: null };
  const iso = () => new Date(time.wall).toISOString();
  const jobs = new JobRunner({ emit: () => undefined, report: () => undefined });
  const backups = {
    records,
    settleInterrupted: (): Promise<Job | null> => Promise.resolve(null),
    create: (_reason?: string, options: { cleanUp?: boolean } = {}) =>
      jobs.start('backup', async () => {
        if (fault.error) throw fault.error;
        made.push({ at: time.wall, cleanUp: options.cleanUp ?? true });
        await records.update(() => ({ lastGoodAt: iso(), failures: 0 }));
        return { result: 'saved' };
      }),
    prove: (backupId: string) =>
      Promise.resolve(
        jobs.start('prove', () => {
          proved.push(backupId);
          return Promise.resolve({ result: 'proved' });
        }),
      ),
    overview: async (): Promise<BackupOverview> => {
      const [settings, state] = [await records.settings(), await records.state()];
      const newest = { backupId: 'newest', place: 'local', state: 'verified' } as BackupInfo;
      return {
        settings,
        backups: [newest],
        lastGoodAt: state.lastGoodAt,
        nextAt: null,
        overdue: isOverdue(settings, state.lastGoodAt, state, new Date(time.wall)),
        problem: null,
      };
    },
  };
  const errors: unknown[] = [];
  const boot = () => {
    const scheduler = new BackupScheduler({
      backups,
      jobs,
      shell: { notify: (title) => notices.push(title) },
      report: (error) => errors.push(error),
      clock: { wall: () => time.wall, uptime: () => time.uptime, everyMinute: () => () => undefined },
      random: () => 0.5,
    });
    scheduler.startAutoBackup();
    return scheduler;
  };
  let scheduler = boot();
  return {
    time,
    made,
    proved,
    notices,
    fault,
    records,
    jobs,
    errors,
    restart() {
      scheduler = boot();
    },
    /** Awake for this long, ticking each minute. */
    async pass(ms: number) {
      for (let rest = ms; rest > 0; rest -= MINUTE) {
        time.wall += MINUTE;
        time.uptime += MINUTE;
        await scheduler.tick();
      }
    },
    /** Asleep: wall time goes on, uptime does not. */
    sleep(ms: number) {
      time.wall += ms;
    },
  };
}

describe('BackupScheduler', () => {
  it('backs up once a day, not once a minute', async () => {
    const one = machine();
    await one.pass(3 * DAY);
    expect(one.made.length).toBe(3);
    expect(one.errors).toEqual([]);
  });

  it('catches up once after a long time off, and not at the very start', async () => {
    const one = machine();
    await one.pass(HOUR);
    one.sleep(20 * DAY);
    one.restart();
    await one.pass(MINUTE);
    expect(one.made.length).toBe(1);
    await one.pass(3 * HOUR);
    expect(one.made.length).toBe(2);
  });

  it('counts a night asleep', async () => {
    const one = machine();
    await one.pass(HOUR);
    for (let day = 0; day < 4; day += 1) {
      one.sleep(16 * HOUR);
      await one.pass(8 * HOUR);
    }
    expect(one.made.length).toBe(5);
  });

  it('does not wait for years when the clock was years ahead and is set right', async () => {
    const one = machine();
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
    const one = machine();
    await one.pass(HOUR);
    one.time.wall -= 10 * DAY;
    one.restart();
    one.fault.error = new AppError('NETWORK', 'No network.');
    await one.pass(15 * MINUTE);
    expect((await one.records.state()).failures).toBe(1);
  });

  it('removes nothing by age within an hour of a jump of the clock', async () => {
    const one = machine();
    await one.pass(HOUR);
    one.time.wall += 400 * DAY;
    await one.pass(20 * MINUTE);
    expect(one.made.at(-1)?.cleanUp).toBe(false);
    await one.pass(DAY + HOUR);
    expect(one.made.at(-1)?.cleanUp).toBe(true);
  });

  it('tries again after failures with growing pauses instead of every minute or next day', async () => {
    const one = machine();
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
    const one = machine();
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
    const one = machine();
    for (let day = 0; day < 65; day += 1) {
      one.sleep(DAY - HOUR);
      await one.pass(HOUR);
    }
    expect(one.proved).toEqual(['newest', 'newest']);
  });

  it('begins nothing beside a running job, and does it after', async () => {
    const one = machine();
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
    const one = machine();
    await one.records.saveSettings({ ...DEFAULT_BACKUP_SETTINGS, auto: false });
    await one.pass(3 * DAY);
    expect(one.made).toEqual([]);
    expect(one.notices).toEqual([]);
  });

  it('spreads machines that start together over some minutes', async () => {
    const minutes = new Set<number>();
    for (const jitter of [0, 0.4, 0.99]) {
      const one = machine();
      await one.records.update(() => ({ lastGoodAt: new Date(START).toISOString() }));
      const scheduler = new BackupScheduler({
        backups: {
          records: one.records,
          create: () =>
            one.jobs.start('backup', () => {
              minutes.add((one.time.wall - START) / MINUTE);
              return Promise.resolve({ result: '' });
            }),
          prove: () => Promise.reject(new Error('not due')),
          settleInterrupted: () => Promise.resolve(null),
          overview: () => Promise.resolve({ overdue: false } as BackupOverview),
        },
        jobs: one.jobs,
        shell: { notify: () => undefined },
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
