/** One answer to a query, and the question it answers. */
export interface Listing {
  question: string;
  resultId: string;
  total: number;
}

/**
 * By how many rows a list has moved down under a person who is not at its top. The newest line comes first, so
 * a longer answer to the same question has its new lines above; another question starts at the top anyway.
 */
export function rowsAbove(before: Listing | null, now: Listing, atTop: boolean): number {
  if (before === null || atTop || before.question !== now.question) return 0;
  return Math.max(0, now.total - before.total);
}

/** The row to go to from `current` by a key; null when the key is not for the list. */
export function moveTo(key: string, current: number | null, total: number, page: number): number | null {
  if (total === 0) return null;
  const from = current ?? -1;
  const steps: Record<string, number> = {
    ArrowDown: from + 1,
    j: from + 1,
    ArrowUp: current === null ? 0 : from - 1,
    k: current === null ? 0 : from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: total - 1,
  };
  const wanted = steps[key];
  return wanted === undefined ? null : Math.min(total - 1, Math.max(0, wanted));
}
