import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { COLUMNS, type ColumnId } from './columns.tsx';
import classes from './explorer.module.css';
import { moved } from './moved.ts';
import { nextSort } from './sorting.ts';
import { setSort, useExplorer } from './store.ts';
import type { Columns } from './useColumns.ts';

const RESIZE_STEP = 16;

/** Sorts by a click (Shift adds), moves by dragging, resizes at the right edge. */
export function TableHeader({ columns }: { columns: Columns }) {
  return (
    <thead className={classes.header}>
      <tr aria-rowindex={1} className={classes.row} style={{ gridTemplateColumns: columns.tracks }}>
        <th scope="col">
          <span className="visually-hidden">Selected</span>
        </th>
        {columns.headers.map((header) => (
          <HeaderCell key={header.id} header={header} columns={columns} />
        ))}
      </tr>
    </thead>
  );
}

interface CellProps {
  header: Columns['headers'][number];
  columns: Columns;
}

function HeaderCell({ header, columns }: CellProps) {
  const id = header.column.id as ColumnId;
  const { title, sort: field } = COLUMNS[id];
  const sort = useExplorer((state) => state.sort);
  const [over, setOver] = useState(false);
  const at = sort.findIndex((each) => each.field === field);
  const own = sort[at];
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    columns.setOrder(moved(columns.order, event.dataTransfer.getData('text/plain'), id));
  };
  return (
    <th
      scope="col"
      className={classes.headerCell}
      aria-sort={own ? (own.descending ? 'descending' : 'ascending') : field ? 'none' : undefined}
      data-over={over || undefined}
      draggable={columns.table.state.columnResizing.isResizingColumn === false}
      onDragStart={(event) => event.dataTransfer.setData('text/plain', id)}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {field === null ? (
        <span className={classes.headerTitle}>{title}</span>
      ) : (
        <button
          type="button"
          className={classes.headerTitle}
          title="Click to sort; Shift-click to sort by it as well"
          onClick={(event) => setSort(nextSort(sort, field, event.shiftKey))}
        >
          {title}
          {own && (own.descending ? <IconArrowDown size={13} /> : <IconArrowUp size={13} />)}
          {own && sort.length > 1 && <span className="num">{at + 1}</span>}
        </button>
      )}
      <ResizeHandle header={header} columns={columns} title={title} />
    </th>
  );
}

function ResizeHandle({ header, columns, title }: CellProps & { title: string }) {
  const onResize = header.getResizeHandler();
  const size = header.column.getSize();
  return (
    <span
      role="slider"
      tabIndex={0}
      aria-label={`Width of ${title}`}
      aria-orientation="horizontal"
      aria-valuenow={size}
      aria-valuemin={56}
      aria-valuemax={1000}
      className={classes.resize}
      onMouseDown={onResize}
      onTouchStart={onResize}
      onDoubleClick={() => header.column.resetSize()}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? RESIZE_STEP : event.key === 'ArrowLeft' ? -RESIZE_STEP : 0;
        if (step === 0) return;
        event.preventDefault();
        event.stopPropagation();
        columns.table.setColumnSizing((sizes) => ({
          ...sizes,
          [header.column.id]: Math.max(56, size + step),
        }));
      }}
    />
  );
}
