import { Skeleton } from '@mantine/core';
import { memo } from 'react';
import type { ResourceSummary } from '../../../preload/contract/models.ts';
import { visible } from '../../components/plan/words.ts';
import { COLUMNS } from './columns.tsx';
import classes from './explorer.module.css';
import type { Columns } from './useColumns.ts';

export type RowClick = (index: number, how: 'open' | 'toggle' | 'range') => void;

interface Props {
  id: string;
  index: number;
  /** Px from the top of the list. */
  top: number;
  row: ResourceSummary | undefined;
  columns: Columns;
  active: boolean;
  selected: boolean;
  onClick: RowClick;
}

function Row({ id, index, top, row, columns, active, selected, onClick }: Props) {
  return (
    // The keys of all rows are the grid's, see useRowKeys.
    <tr
      id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active || undefined}
      className={`${classes.row} ${classes.bodyRow}`}
      style={{ gridTemplateColumns: columns.tracks, top }}
      onClick={(event) => {
        const how = event.shiftKey ? 'range' : event.metaKey || event.ctrlKey ? 'toggle' : 'open';
        onClick(index, how);
      }}
    >
      <td className={classes.selectCell}>
        {row && (
          // The whole cell is the box; a click on it does not open the row.
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of all rows are the grid’s
          <label onClick={(event) => event.stopPropagation()}>
            <input
              type="checkbox"
              tabIndex={-1}
              checked={selected}
              aria-label={`Select ${visible(row.name)}`}
              onClick={(event) => onClick(index, event.shiftKey ? 'range' : 'toggle')}
              onChange={() => {}}
            />
          </label>
        )}
      </td>
      {columns.shown.map((column) => (
        <td key={column} className={classes.cell} data-column={column}>
          {row ? COLUMNS[column].render(row) : <Skeleton height={9} width="70%" radius="sm" />}
        </td>
      ))}
    </tr>
  );
}

/** One row of the table; a line of the same height until its data is there. */
export const ResourceRow = memo(Row);
