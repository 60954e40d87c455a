import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useSettings } from '../../api/useSettings.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import classes from './explorer.module.css';
import { ResourceRow } from './ResourceRow.tsx';
import type { Selection } from './selection.ts';
import { place } from './store.ts';
import { TableHeader } from './TableHeader.tsx';
import type { Columns } from './useColumns.ts';
import type { ExplorerResult } from './useExplorerResult.ts';
import { useKeepPlace } from './useKeepPlace.ts';
import { useRowKeys } from './useRowKeys.ts';

interface Props {
  gridRef: RefObject<HTMLTableElement | null>;
  result: ExplorerResult;
  columns: Columns;
  selection: Selection;
  onSelection: (selection: Selection) => void;
}

const ROW_HEIGHTS = { compact: 28, comfortable: 36 };
const OVERSCAN = 10;
const HEADER_HEIGHT = 28;
const ROW_ID = 'explorer-row';

/** Only the rows in view are in the page, whatever the result holds. */
export function ResourceTable({ gridRef, result, columns, selection, onSelection }: Props) {
  const { rows, version, queryId, rowsError } = result;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(-1);
  const rowHeight = ROW_HEIGHTS[useSettings().density];
  const virtual = useVirtualizer({
    count: rows.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollPaddingStart: HEADER_HEIGHT,
    paddingStart: HEADER_HEIGHT,
    initialOffset: place.top,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;

  // Another row height is another layout.
  useEffect(() => virtual.measure(), [rowHeight]);
  // `version` says that pages came or went.
  useEffect(() => rows.ensure(first, last), [rows, first, last, version]);
  useKeepPlace({ queryId, rows, scroller, rowHeight, cursor, setCursor });
  const onRowClick = useRowKeys({
    gridRef,
    rows,
    cursor,
    setCursor: (index) => {
      setCursor(index);
      virtual.scrollToIndex(index);
    },
    pageRows: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 2),
    selection,
    onSelection,
  });

  return (
    <div
      ref={scroller}
      className={classes.scroller}
      onScroll={(event) => {
        place.top = event.currentTarget.scrollTop;
      }}
    >
      <table
        ref={gridRef}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are moved through and opened by keys
        role="grid"
        tabIndex={0}
        data-content
        className={classes.grid}
        style={{ minWidth: columns.width, height: virtual.getTotalSize() }}
        aria-label="Resources"
        aria-rowcount={rows.total + 1}
        aria-multiselectable="true"
        aria-activedescendant={cursor >= first && cursor <= last ? `${ROW_ID}-${cursor}` : undefined}
        onFocus={(event) => {
          if (event.target === event.currentTarget && cursor < 0) setCursor(first);
        }}
      >
        <TableHeader columns={columns} />
        <tbody className={classes.body}>
          {items.map((item) => (
            <ResourceRow
              key={item.key}
              id={`${ROW_ID}-${item.index}`}
              index={item.index}
              top={item.start}
              row={rows.row(item.index)}
              columns={columns}
              active={item.index === cursor}
              selected={selection.has(rows.row(item.index)?.id ?? '')}
              onClick={onRowClick}
            />
          ))}
        </tbody>
      </table>
      {rowsError && (
        <div className={classes.rowsError}>
          <ErrorState error={rowsError} onRetry={() => rows.retry()} />
        </div>
      )}
    </div>
  );
}
