import { BACKUP_PARTS, type BackupInfo, type BackupPart } from '../../preload/contract/models.ts';
import { newestFirst, pastTime } from '../../preload/contract/times.ts';
import { BEFORE_UPDATE } from '../storage/backup/info.ts';

const DAY_MS = 24 * 3_600_000;
/** What was saved before an update stays at least this long beside the first good backup of everything after it. */
const BEFORE_UPDATE_DAYS = 7;

/**
 * The newest backup that could be restored and holds all of these parts, or undefined. One made while a clock was
 * ahead is newer than no other; it counts where there is none else.
 */
export function lastGood<B extends BackupInfo>(
  backups: readonly B[],
  parts: readonly BackupPart[] = [],
  now = Date.now(),
): B | undefined {
  return backups
    .filter((one) => one.state === 'verified' && parts.every((part) => one.parts.includes(part)))
    .sort(newestFirst(now))[0];
}

/** The parts of which this is the newest good backup in its place. */
export function lastGoodOf(
  backup: BackupInfo,
  ofItsPlace: readonly BackupInfo[],
  now = Date.now(),
): BackupPart[] {
  return BACKUP_PARTS.filter((part) => lastGood(ofItsPlace, [part], now)?.backupId === backup.backupId);
}

/**
 * Backups of one place that are older than `days`. Never the last good one of a part, nor the last that holds
 * everything (it alone makes another machine the same install), whatever their age; never one that a newer version
 * of the app wrote. Of everything as it was before an update the newest good backup of everything stands in.
 * Age is counted from the newest good backup of what it holds at most: a clock that runs ahead, or a machine that
 * slept for months, deletes nothing that a fresh backup does not stand in for, and one dated in the future is not
 * known to be fresh.
 */
export function expired(backups: BackupInfo[], days: number, now: Date): BackupInfo[] {
  const good = (parts: readonly BackupPart[]) => lastGood(backups, parts, now.getTime());
  const stays = new Set([...BACKUP_PARTS.map((part) => good([part])), good(BACKUP_PARTS)]);
  return backups.filter((one) => {
    if (stays.has(one) || one.state === 'newer') return false;
    const ofUpdate = one.reason === BEFORE_UPDATE;
    // Of one that cannot be read any good one, and of everything before an update one of everything.
    const held = ofUpdate ? [BACKUP_PARTS] : one.parts.length > 0 ? one.parts.map((part) => [part]) : [[]];
    const standIns = held.map(good);
    const kept = ofUpdate ? Math.max(days, BEFORE_UPDATE_DAYS) : days;
    const times = standIns.map((standIn) =>
      standIn ? pastTime(Date.parse(standIn.createdAt), now.getTime()) : Number.NEGATIVE_INFINITY,
    );
    return Date.parse(one.createdAt) < Math.min(now.getTime(), ...times) - kept * DAY_MS;
  });
}
