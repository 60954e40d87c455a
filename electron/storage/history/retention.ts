import type { HistoryApi } from '../api.ts';

/**
 * Removes what is older than so many months in small slices; asked before each whether to go on. True when nothing is
 * left to remove.
 */
export async function expireHistory(
  history: Pick<HistoryApi, 'expire'>,
  months: number,
  goOn: () => boolean,
): Promise<boolean> {
  while (goOn()) {
    const { more } = await history.expire(months);
    if (!more) return true;
  }
  return false;
}
