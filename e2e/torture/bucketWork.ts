import { join } from 'node:path';
import { BackupService } from '../../electron/backup/backupService.ts';
import { Places } from '../../electron/backup/places.ts';
import { type RestoreRequest, RestoreService } from '../../electron/backup/restoreService.ts';
import { S3Clients } from '../../electron/backup/s3Client.ts';
import { fetchBackup } from '../../electron/backup/transfer.ts';
import { AppError } from '../../electron/errors.ts';
import { JobRunner } from '../../electron/jobs/jobs.ts';
import { quietWork } from '../../electron/storage/work.ts';
import { BACKUP_PARTS, DEFAULT_BACKUP_SETTINGS, type Job } from '../../preload/contract/models.ts';
import type { Actor } from './actor.ts';
import { busy } from './lanes.ts';
import { secretOf } from './longWork.ts';
import type { Restorable } from './protocol.ts';
import type { Random } from './random.ts';

/** The main side's half of backups, as `createApp` puts it together. */
let services: ReturnType<typeof make> | null = null;

function bucketOf({ order }: Actor) {
  if (order.bucket === null) throw new Error('there is no bucket in this round');
  const { bucket, url, key } = order.bucket;
  const s3 = { bucket, region: 'us-east-1', profile: 'backup', endpoint: null, kmsKeyId: null };
  return { s3, url, key };
}

function make(actor: Actor) {
  const { url, key } = bucketOf(actor);
  const { folder } = actor.order;
  const clients = new S3Clients({
    profiles: { endpoint: () => Promise.resolve(url) },
    sessions: { credentials: () => () => Promise.resolve(key) },
    appVersion: '0.0.0',
  });
  const places = new Places({ snapshots: join(folder, 'snapshots'), temp: join(folder, 'temp'), clients });
  const jobs = new JobRunner({ emit: () => undefined, report: () => undefined });
  const { engine } = actor;
  const backups = new BackupService({
    engine,
    places,
    docs: actor.storage.docs,
    slots: () => actor.storage.keys.slots(),
    jobs,
    emit: () => undefined,
    shell: { saveLarge: () => Promise.reject(new Error('nobody is asked for a file')) },
    installId: () => actor.installId,
  });
  const restores = new RestoreService({
    engine,
    places,
    jobs,
    whileStill: (work) => work(),
    onRestored: () => undefined,
  });
  return { places, jobs, backups, restores };
}

async function ended(jobs: JobRunner, job: Job): Promise<Job> {
  const { state, error, ...rest } = await jobs.settled(job.jobId);
  if (state === 'done') return { state, error, ...rest };
  throw new AppError(error?.code ?? 'INTERNAL', error?.message ?? `the job ${job.kind} is ${state}`);
}

const here = (actor: Actor) => {
  services ??= make(actor);
  return services;
};

/** A backup that goes to the bucket, with writers beside it or without. */
export async function send(actor: Actor, random: Random): Promise<void> {
  await settle(actor);
  const known = random.next() < 0.6;
  const { jobs, backups } = here(actor);
  const { s3 } = bucketOf(actor);
  const one = () =>
    actor.run('send', {}, async ({ step }) => {
      // A restore may have brought other settings.
      await backups.records.saveSettings({ ...DEFAULT_BACKUP_SETTINGS, s3 });
      const job = backups.create({ reason: 'torture' });
      step('sending');
      const { backupId } = await ended(jobs, job);
      if (backupId === null) throw new Error('the job names no backup');
      const which = { installId: actor.installId, backupId };
      if (known) {
        const { bucket, region, profile } = s3;
        const source = { kind: 's3' as const, bucket, region, endpoint: null, access: { profile } };
        actor.restorable.push({ which, source, own: true });
      }
      return { backup: { ...which, known, place: 's3' } };
    });
  await (known ? one() : busy(actor, random, one));
}

/** As at the app's start: an upload that a kill cut off goes on. */
export async function settle(actor: Actor): Promise<void> {
  await actor.run('settle', {}, async () => {
    const { jobs, backups } = here(actor);
    const job = await backups.settleInterrupted();
    if (job === null) return {};
    const { backupId } = await ended(jobs, job);
    if (backupId === null) return {};
    return { backup: { installId: actor.installId, backupId, known: false, place: 's3' } };
  });
}

export async function restoreFromBucket(actor: Actor, request: RestoreRequest): Promise<void> {
  const { jobs, restores } = here(actor);
  await ended(jobs, await restores.run(request));
}

/** Fetched whole, then proved. */
export async function proveFromBucket(actor: Actor, one: Restorable): Promise<void> {
  const { places } = here(actor);
  const from = await places.reader(one.source);
  await places.withTemp(async (to, path) => {
    await fetchBackup(from, to, one.which, BACKUP_PARTS, quietWork());
    await actor.engine.prove({ kind: 'folder', path }, one.which, secretOf(actor, one), quietWork());
  });
}
