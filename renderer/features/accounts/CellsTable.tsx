import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type Ref, useEffect, useMemo, useRef, useState } from 'react';
import type { RouteOutput } from '../../../preload/contract/requests.ts';
import { request } from '../../api/client.ts';
import { useRequest } from '../../api/queries.ts';
import { useScope } from '../../api/useSettings.ts';
import { useWindowedRows } from '../../api/useWindowedRows.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { RowSkeletons } from '../../components/Skeletons.tsx';
import { plural } from '../../state/format.ts';
import classes from './accounts.module.css';
import { CellLine, GroupLine, HEADINGS } from './CellLines.tsx';
import { cellsFilter, Lines } from './cells.ts';

const ROW_HEIGHT = 28;

const fetchRows = async (resultId: string, offset: number, limit: number) =>
  (await request('scan.cellRows', { resultId, offset, limit })).rows;

/** What was read, cell by cell: how many, how old, and why not. */
export function CellsTable({ ref }: { ref: Ref<HTMLElement> }) {
  const scope = useScope();
  const [problemsOnly, setProblemsOnly] = useState(false);
  const filter = useMemo(() => cellsFilter({ problemsOnly, ...scope }), [problemsOnly, scope]);
  const { data, error, refetch } = useRequest('scan.cells', filter, { keepPrevious: true });
  const coverage = useRequest('scan.status', {}).data?.coverage;
  const cells = Object.values(coverage?.statuses ?? {}).reduce((sum, some) => sum + some, 0);
  const problems = coverage?.problems ?? 0;
  return (
    <section ref={ref} aria-labelledby="coverage-title">
      <div className={classes.head}>
        <h2 id="coverage-title" className="section-title">
          Coverage
        </h2>
        <span className="soft num">
          {plural(cells, 'cell')} of account, region and service
          {problems > 0 && `, ${plural(problems, 'problem')}`}
        </span>
        <span className={classes.space} />
        <Checkbox
          label="Problems only"
          checked={problemsOnly}
          onChange={(event) => setProblemsOnly(event.currentTarget.checked)}
        />
      </div>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <RowSkeletons rows={8} />}
      {data && data.total === 0 && (
        <p className="soft">
          {problemsOnly ? 'No problems: every cell in scope was read.' : 'Nothing in scope was scanned yet.'}
        </p>
      )}
      {data && data.total > 0 && <Cells list={data} onGone={() => void refetch()} />}
    </section>
  );
}

/** A line keeps its height while groups above it are opened and closed. */
function keyOf(lines: Lines, index: number): string | number {
  if (index >= lines.count) return index;
  const line = lines.at(index);
  return line.kind === 'group' ? line.key : line.offset;
}

interface Props {
  list: RouteOutput<'scan.cells'>;
  onGone: () => void;
}

function Cells({ list: { resultId, total, groups }, onGone }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => new Lines(groups, total, opened), [groups, total, opened]);
  const { rows, version, error } = useWindowedRows(resultId, total, fetchRows, onGone);
  const virtual = useVirtualizer({
    count: lines.count,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => keyOf(lines, index),
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    paddingStart: ROW_HEIGHT,
  });
  const items = virtual.getVirtualItems();
  const offsets = items.flatMap(({ index }) => {
    const line = index < lines.count ? lines.at(index) : null;
    return line?.kind === 'cell' ? line.offset : [];
  });
  const wanted = offsets.join(' ');
  // version: a page that came, or a list that changed, may leave other rows to fetch.
  useEffect(() => {
    // Closed groups leave gaps in what is on screen: what they hide is not fetched.
    for (const offset of wanted.split(' ')) if (offset !== '') rows.ensure(Number(offset), Number(offset));
  }, [rows, wanted, version]);
  const toggle = (key: string) =>
    setOpened(
      (before) => new Set(before.has(key) ? [...before].filter((one) => one !== key) : [...before, key]),
    );
  return (
    <>
      {error && <ErrorState error={error} onRetry={() => rows.retry()} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div ref={scroller} className={classes.cells} tabIndex={0}>
        <table
          className={classes.table}
          style={{ height: virtual.getTotalSize() }}
          aria-label="Coverage"
          aria-rowcount={lines.count + 1}
        >
          <thead className={classes.cellsHead}>
            <tr className={classes.cell} aria-rowindex={1}>
              {HEADINGS.map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className={classes.cellsBody}>
            {items.map((item) => {
              if (item.index >= lines.count) return null;
              const line = lines.at(item.index);
              const place = { top: item.start, index: item.index, measure: virtual.measureElement };
              return line.kind === 'group' ? (
                <GroupLine
                  key={item.key}
                  group={line.group}
                  opened={lines.isOpened(line.key)}
                  onToggle={() => toggle(line.key)}
                  {...place}
                />
              ) : (
                <CellLine
                  key={item.key}
                  cell={rows.row(line.offset)}
                  member={line.member !== null}
                  {...place}
                />
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
