import { BACKUP_PARTS } from '../../../preload/contract/models.ts';

export type BackupPart = (typeof BACKUP_PARTS)[number];

/** What a name of the layout says. `manifest` stands for the manifest's own object. */
export interface ObjectName {
  installId: string;
  backupId: string;
  part: BackupPart | 'manifest';
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const TIME = '\\d{4}-\\d{2}-\\d{2}T\\d{2}-\\d{2}-\\d{2}';
const PARTS = BACKUP_PARTS.join('|');
const SNAPSHOT = new RegExp(`^(${UUID})/snapshots/(${PARTS})/\\2_(${TIME})\\.snapshot$`);
const MANIFEST = new RegExp(`^(${UUID})/snapshots/(manifest)/manifest_(${TIME})\\.json$`);

export function snapshotName(installId: string, part: BackupPart, backupId: string): string {
  return `${installId}/snapshots/${part}/${part}_${backupId}.snapshot`;
}

export function manifestName(installId: string, backupId: string): string {
  return `${installId}/snapshots/manifest/manifest_${backupId}.json`;
}

/** The id of a backup is its time in UTC: `2026-11-21T10-55-23`. */
export function backupIdAt(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(':', '-');
}

/** Null for anything that is not a name of the layout: it is then none of our business. */
export function parseName(name: string): ObjectName | null {
  const [, installId, part, backupId] = SNAPSHOT.exec(name) ?? MANIFEST.exec(name) ?? [];
  if (!installId || !part || !backupId || !isTime(backupId)) return null;
  return { installId, part: part as ObjectName['part'], backupId };
}

/** The 31st of February has the form, but no clock has ever written it. */
function isTime(backupId: string): boolean {
  const time = new Date(backupId.replace(/T(\d\d)-(\d\d)-(\d\d)$/, 'T$1:$2:$3Z'));
  return !Number.isNaN(time.getTime()) && backupIdAt(time) === backupId;
}
