import type { BackupInfo, BackupSource, Secret } from '../../preload/contract/models.ts';
import type { BackupPart } from '../storage/backup/names.ts';
import type { Work } from '../storage/work.ts';

/** Sources that lie on this machine's disk. What comes from S3 is fetched into a folder first. */
export type LocalSource = Exclude<BackupSource, { kind: 's3' }>;

export interface Which {
  installId: string;
  backupId: string;
}

/** The engine of snapshots in the data worker, as the main side uses it. It knows nothing of S3. */
export interface BackupEngine {
  /** A new local backup: complete and read back whole when it resolves, invisible otherwise. */
  create(reason: string, work: Work): Promise<Which>;
  /** Decrypts and verifies everything, touches nothing. Rejects with BACKUP_DAMAGED and the object's name. */
  prove(source: LocalSource, which: Which, secret: Secret, work: Work): Promise<void>;
  /** Proves the secret on the manifest alone: KEY_WRONG, BACKUP_DAMAGED. */
  open(source: LocalSource, which: Which, secret: Secret): Promise<void>;
  /** Answers with verified counts in words. Only the objects of `parts` need to be there. */
  restore(
    source: LocalSource,
    which: Which,
    how: { secret: Secret; mode: 'replace' | 'merge'; parts: readonly BackupPart[] },
    work: Work,
  ): Promise<{ result: string }>;
  /** A new backup written as one file at `path`. KEY_ABSENT without recovery key and passphrase. */
  exportTo(path: string, work: Work): Promise<BackupInfo>;
}
