import { join } from 'node:path';
import type { Profiles } from '../aws/profiles.ts';
import type { JobRunner } from '../jobs/jobs.ts';
import type { OpenReport, StorageApi } from '../storage/api.ts';
import { LocalBackupEngine } from '../storage/backup/backupEngine.ts';
import type { Attempts } from '../storage/keys/attempts.ts';
import type { KeySource } from '../storage/keys/keySource.ts';
import { BackupService, type BackupServiceOptions } from './backupService.ts';
import { Places } from './places.ts';
import { RestoreService, type RestoreServiceOptions } from './restoreService.ts';
import { S3Clients, type S3ClientsOptions } from './s3Client.ts';

export interface BackupsOptions extends S3ClientsOptions, Pick<BackupServiceOptions, 'emit' | 'shell'> {
  /** The workspace's. */
  folder: string;
  profiles: Pick<Profiles, 'endpoint'>;
  storage: Pick<StorageApi, 'backup' | 'docs' | 'keys'>;
  /** Where the master key is kept. */
  keySource(): KeySource;
  jobs: JobRunner;
  /** Of the open workspace; a restore may make it another one. */
  installId(): string;
  onReopened(report: OpenReport): void;
  whileStill: RestoreServiceOptions['whileStill'];
  attempts: Attempts;
  onRestored: RestoreServiceOptions['onRestored'];
}

/** Everything that makes, keeps and restores backups of one workspace. `s3Clients.destroy()` ends it. */
export function createBackups(options: BackupsOptions) {
  const { folder, appVersion, storage, keySource, jobs, emit, shell, installId } = options;
  const s3Clients = new S3Clients(options);
  const places = new Places({
    snapshots: join(folder, 'snapshots'),
    temp: join(folder, 'temp'),
    clients: s3Clients,
  });
  const engine = new LocalBackupEngine({
    backup: storage.backup,
    appVersion,
    keySource,
    onReopened: async (report) => options.onReopened(report),
  });
  const backups = new BackupService({
    engine,
    places,
    docs: storage.docs,
    jobs,
    emit,
    shell,
    slots: () => storage.keys.slots(),
    installId,
  });
  const restores = new RestoreService({
    engine,
    places,
    jobs,
    whileStill: options.whileStill,
    attempts: options.attempts,
    onRestored: options.onRestored,
  });
  return { s3Clients, backups, restores };
}
