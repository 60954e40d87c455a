import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type FetchRows, RowWindow } from './rowWindow.ts';

/**
 * Rows of a windowed list by index. Call `ensure(first, last)` for what is on screen; `row(i)` is undefined
 * until it is there. `onGone` must ask the query again: the result it came from is forgotten.
 * `version` changes whenever `row` may answer differently.
 */
export function useWindowedRows<T>(
  resultId: string | null,
  total: number,
  fetchRows: FetchRows<T>,
  onGone: () => void,
) {
  const latest = useRef({ fetchRows, onGone });
  useEffect(() => {
    latest.current = { fetchRows, onGone };
  });
  const [rows] = useState(() => {
    const made = new RowWindow<T>(
      (id, offset, limit) => latest.current.fetchRows(id, offset, limit),
      () => latest.current.onGone(),
    );
    // At once, not in an effect: a list that comes back must be as long as it was to stand where it stood.
    made.setResult(resultId, total);
    return made;
  });
  useEffect(() => rows.setResult(resultId, total), [rows, resultId, total]);
  const version = useSyncExternalStore(rows.subscribe, rows.version);
  return { rows, version, error: rows.error };
}
