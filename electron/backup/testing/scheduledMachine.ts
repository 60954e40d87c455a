import {
  BACKUP_PARTS,
  type BackupOverview,
  type BackupPart,
  DEFAULT_BACKUP_SETTINGS,
  type Job,
  type ListedBackup,
} from '../../../preload/contract/models.ts';
import { JobRunner } from '../../jobs/jobs.ts';
import { expireHistory } from '../../storage/history/retention.ts';
import { BackupRecords } from '../backupRecords.ts';
import type { CreateOptions } from '../backupService.ts';
import { BackupScheduler } from '../scheduler.ts';
import { standingOf } from '../standing.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.parse('2026-11-01T00:00:00Z');

/** One machine: its documents outlive a restart, its clock does what the test says. */
export function scheduledMachine() {
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
  const made: { at: number; cleanUp: boolean; parts: readonly BackupPart[] }[] = [];
  const there: ListedBackup[] = [];
  const proved: string[] = [];
  const notices: string[] = [];
  const fault: { error: Error | null; cancel: boolean } = { error: null, cancel: false };
  const iso = () => new Date(time.wall).toISOString();
  const jobs = new JobRunner({ emit: () => undefined, report: () => undefined });
  const backups = {
    records,
    settleInterrupted: (): Promise<Job | null> => Promise.resolve(null),
    create: ({ cleanUp = true, parts = BACKUP_PARTS }: CreateOptions = {}) =>
      jobs.start('backup', async ({ jobId, signal }) => {
        if (fault.cancel) jobs.cancel(jobId);
        signal.throwIfAborted();
        if (fault.error) throw fault.error;
        made.push({ at: time.wall, cleanUp, parts });
        const backupId = `${made.length}`;
        there.unshift({
          backupId,
          createdAt: iso(),
          parts,
          place: 'local',
          state: 'verified',
        } as ListedBackup);
        const saved = Object.fromEntries(parts.map((part) => [part, iso()]));
        await records.update(({ goodAt }) => ({ goodAt: { ...goodAt, ...saved }, failures: 0 }));
        return { result: 'saved' };
      }),
    prove: (backupId: string) =>
      Promise.resolve(
        jobs.start('prove', () => {
          proved.push(backupId);
          return Promise.resolve({ result: 'proved' });
        }),
      ),
    status: async () => ({ ...(await standing()), running: false }),
    overview: async (): Promise<BackupOverview> => ({
      ...(await standing()),
      settings: await records.settings(),
      backups: there,
      problem: null,
      warnings: [],
    }),
  };
  async function standing() {
    const [settings, state] = [await records.settings(), await records.state()];
    return standingOf(settings, state.goodAt, state, new Date(time.wall));
  }
  const errors: unknown[] = [];
  /** What is old in the history: slices still to be removed, and when each was. */
  const history = { left: 0, removed: [] as number[], onSlice: () => {} };
  const expire = async () => {
    history.onSlice();
    if (history.left === 0) return { removed: 0, more: false };
    history.left -= 1;
    history.removed.push(time.wall);
    return { removed: 500, more: history.left > 0 };
  };
  const boot = () => {
    const scheduler = new BackupScheduler({
      backups,
      jobs,
      shell: { notify: (title) => notices.push(title) },
      daily: (goOn) => expireHistory({ expire }, 13, goOn),
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
    history,
    fault,
    records,
    jobs,
    errors,
    docs,
    standing,
    /** Hours between the backups of each part. */
    async every(chat_history: number, aws_estate: number, state: number) {
      const intervalHours = { chat_history, aws_estate, state };
      await records.saveSettings({ ...DEFAULT_BACKUP_SETTINGS, intervalHours });
    },
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
