import {
  BACKUP_PARTS,
  type BackupPart,
  type BackupSettings,
  type PartStanding,
} from '../../preload/contract/models.ts';
import { pastTime } from '../../preload/contract/times.ts';
import type { BackupState } from './backupRecords.ts';
import type { Known } from './backupStates.ts';
import { lastGood } from './retention.ts';

const HOUR_MS = 3_600_000;
const OVERDUE_MS = 48 * HOUR_MS;
const FIRST_RETRY_MS = HOUR_MS / 4;

/** By part; absent = there is none. */
export type GoodAt = BackupState['goodAt'];

export const intervalMs = ({ intervalHours }: Pick<BackupSettings, 'intervalHours'>, part: BackupPart) =>
  intervalHours[part] * HOUR_MS;

/** Without a good backup of a part for this long (ms), something is wrong: 48 hours, or a day beyond its interval. */
export const overdueMs = (settings: Pick<BackupSettings, 'intervalHours'>, part: BackupPart) =>
  Math.max(OVERDUE_MS, intervalMs(settings, part) + 24 * HOUR_MS);

/** How long the schedule leaves a place alone after a try (ms): longer with each failure in a row. */
export function pauseMs(settings: Pick<BackupSettings, 'intervalHours'>, failures: number): number {
  const shortest = Math.min(...BACKUP_PARTS.map((part) => intervalMs(settings, part)));
  return Math.min(shortest, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
}

/**
 * When the last good backup of each part was made, in the place that is wanted: with a bucket chosen, a copy on
 * the same disk alone does not count. What the records say stands in while the bucket does not answer.
 */
export function goodAtOf(
  settings: BackupSettings,
  known: Pick<Known, 'local' | 's3'>,
  state: BackupState,
  now: Date,
): GoodAt {
  const wanted = settings.s3 === null ? known.local : known.s3;
  if (wanted === null) return state.goodAt;
  return Object.fromEntries(
    BACKUP_PARTS.flatMap((part) => {
      const newest = lastGood(wanted, [part], now.getTime());
      return newest ? [[part, newest.createdAt]] : [];
    }),
  );
}

/** How each part stands, and all together: as old as the part that is worst off. */
export function standingOf(
  settings: BackupSettings,
  goodAt: GoodAt,
  state: BackupState,
  now: Date,
): PartStanding & { parts: Record<BackupPart, PartStanding> } {
  // How old one is that was made while a clock was ahead nobody knows: it keeps no new one from being made.
  const past = (at: string | undefined) => (at && pastTime(Date.parse(at), now.getTime()) > 0 ? at : null);
  const of = (part: BackupPart) => partStanding(settings, part, past(goodAt[part]), state, now);
  const parts = { chat_history: of('chat_history'), aws_estate: of('aws_estate'), state: of('state') };
  const all = Object.values(parts);
  const times = all.map(({ lastGoodAt }) => lastGoodAt);
  return {
    parts,
    lastGoodAt: times.includes(null) ? null : earliest(times),
    nextAt: earliest(all.map(({ nextAt }) => nextAt)),
    overdue: all.some(({ overdue }) => overdue),
  };
}

function partStanding(
  settings: BackupSettings,
  part: BackupPart,
  lastGoodAt: string | null,
  state: BackupState,
  now: Date,
): PartStanding {
  // Counted from when backups were first wanted where there is none.
  const since = lastGoodAt ?? state.wantedSince;
  const late = since !== null && now.getTime() - Date.parse(since) > overdueMs(settings, part);
  return {
    lastGoodAt,
    nextAt: settings.auto ? nextAt(settings, part, lastGoodAt, state, now) : null,
    overdue: settings.auto && late,
  };
}

function nextAt(
  settings: BackupSettings,
  part: BackupPart,
  lastGoodAt: string | null,
  state: BackupState,
  now: Date,
): string {
  const time = (at: string | null | undefined) => (at ? pastTime(Date.parse(at), now.getTime()) : 0);
  const last = Math.max(time(lastGoodAt), time(state.cancelledAt[part]));
  const due = last === 0 ? 0 : last + intervalMs(settings, part);
  const tried = time(state.lastTryAt);
  const allowed = tried === 0 ? 0 : tried + pauseMs(settings, state.failures);
  return new Date(Math.max(now.getTime(), due, allowed)).toISOString();
}

const earliest = (times: (string | null)[]): string | null =>
  times.flatMap((at) => at ?? []).sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
