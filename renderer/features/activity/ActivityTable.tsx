import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { useSettings } from '../../api/useSettings.ts';
import { useWindowedRows } from '../../api/useWindowedRows.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { enterDetails, useDetails } from '../../state/details.ts';
import { isOnPage } from '../../state/focus.ts';
import { useKeys } from '../../state/keys.ts';
import { ActivityLine, HEADINGS, lineId } from './ActivityLine.tsx';
import classes from './activity.module.css';
import { useActivity } from './activityStore.ts';
import { openPlan } from './openPlan.ts';
import { type Listing, moveTo, rowsAbove } from './place.ts';

interface Props {
  /** The query as text: the same question keeps the person's place. */
  question: string;
  window: { resultId: string; total: number };
  onGone: () => void;
}

const fetchRows = async (resultId: string, offset: number, limit: number) =>
  (await request('activity.rows', { resultId, offset, limit })).rows;

export function ActivityTable({ question, window: { resultId, total }, onGone }: Props) {
  const rowHeight = useSettings().density === 'compact' ? 28 : 36;
  const box = useRef<HTMLDivElement>(null);
  const { rows, version, error } = useWindowedRows(resultId, total, fetchRows, onGone);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  // version: a page that came, or a result that changed, may leave other rows to fetch.
  useEffect(() => rows.ensure(first, last), [rows, first, last, version]);
  useEffect(() => virtual.measure(), [virtual, rowHeight]);

  const [active, setActive] = useState<number | null>(null);
  const shiftActive = useCallback((by: number) => setActive((now) => (now === null ? null : now + by)), []);
  useKeepPlace({ question, resultId, total }, box, rowHeight, rows.isFresh(first), shiftActive);

  const openId = useOpenLine();
  const open = (index: number) => {
    const row = rows.row(index);
    if (row) openPlan(row.id, row.planId ?? null);
  };
  const openOrEnter = (index: number) => {
    if (openId !== null && rows.row(index)?.id === openId) enterDetails();
    else open(index);
  };
  const go = (key: string) => {
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 1);
    const wanted = moveTo(key, active, total, page);
    if (wanted === null) return false;
    setActive(wanted);
    virtual.scrollToIndex(wanted);
    if (openId !== null) open(wanted);
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' && active !== null) openOrEnter(active);
    else if (!go(event.key)) return;
    event.preventDefault();
  };
  // Enter on a button is the button's own.
  const openFromPage = (event: globalThis.KeyboardEvent) => {
    if (active === null || !isOnPage(event.target)) return false;
    openOrEnter(active);
  };
  useKeys({ j: () => go('j'), k: () => go('k'), Enter: openFromPage });

  return (
    <div className={classes.tableArea}>
      {error && (
        <div className={classes.error}>
          <ErrorState error={error} onRetry={() => rows.retry()} />
        </div>
      )}
      <div ref={box} className={classes.scroll}>
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are moved through and opened by keys
          role="grid"
          data-content
          className={classes.table}
          aria-label="Activity"
          aria-rowcount={total + 1}
          aria-activedescendant={active === null ? undefined : lineId(active)}
          tabIndex={0}
          onKeyDown={onKeyDown}
        >
          <thead>
            <tr aria-rowindex={1}>
              {HEADINGS.map((heading) => (
                <th key={heading.name} scope="col" data-column={heading.name}>
                  {heading.label}
                </th>
              ))}
            </tr>
          </thead>
          <Spacer height={items[0]?.start ?? 0} />
          <tbody>
            {items.map((item) => {
              const row = rows.row(item.index);
              return (
                <ActivityLine
                  key={item.key}
                  row={row}
                  index={item.index}
                  active={item.index === active}
                  open={row !== undefined && row.id === openId}
                  height={rowHeight}
                  onOpen={() => {
                    setActive(item.index);
                    open(item.index);
                  }}
                />
              );
            })}
          </tbody>
          <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
        </table>
      </div>
    </div>
  );
}

/** Stands for the rows that are not drawn. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tbody aria-hidden="true" className={classes.spacer}>
      <tr>
        <td style={{ height }} />
      </tr>
    </tbody>
  );
}

/** The line that is marked: the one last opened, while something is open at the right. */
function useOpenLine(): string | null {
  const openId = useActivity((state) => state.openId);
  const shown = useDetails((state) => state.stack.length > 0);
  return shown ? openId : null;
}

/** Scrolls along when new lines come in above, once the rows for the new place are there. */
function useKeepPlace(
  now: Listing,
  box: React.RefObject<HTMLElement | null>,
  rowHeight: number,
  fresh: boolean,
  onMoved: (rows: number) => void,
) {
  const before = useRef<Listing | null>(null);
  const owed = useRef(0);
  useLayoutEffect(() => {
    const node = box.current;
    if (!node) return;
    const known = before.current;
    if (known?.resultId !== now.resultId) {
      const sameQuestion = known?.question === now.question;
      if (known && !sameQuestion) node.scrollTop = 0;
      owed.current = (sameQuestion ? owed.current : 0) + rowsAbove(known, now, node.scrollTop < rowHeight);
      before.current = now;
    }
    if (owed.current === 0 || !fresh) return;
    node.scrollTop += owed.current * rowHeight;
    onMoved(owed.current);
    owed.current = 0;
  }, [now, box, rowHeight, fresh, onMoved]);
}
