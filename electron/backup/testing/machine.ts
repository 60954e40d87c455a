import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job, S3Place as S3Settings } from '../../../preload/contract/models.ts';
import { DEFAULT_BACKUP_SETTINGS } from '../../../preload/contract/models.ts';
import { JobRunner } from '../../jobs/jobs.ts';
import { BackupService } from '../backupService.ts';
import { Places } from '../places.ts';
import { RestoreService } from '../restoreService.ts';
import type { S3Clients } from '../s3Client.ts';
import { TestEngine } from './testEngine.ts';

export type Machine = Awaited<ReturnType<typeof newMachine>>;

/** One install with its folder, its services and a clock that the test may move. */
export async function newMachine(parent: string, clients: S3Clients, installId: string = randomUUID()) {
  const folder = await mkdtemp(join(parent, 'machine-'));
  return openMachine(folder, clients, installId);
}

export function openMachine(folder: string, clients: S3Clients, installId: string) {
  const stored = new Map<string, unknown>();
  const docs = {
    get: (kind: string, key: string) => Promise.resolve(stored.get(`${kind}/${key}`)),
    put: async (kind: string, key: string, value: unknown) => {
      stored.set(`${kind}/${key}`, structuredClone(value));
    },
  };
  const time = { offset: 0 };
  const slots: { digest: string }[] = [];
  const now = () => new Date(Date.now() + time.offset);
  const snapshots = join(folder, 'snapshots');
  const engine = new TestEngine(snapshots, installId);
  engine.now = now;
  const seen: Job[] = [];
  const jobs = new JobRunner({
    emit: (name, payload) => void (name === 'job.changed' && seen.push(payload as Job)),
    report: () => undefined,
  });
  const places = new Places({ snapshots, temp: join(folder, 'temp'), clients });
  const service = new BackupService({
    engine,
    places,
    docs,
    jobs,
    emit: () => undefined,
    shell: {
      saveLarge: async (name, write) => {
        await write(join(folder, name));
        return { saved: 'file', where: join(folder, name) };
      },
    },
    slots: async () => slots,
    installId: () => installId,
    now,
  });
  const restore = new RestoreService({
    engine,
    places,
    jobs,
    whileStill: (work) => work(),
    onRestored: () => undefined,
  });
  return {
    folder,
    snapshots,
    installId,
    engine,
    slots,
    jobs,
    service,
    restore,
    seen,
    time,
    stored,
    /** Saved as if it had been checked. */
    useBucket: (s3: S3Settings) => service.records.saveSettings({ ...DEFAULT_BACKUP_SETTINGS, s3 }),
    ended: (job: Job) => jobs.settled(job.jobId),
  };
}
