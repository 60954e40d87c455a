import type { AppStatus } from '../../preload/contract/models.ts';
import { ago, span } from '../state/format.ts';
import { type ScanStanding, scanStanding } from '../state/scan.ts';
import { useTicking } from '../state/time.ts';
import { useRequest } from './queries.ts';
import { useAccounts } from './useAccounts.ts';

/**
 * What is so, asked in one place: the status bar, the headlines and the settings tell the same because they all
 * read it here.
 */

/** How the scan stands, and when the last one ended; null = not read yet. */
export function useScanStanding(): { scan: ScanStanding | null; endedAt: string | null } {
  const { data } = useRequest('scan.status', {});
  const { accounts } = useAccounts();
  if (!data) return { scan: null, endedAt: null };
  const times = [
    ...accounts.map(({ lastScanAt }) => lastScanAt),
    // A scan that was cut off left no other time.
    ...(accounts.some(({ lastScanAt }) => lastScanAt !== null) ? [] : [data.coverage.newest]),
  ].flatMap((at) => at ?? []);
  const endedAt = data.run?.finishedAt ?? times.sort().at(-1) ?? null;
  return { scan: scanStanding(data), endedAt };
}

/** How old the last good backup is, in words; null = there is none. */
export function useBackupAge({ lastGoodAt }: AppStatus['backup']): string | null {
  return useTicking((now) => lastGoodAt && ago(lastGoodAt, now));
}

/** How old the oldest part of the data is: `4 min`; null = nothing was read. */
export function useDataAge({ dataAsOf }: Pick<AppStatus, 'dataAsOf'>): string | null {
  return useTicking((now) => dataAsOf && span(now - Date.parse(dataAsOf)));
}
