import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useEffect } from 'react';
import type { ResourceSummary } from '../../../preload/contract/models.ts';
import { COLUMN_IDS, COLUMNS, type ColumnId } from './columns.tsx';

const STORAGE_KEY = 'cloudops.explorer.columns';
const MIN_SIZE = 56;
const NARROW_WINDOW = 1200;

const features = tableFeatures({
  columnSizingFeature,
  columnResizingFeature,
  columnVisibilityFeature,
  columnOrderingFeature,
});
const helper = createColumnHelper<typeof features, ResourceSummary>();
const definitions = helper.columns(
  COLUMN_IDS.map((id) =>
    helper.display({
      id,
      header: COLUMNS[id].title,
      size: COLUMNS[id].size,
      minSize: MIN_SIZE,
      enableHiding: id !== 'name',
    }),
  ),
);
/** The table library keeps the columns; rows are windowed outside of it, for 100,000 of them are never here. */
const NO_ROWS: ResourceSummary[] = [];

interface Stored {
  columnSizing?: Record<string, number>;
  columnVisibility?: Record<string, boolean>;
  columnOrder?: string[];
}

function initialState(): Stored {
  try {
    const stored = JSON.parse(window.localStorage.getItem(STORAGE_KEY) ?? '') as Stored;
    if (stored.columnOrder?.length === COLUMN_IDS.length) return stored;
  } catch {
    // Nothing stored, or by another version: the defaults serve.
  }
  const narrow = window.innerWidth < NARROW_WINDOW;
  return {
    columnOrder: COLUMN_IDS,
    ...(narrow ? { columnVisibility: { nativeId: false, tags: false } } : {}),
  };
}

/** Order, width and visibility of the columns, as the person left them. */
export function useColumns() {
  const table = useTable({
    features,
    columns: definitions,
    data: NO_ROWS,
    columnResizeMode: 'onChange',
    initialState: initialState(),
  });
  const { columnSizing, columnVisibility, columnOrder } = table.state;
  useEffect(() => {
    window.localStorage.setItem(STORAGE_KEY, JSON.stringify({ columnSizing, columnVisibility, columnOrder }));
  }, [columnSizing, columnVisibility, columnOrder]);

  const shown = table.getVisibleLeafColumns();
  return {
    table,
    headers: table.getHeaderGroups()[0]?.headers ?? [],
    shown: shown.map((column) => column.id as ColumnId),
    /** CSS grid tracks: the selection box, then each column; those not resized by hand share what is left. */
    tracks: [
      '32px',
      ...shown.map(({ id }) =>
        id in columnSizing
          ? `${columnSizing[id]}px`
          : `minmax(${minSize(id)}px, ${COLUMNS[id as ColumnId].size}fr)`,
      ),
    ].join(' '),
    /** Px below which the table scrolls sideways. */
    width: 32 + shown.reduce((sum, column) => sum + (columnSizing[column.id] ?? minSize(column.id)), 0),
    setOrder: (order: string[]) => table.setColumnOrder(order),
    order: columnOrder as ColumnId[],
  };
}

const minSize = (id: string) => COLUMNS[id as ColumnId].min;

export type Columns = ReturnType<typeof useColumns>;
