import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type Ref, useMemo, useRef, useState } from 'react';
import type { ScanCell } from '../../../preload/contract/models.ts';
import { useRequest } from '../../api/queries.ts';
import { useScope } from '../../api/useSettings.ts';
import { AccountBadge } from '../../components/AccountBadge.tsx';
import { Age } from '../../components/Age.tsx';
import { RowSkeletons } from '../../components/Skeletons.tsx';
import { StateLabel } from '../../components/StateLabel.tsx';
import { count, plural, serviceName } from '../../state/format.ts';
import classes from './accounts.module.css';
import { CELL_WORDS, chosenCells, isProblem } from './cells.ts';

const ROW_HEIGHT = 28;
const NONE: ScanCell[] = [];

/** What was read, cell by cell: how many, how old, and why not. */
export function CellsTable({ ref }: { ref: Ref<HTMLElement> }) {
  const { data } = useRequest('scan.status', {});
  const scope = useScope();
  const [problemsOnly, setProblemsOnly] = useState(false);
  const cells = data?.cells ?? NONE;
  const shown = useMemo(() => chosenCells(cells, { problemsOnly, ...scope }), [cells, problemsOnly, scope]);
  const problems = useMemo(() => cells.filter(isProblem).length, [cells]);
  return (
    <section ref={ref} aria-labelledby="coverage-title">
      <div className={classes.head}>
        <h2 id="coverage-title" className="section-title">
          Coverage
        </h2>
        <span className="soft num">
          {plural(cells.length, 'cell')} of account, region and service
          {problems > 0 && `, ${plural(problems, 'problem')}`}
        </span>
        <span className={classes.space} />
        <Checkbox
          label="Problems only"
          checked={problemsOnly}
          onChange={(event) => setProblemsOnly(event.currentTarget.checked)}
        />
      </div>
      {!data && <RowSkeletons rows={8} />}
      {data && shown.length === 0 && (
        <p className="soft">
          {problemsOnly ? 'No problems: every cell in scope was read.' : 'Nothing in scope was scanned yet.'}
        </p>
      )}
      {shown.length > 0 && <Cells cells={shown} />}
    </section>
  );
}

function Cells({ cells }: { cells: ScanCell[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: cells.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    paddingStart: ROW_HEIGHT,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div ref={scroller} className={classes.cells} tabIndex={0}>
      <table
        className={classes.table}
        style={{ height: virtual.getTotalSize() }}
        aria-label="Coverage"
        aria-rowcount={cells.length + 1}
      >
        <thead className={classes.cellsHead}>
          <tr className={classes.cell} aria-rowindex={1}>
            {['Account', 'Region', 'Service', 'Status', 'Found', 'Age', 'Reason'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={classes.cellsBody}>
          {virtual.getVirtualItems().map((item) => {
            const cell = cells[item.index];
            return (
              cell && (
                <CellRow
                  key={item.key}
                  cell={cell}
                  top={item.start}
                  index={item.index}
                  measure={virtual.measureElement}
                />
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  cell: ScanCell;
  /** Px from the top of the table. */
  top: number;
  index: number;
  measure: (row: HTMLElement | null) => void;
}

function CellRow({ cell, top, index, measure }: RowProps) {
  const { tone, word } = CELL_WORDS[cell.status];
  return (
    <tr
      ref={measure}
      data-index={index}
      className={`${classes.cell} ${classes.cellRow}`}
      style={{ top }}
      aria-rowindex={index + 2}
    >
      <td>
        <AccountBadge accountId={cell.accountId} compact />
      </td>
      <td data-uncut="region">{cell.region}</td>
      <td>{serviceName(cell.service)}</td>
      <td>
        <StateLabel state={cell.status} label={word} tone={tone} />
      </td>
      <td className={classes.found}>{count(cell.count)}</td>
      <td>
        <Age iso={cell.asOf} short />
      </td>
      <td className={classes.reason}>{cell.message ?? '–'}</td>
    </tr>
  );
}
