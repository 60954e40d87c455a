import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import classes from './connect.module.css';

interface Props<T> {
  label: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  row: (item: T) => ReactNode;
  /** Shown instead of no rows. */
  empty?: ReactNode;
}

/** Above this only the rows in view are drawn: thousands of tick boxes take seconds. */
const DRAWN_AT_ONCE = 100;
const ROW_HEIGHT = 37;

/** A list of rows in a box of its own, of any length. */
export function RowList<T>(props: Props<T>) {
  return props.items.length > DRAWN_AT_ONCE ? <LongList {...props} /> : <ShortList {...props} />;
}

function ShortList<T>({ label, items, keyOf, row, empty }: Props<T>) {
  return (
    <ul className={classes.list} aria-label={label}>
      {items.length === 0 && empty && <li>{empty}</li>}
      {items.map((item) => (
        <li key={keyOf(item)} className={classes.item}>
          {row(item)}
        </li>
      ))}
    </ul>
  );
}

function LongList<T>({ label, items, keyOf, row }: Props<T>) {
  const box = useRef<HTMLUListElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => keyOf(items[index] as T),
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  return (
    <ul className={classes.list} aria-label={label} ref={box}>
      <li aria-hidden style={{ height: shown[0]?.start ?? 0 }} />
      {shown.map(({ index, key }) => (
        <li
          key={key}
          className={classes.item}
          data-index={index}
          ref={virtual.measureElement}
          aria-setsize={items.length}
          aria-posinset={index + 1}
        >
          {row(items[index] as T)}
        </li>
      ))}
      <li aria-hidden style={{ height: Math.max(0, virtual.getTotalSize() - (shown.at(-1)?.end ?? 0)) }} />
    </ul>
  );
}
