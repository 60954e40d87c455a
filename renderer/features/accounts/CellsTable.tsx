import { Checkbox } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
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
import { CELL_WORDS, type CellGroup, chosenCells, groupedCells, isProblem, oneOrMany } from './cells.ts';

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

/** A line of the table: one cell, or several with one reason, which can be opened. */
interface Line {
  key: string;
  group: CellGroup;
  /** One of an opened group. */
  member: ScanCell | null;
}

function linesOf(groups: CellGroup[], opened: ReadonlySet<string>): Line[] {
  return groups.flatMap((group) => {
    const head: Line = { key: group.key, group, member: null };
    if (!opened.has(group.key) || group.cells.length === 1) return [head];
    const members = group.cells.map((member) => ({
      key: `${group.key} ${member.region} ${member.service}`,
      group,
      member,
    }));
    return [head, ...members];
  });
}

function Cells({ cells }: { cells: ScanCell[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const groups = useMemo(() => groupedCells(cells), [cells]);
  const lines = useMemo(() => linesOf(groups, opened), [groups, opened]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => lines[index]?.key ?? index,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    paddingStart: ROW_HEIGHT,
  });
  const toggle = (key: string) =>
    setOpened(
      (before) => new Set(before.has(key) ? [...before].filter((one) => one !== key) : [...before, key]),
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div ref={scroller} className={classes.cells} tabIndex={0}>
      <table
        className={classes.table}
        style={{ height: virtual.getTotalSize() }}
        aria-label="Coverage"
        aria-rowcount={lines.length + 1}
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
            const line = lines[item.index];
            if (!line) return null;
            const place = { top: item.start, index: item.index, measure: virtual.measureElement };
            const { group, member } = line;
            return member || group.cells.length === 1 ? (
              <CellRow
                key={item.key}
                cell={member ?? group.cells[0]}
                message={member ? null : group.message}
                member={member !== null}
                {...place}
              />
            ) : (
              <GroupRow
                key={item.key}
                group={group}
                opened={opened.has(group.key)}
                onToggle={() => toggle(group.key)}
                {...place}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface Place {
  /** Px from the top of the table. */
  top: number;
  index: number;
  measure: (row: HTMLElement | null) => void;
}

interface GroupRowProps extends Place {
  group: CellGroup;
  opened: boolean;
  onToggle: () => void;
}

function GroupRow({ group: { cells, message }, opened, onToggle, top, index, measure }: GroupRowProps) {
  const [first] = cells;
  const { tone, word } = CELL_WORDS[first.status];
  const oldest = cells.map(({ asOf }) => asOf).reduce((a, b) => (a !== null && b !== null && a < b ? a : b));
  return (
    <tr
      ref={measure}
      data-index={index}
      className={`${classes.cell} ${classes.cellRow}`}
      style={{ top }}
      aria-rowindex={index + 2}
    >
      <td>
        <AccountBadge accountId={first.accountId} compact />
      </td>
      <td data-uncut="region">
        {oneOrMany(
          cells.map(({ region }) => region),
          'region',
        )}
      </td>
      <td>
        {oneOrMany(
          cells.map(({ service }) => serviceName(service)),
          'service',
        )}
      </td>
      <td>
        <StateLabel state={first.status} label={word} tone={tone} />
      </td>
      <td className={classes.found}>{count(cells.reduce((sum, cell) => sum + cell.count, 0))}</td>
      <td>
        <Age iso={oldest} short />
      </td>
      <td className={classes.reason}>
        <button type="button" className={classes.opener} aria-expanded={opened} onClick={onToggle}>
          <IconChevronRight size={14} stroke={1.75} aria-hidden="true" />
          {plural(cells.length, 'cell')}
        </button>{' '}
        {message}
      </td>
    </tr>
  );
}

interface CellRowProps extends Place {
  cell: ScanCell;
  message: string | null;
  member: boolean;
}

function CellRow({ cell, message, member, top, index, measure }: CellRowProps) {
  const { tone, word } = CELL_WORDS[cell.status];
  return (
    <tr
      ref={measure}
      data-index={index}
      className={`${classes.cell} ${classes.cellRow} ${member ? classes.member : ''}`}
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
      <td className={classes.reason}>{message ?? (member ? '' : '–')}</td>
    </tr>
  );
}
