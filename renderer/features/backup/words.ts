import type {
  BackupInfo,
  BackupOverview,
  BackupSettings,
  S3Place,
} from '../../../preload/contract/models.ts';
import { span } from '../../state/format.ts';

/** `every 24 h`, `every 7 d`; off = by hand only. */
export function scheduleWords({
  auto,
  intervalHours,
}: Pick<BackupSettings, 'auto' | 'intervalHours'>): string {
  if (!auto) return 'by hand only';
  if (intervalHours === 1) return 'every hour';
  const days = intervalHours / 24;
  return Number.isInteger(days) && days > 1 ? `every ${days} d` : `every ${intervalHours} h`;
}

/** When the next one runs, seen from `now` (ms). */
export function nextWords(
  { settings, nextAt }: Pick<BackupOverview, 'settings' | 'nextAt'>,
  now: number,
): string {
  if (!settings.auto) return 'none is scheduled';
  if (nextAt === null) return 'not scheduled yet';
  const left = Date.parse(nextAt) - now;
  return left <= 0 ? 'due now' : `in ${span(left)}`;
}

export const placeWords = (place: S3Place | null): string =>
  place ? `s3://${place.bucket}` : 'This machine only';

/** Newest first; of one backup the copy in S3 before the local one. */
export function listed(backups: readonly BackupInfo[]): BackupInfo[] {
  return backups.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || b.place.localeCompare(a.place));
}

export const placeName = (place: BackupInfo['place']): string => (place === 's3' ? 'S3' : 'this machine');

/** The last good one may not go: the button says why instead of failing later. */
export function keptWhy(backup: BackupInfo, backups: readonly BackupInfo[]): string | null {
  if (backup.state !== 'verified') return null;
  return backups.filter(({ state }) => state === 'verified').length === 1
    ? 'The only verified backup is never deleted.'
    : null;
}
