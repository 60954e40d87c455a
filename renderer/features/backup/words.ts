import {
  BACKUP_PARTS,
  type BackupInfo,
  type BackupOverview,
  type BackupSettings,
  type ListedBackup,
  type S3Place,
} from '../../../preload/contract/models.ts';
import { PARTS, partNames } from '../../components/backupWords.ts';
import { ago, span } from '../../state/format.ts';

type Schedule = Pick<BackupSettings, 'auto' | 'intervalHours'>;

/** Every part has the same interval: one number says all. */
export const sameInterval = ({ intervalHours }: Pick<BackupSettings, 'intervalHours'>): boolean =>
  BACKUP_PARTS.every((part) => intervalHours[part] === intervalHours.state);

/** `every 24 h`, `every 7 d`, `conversations every hour, resources every 24 h, state every hour`; off = by hand only. */
export function scheduleWords({ auto, intervalHours }: Schedule): string {
  if (!auto) return 'by hand only';
  if (sameInterval({ intervalHours })) return every(intervalHours.state);
  return BACKUP_PARTS.map((part) => `${PARTS[part].name.toLowerCase()} ${every(intervalHours[part])}`).join(
    ', ',
  );
}

function every(hours: number): string {
  if (hours === 1) return 'every hour';
  const days = hours / 24;
  return Number.isInteger(days) && days > 1 ? `every ${days} d` : `every ${hours} h`;
}

/** When the next one runs, seen from `now` (ms). */
export function nextWords(
  { settings, nextAt }: Pick<BackupOverview, 'settings' | 'nextAt'>,
  now: number,
): string {
  if (!settings.auto) return 'none is scheduled';
  if (nextAt === null) return 'not scheduled yet';
  const left = Date.parse(nextAt) - now;
  // It looks once a minute.
  return left < 60_000 ? 'due now' : `in ${span(left)}`;
}

/** How old each part's own last good backup is, where that differs: `Resources 6 d ago`. Else empty. */
export function lastGoodByPart({ parts }: Pick<BackupOverview, 'parts'>, now: number): string[] {
  const ages = BACKUP_PARTS.map((part) => {
    const { lastGoodAt } = parts[part];
    return lastGoodAt ? ago(lastGoodAt, now) : 'never';
  });
  if (new Set(ages).size === 1) return [];
  return BACKUP_PARTS.map((part, at) => `${PARTS[part].name} ${ages[at]}`);
}

/** What has waited too long for a good backup; null = nothing has. */
export function overdueWords({ parts }: Pick<BackupOverview, 'parts'>, now: number): string | null {
  const late = BACKUP_PARTS.filter((part) => parts[part].overdue);
  if (late.length === 0) return null;
  const of = late.length === BACKUP_PARTS.length ? '' : ` of ${partNames(late)}`;
  const times = late.map((part) => parts[part].lastGoodAt);
  const oldest = times.flatMap((at) => at ?? []).sort()[0];
  if (oldest === undefined || times.includes(null)) return `There is no good backup${of} yet.`;
  return `The last good backup${of} is ${span(now - Date.parse(oldest))} old.`;
}

export const placeWords = (place: S3Place | null): string =>
  place ? `s3://${place.bucket}` : 'This machine only';

/** Newest first; of one backup the copy in S3 before the local one. */
export function listed<B extends BackupInfo>(backups: readonly B[]): B[] {
  return backups.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || b.place.localeCompare(a.place));
}

export const placeName = (place: BackupInfo['place']): string => (place === 's3' ? 'S3' : 'this machine');
const inPlace = (place: BackupInfo['place']): string => (place === 's3' ? 'in S3' : 'on this machine');

/** The last good one may not go: the menu says why instead of failing later. Null = it may. */
export function keptWhy({ lastGoodOf, place }: Pick<ListedBackup, 'lastGoodOf' | 'place'>): string | null {
  if (lastGoodOf.length === 0) return null;
  const of = lastGoodOf.length === BACKUP_PARTS.length ? '' : ` of ${partNames(lastGoodOf)}`;
  return `The last good backup${of} ${inPlace(place)} is kept. Make another one first.`;
}

/** Whether the same backup lies in another place too. */
export function copyWords(backup: BackupInfo, backups: readonly BackupInfo[]): string {
  const copy = backups.find((one) => one.backupId === backup.backupId && one.place !== backup.place);
  return copy ? `Its copy ${inPlace(copy.place)} stays.` : 'There is no other copy of it.';
}

/** Backups that a replaced or revoked key still opens, and those of them that may be deleted now. */
export function formerKeyBackups(backups: readonly ListedBackup[]): {
  all: ListedBackup[];
  removable: ListedBackup[];
} {
  const all = backups.filter(({ opensWithFormerKey }) => opensWithFormerKey);
  return { all, removable: all.filter((one) => keptWhy(one) === null) };
}
