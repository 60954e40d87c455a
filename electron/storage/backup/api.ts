import type { BackupInfo, BackupSource } from '../../../preload/contract/models.ts';
import type { OpenReport } from '../api.ts';
import type { SlotSecret } from '../keys/slots.ts';
import type { LocalEngine } from '../maintenance/engineRescue.ts';
import type { Work } from '../work.ts';
import type { BackupSecret } from './backupKeys.ts';
import type { BackupRequest } from './createBackup.ts';
import type { BackupPart } from './names.ts';
import type { Which } from './proveBackup.ts';
import type { MergeCounts, RestoreFile } from './restoreFile.ts';

/** What lies on this machine's disk: the workspace's own backups, another folder, an exported file. */
export type LocalSource = Exclude<BackupSource, { kind: 's3' }>;

export interface InspectedBackup {
  info: BackupInfo;
  /** Whether replacing everything from it makes this workspace the install that it is of. */
  takesOver: boolean;
  /** The backup's master key; null when it opens with this workspace's own keys. Never leaves the main side. */
  masterKey: Uint8Array | null;
}

export interface OtherBackup {
  backupId: string;
  parts: readonly BackupPart[];
}

export interface RestoreRequest {
  secret: BackupSecret;
  mode: RestoreFile['mode'];
  parts: readonly BackupPart[];
  /** Parts that come from other backups of the same install in the same place; all are exchanged in one go. */
  others?: readonly OtherBackup[] | undefined;
  appVersion: string;
  /**
   * Makes the workspace the install of the backup. It goes on with the backup's master key (which then stands in
   * the key's source already), or keeps its own: then `slot` gets a new slot and the others end.
   */
  takeover: { masterKey: 'backup' | 'own'; slot: SlotSecret | null } | null;
  /** Into a new engine of this kind; the data of the present one, which cannot be used, is put aside. */
  aside?: LocalEngine | null;
}

export interface RestoreReport {
  /** The workspace was closed and opened again: what was read before is out of date. */
  open: OpenReport;
  counts: { [P in BackupPart]?: MergeCounts };
  /** Counted in the collections after the exchange. */
  totals: { chat_history: number; conversations: number; aws_estate: number };
  /** The backup made before. */
  before: Which | null;
  /** Where data that was put aside lies now. */
  kept: string | null;
}

/** Backups in the data worker: local ones, and what other places brought to the disk. */
export interface BackupApi {
  /** A new backup in the workspace's own folder: complete and read back whole, or not there. */
  create(request: BackupRequest, work: Work): Promise<Which>;
  /** Decrypts and verifies everything, touches nothing. BACKUP_DAMAGED names the object. */
  prove(source: LocalSource, which: Which, secret: BackupSecret, work: Work): Promise<void>;
  /** Proves the secret on the manifest alone. KEY_WRONG, INVALID_INPUT, BACKUP_DAMAGED, FORMAT_NEWER. */
  inspect(source: LocalSource, which: Which, secret: BackupSecret): Promise<InspectedBackup>;
  /** One of the workspace's own backups as one file. KEY_ABSENT without recovery key and passphrase. */
  exportFile(which: Which, file: string, work: Work): Promise<{ bytes: number }>;
  /**
   * Verifies a backup whole, then exchanges or merges the data in one go; a backup of what is there is made
   * first. Rejects with the data as it was. Killed anywhere, the next `open` finishes it or takes it back.
   */
  restore(source: LocalSource, which: Which, request: RestoreRequest, work: Work): Promise<RestoreReport>;
}

/** Every part that a restore brings, from whichever backup. */
export function allParts({ parts, others = [] }: Pick<RestoreRequest, 'parts' | 'others'>): BackupPart[] {
  return [...new Set([...parts, ...others.flatMap((other) => other.parts)])];
}
