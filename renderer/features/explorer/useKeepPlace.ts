import { type RefObject, useEffect, useRef } from 'react';
import type { ResourceSummary } from '../../../preload/contract/models.ts';
import type { RowWindow } from '../../api/rowWindow.ts';
import { findNear } from './anchor.ts';

interface Options {
  queryId: string;
  rows: RowWindow<ResourceSummary>;
  scroller: RefObject<HTMLDivElement | null>;
  rowHeight: number;
  cursor: number;
  setCursor: (index: number) => void;
}

interface Place {
  resultId: string | null;
  topIndex: number;
  topId: string | undefined;
  cursorId: string | undefined;
}

/**
 * Another question starts at the top. The same question asked again (a scan wrote) keeps the row at the top
 * of the view, and the active row, where they were seen, though rows came or went above them.
 */
export function useKeepPlace({ queryId, rows, scroller, rowHeight, cursor, setCursor }: Options): void {
  const seen = useRef<Place | null>(null);
  const asked = useRef(queryId);

  useEffect(() => {
    if (asked.current === queryId) return;
    asked.current = queryId;
    seen.current = null;
    setCursor(-1);
    scroller.current?.scrollTo({ top: 0 });
  }, [queryId, scroller, setCursor]);

  // After every render: `rows` changes in place.
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const topIndex = Math.floor(element.scrollTop / rowHeight);
    if (!rows.isFresh(topIndex)) return;
    const idAt = (index: number) => (rows.isFresh(index) ? rows.row(index)?.id : undefined);
    const old = seen.current;
    if (old && old.resultId !== rows.resultId) {
      const rest = element.scrollTop - old.topIndex * rowHeight;
      const top = old.topId && old.topIndex > 0 ? findNear(idAt, old.topId, old.topIndex) : null;
      if (top !== null && top !== old.topIndex) element.scrollTop = top * rowHeight + rest;
      const active = old.cursorId && cursor >= 0 ? findNear(idAt, old.cursorId, cursor) : null;
      if (active !== null && active !== cursor) setCursor(active);
    }
    const index = Math.floor(element.scrollTop / rowHeight);
    seen.current = {
      resultId: rows.resultId,
      topIndex: index,
      topId: idAt(index),
      cursorId: idAt(cursor),
    };
  });
}
