import { type RefObject, useRef } from 'react';
import type { ResourceSummary } from '../../../preload/contract/models.ts';
import type { RowWindow } from '../../api/rowWindow.ts';
import { enterDetails, openDetails, useDetails } from '../../state/details.ts';
import { isOnPage } from '../../state/focus.ts';
import { useKeys } from '../../state/keys.ts';
import { notify, notifyError } from '../../state/toasts.ts';
import type { RowClick } from './ResourceRow.tsx';
import { NOTHING, type Selection, toggled, withRange } from './selection.ts';

/** A longer list is exported, not selected row by row. */
const MAX_RANGE = 5_000;

interface Options {
  gridRef: RefObject<HTMLTableElement | null>;
  rows: RowWindow<ResourceSummary>;
  cursor: number;
  setCursor: (index: number) => void;
  pageRows: number;
  selection: Selection;
  onSelection: (selection: Selection) => void;
}

/** The keys and clicks of the rows: move, open, select. Returns what a click on a row does. */
export function useRowKeys(options: Options): RowClick {
  const { gridRef, rows, cursor, setCursor, pageRows, selection, onSelection } = options;
  /** Where a Shift range starts: the last row selected by itself. */
  const anchor = useRef(0);

  const selectRange = (from: number, to: number) => {
    const [first, last] = from < to ? [from, to] : [to, from];
    if (last - first >= MAX_RANGE) {
      notify(
        `At most ${MAX_RANGE.toLocaleString('en')} rows can be selected at once. Export takes all of them.`,
      );
      return;
    }
    rows
      .range(first, last)
      .then((found) => onSelection(withRange(selection, found)))
      .catch(notifyError);
  };
  const toggle = (index: number) => {
    const row = rows.row(index);
    if (row) onSelection(toggled(selection, row));
    anchor.current = index;
  };
  const open = (index: number) => {
    const row = rows.row(index);
    if (row) openDetails({ kind: 'resource', id: row.id });
  };
  const openOrEnter = (index: number) => {
    const shown = useDetails.getState().stack.at(-1);
    const row = rows.row(index);
    // Rows that are being read anew are those that were there.
    if (shown?.kind === 'resource' && (row === undefined || row.id === shown.id)) enterDetails();
    else open(index);
  };
  const move = (to: number, extend: boolean) => {
    const index = Math.max(0, Math.min(rows.total - 1, to));
    setCursor(index);
    if (extend) selectRange(anchor.current, index);
    else anchor.current = index;
    // With the panel open it follows, so that rows can be read one after the other.
    if (useDetails.getState().stack.at(-1)?.kind === 'resource') open(index);
  };
  const step = (by: number) => (event: KeyboardEvent) => move(cursor + by, event.shiftKey);
  /** Enter and Space belong to a focused button or box elsewhere. */
  const onGrid = (event: KeyboardEvent) => isOnPage(event.target) || event.target === gridRef.current;

  useKeys({
    j: step(1),
    k: step(-1),
    ArrowDown: step(1),
    ArrowUp: step(-1),
    PageDown: step(pageRows),
    PageUp: step(-pageRows),
    Home: (event) => move(0, event.shiftKey),
    End: (event) => move(rows.total - 1, event.shiftKey),
    Enter: (event) => onGrid(event) && cursor >= 0 && openOrEnter(cursor),
    ' ': (event) => onGrid(event) && cursor >= 0 && toggle(cursor),
    'mod+a': (event) => onGrid(event) && selectRange(0, rows.total - 1),
    Escape: () => {
      if (useDetails.getState().stack.length > 0 || selection.size === 0) return false;
      onSelection(NOTHING);
    },
  });

  return (index, how) => {
    setCursor(index);
    gridRef.current?.focus({ preventScroll: true });
    if (how === 'toggle') toggle(index);
    else if (how === 'range') selectRange(anchor.current, index);
    else {
      anchor.current = index;
      open(index);
    }
  };
}
