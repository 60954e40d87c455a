import type { BackupInfo, BackupSource, Secret } from '../../preload/contract/models.ts';
import type { OtherBackup } from '../storage/backup/api.ts';
import type { BackupPart } from '../storage/backup/names.ts';
import type { Which } from '../storage/backup/proveBackup.ts';
import type { LocalEngine } from '../storage/maintenance/engineRescue.ts';
import type { Work } from '../storage/work.ts';

export type { Which } from '../storage/backup/proveBackup.ts';

/** Sources that lie on this machine's disk. What comes from S3 is fetched into a folder first. */
export type LocalSource = Exclude<BackupSource, { kind: 's3' }>;

/**
 * Making, proving and restoring backups on this machine's disk (`LocalBackupEngine`). It knows nothing of S3: what
 * comes from there lies in a folder first. A restore makes a backup of what is there before.
 */
export interface BackupEngine {
  /** A new local backup, of everything unless said: complete and read back whole when it resolves, or not there. */
  create(reason: string, work: Work, parts?: readonly BackupPart[]): Promise<Which>;
  /** Decrypts and verifies everything, touches nothing. Rejects with BACKUP_DAMAGED and the object's name. */
  prove(source: LocalSource, which: Which, secret: Secret, work: Work): Promise<void>;
  /** Proves the secret on the manifest alone: KEY_WRONG, BACKUP_DAMAGED. */
  open(source: LocalSource, which: Which, secret: Secret): Promise<void>;
  /** Answers with verified counts in words. Only the objects of the wanted parts need to be there. */
  restore(
    source: LocalSource,
    which: Which,
    how: {
      secret: Secret;
      mode: 'replace' | 'merge';
      parts: readonly BackupPart[];
      others?: readonly OtherBackup[] | undefined;
      /** Into a new engine; the data of the present one, which cannot be used, is put aside and kept. */
      aside?: LocalEngine | null;
    },
    work: Work,
  ): Promise<{ result: string }>;
  /** A new backup written as one file at `path`. KEY_ABSENT without recovery key and passphrase. */
  exportTo(path: string, work: Work): Promise<BackupInfo>;
}
