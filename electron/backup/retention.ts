import type { BackupInfo } from '../../preload/contract/models.ts';

const DAY_MS = 24 * 3_600_000;

/** The newest backup that could be restored, or undefined. */
export function lastGood(backups: BackupInfo[]): BackupInfo | undefined {
  return backups
    .filter(({ state }) => state === 'verified')
    .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))[0];
}

/**
 * Backups of one place that are older than `days`. Never the last good one, whatever its age; never one that
 * a newer version of the app wrote. Age is counted from the newest good backup at most: a clock that runs
 * ahead, or a machine that slept for months, deletes nothing that a fresh backup does not stand in for.
 */
export function expired(backups: BackupInfo[], days: number, now: Date): BackupInfo[] {
  const kept = lastGood(backups);
  if (!kept) return [];
  const reference = Math.min(now.getTime(), Date.parse(kept.createdAt));
  return backups.filter(
    (one) => one !== kept && one.state !== 'newer' && Date.parse(one.createdAt) < reference - days * DAY_MS,
  );
}
