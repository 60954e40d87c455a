import { expect, test } from 'vitest';
import type { AppStatus, BackupInfo } from '../preload/contract/models.ts';
import { JobRunner } from './jobs/jobs.ts';
import { EngineRescue, type RescueOptionsOf } from './rescue.ts';

const backup = (hour: number, parts: BackupInfo['parts'], patch: Partial<BackupInfo> = {}): BackupInfo => ({
  backupId: `b${hour}`,
  installId: 'install',
  createdAt: `2026-11-21T${hour}:00:00.000Z`,
  place: 'local',
  sizeBytes: 1,
  parts,
  counts: { chat_history: 1, aws_estate: 1, state: 1 },
  formatVersion: 1,
  appVersion: '1',
  state: 'verified',
  provedAt: null,
  reason: 'by schedule',
  ...patch,
});

type Status = Pick<AppStatus, 'phase' | 'failure' | 'engine'>;
const engine = (patch: Partial<AppStatus['engine']> = {}): AppStatus['engine'] => ({
  kind: 'qdrant',
  url: null,
  state: 'failed',
  message: 'It ends each time.',
  ...patch,
});
const FAILED: Status = {
  phase: 'failed',
  failure: { code: 'ENGINE_FAILED', message: '', canRetry: true },
  engine: engine(),
};

function rescueOf(backups: BackupInfo[], status: Status = FAILED, mode: RescueOptionsOf['mode'] = 'auto') {
  const rebuilt: unknown[] = [];
  const jobs = new JobRunner({ emit: () => undefined, report: () => undefined });
  const rescue = new EngineRescue({
    status: () => status,
    mode,
    storage: {
      putEngineAside: () => Promise.reject(new Error('not asked for')),
      reopenEngine: () => Promise.reject(new Error('not asked for')),
    },
    journal: { append: async () => ({ seq: 1, at: '', execution: null }) },
    backups: {
      known: async () => ({ backups, problem: null }),
      sourceOf: async () => ({ kind: 'here' }),
    },
    restores: {
      rebuild: async (from) => {
        rebuilt.push(from);
        return { result: 'rebuilt' };
      },
    },
    remoteKeys: { forget: async () => undefined, store: async () => undefined },
    jobs,
    whileStill: (work) => work(),
    onOpened: async () => undefined,
    onFailed: async () => undefined,
  });
  const run = async (backupId: string) => {
    const job = await rescue.start({ to: 'same', backup: { backupId, place: 'local' } }, 'window');
    return jobs.settled(job.jobId);
  };
  return { rescue, run, rebuilt };
}

test('what the chosen backup does not hold comes from the newest before it, never from a later one', async () => {
  const { run, rebuilt } = rescueOf([
    backup(15, ['aws_estate']),
    backup(14, ['chat_history']),
    backup(13, ['aws_estate'], { state: 'damaged' }),
    backup(12, ['chat_history', 'aws_estate', 'state']),
  ]);
  expect(await run('b14')).toMatchObject({ state: 'done', result: 'rebuilt' });
  expect(rebuilt).toEqual([
    {
      source: { kind: 'here' },
      installId: 'install',
      backupId: 'b14',
      parts: ['chat_history'],
      others: [{ backupId: 'b12', parts: ['aws_estate'] }],
      aside: 'qdrant',
    },
  ]);
});

test('only backups are offered that bring something back', async () => {
  const { rescue, run } = rescueOf([
    backup(15, ['state']),
    backup(14, ['chat_history', 'aws_estate'], { state: 'newer' }),
    backup(13, ['aws_estate']),
  ]);
  const { backups, targets } = await rescue.options();
  expect(backups.map(({ backupId }) => backupId)).toEqual(['b13']);
  expect(targets).toEqual(['same', 'sqlite']);
  await expect(run('b15')).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND' });
});

test.each<[string, Status, RescueOptionsOf['mode'], string[]]>([
  ['in order', { phase: 'ready', failure: null, engine: engine({ state: 'ready' }) }, 'auto', []],
  ['locked', { phase: 'locked', failure: null, engine: engine({ state: 'stopped' }) }, 'auto', []],
  ['failed in mid-run', { phase: 'ready', failure: null, engine: engine() }, 'auto', ['same', 'sqlite']],
  ['SQLite', { ...FAILED, engine: engine({ kind: 'sqlite' }) }, 'auto', ['same']],
  ['a server', { ...FAILED, engine: engine({ kind: 'remote', url: 'https://q' }) }, 'auto', ['sqlite']],
  ['fixed by the configuration', FAILED, 'qdrant', ['same']],
])('an engine that is %s may be given up for: %j', async (_what, status, mode, targets) => {
  const { rescue } = rescueOf([], status, mode);
  expect((await rescue.options()).targets).toEqual(targets);
  if (targets.length > 0) return;
  await expect(rescue.start({ to: 'same', backup: null }, 'window')).rejects.toMatchObject({
    code: 'INVALID_STATE',
  });
});
