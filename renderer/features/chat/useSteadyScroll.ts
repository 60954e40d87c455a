import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { isAtEnd, steadyScrollTop } from './steadyScroll.ts';

/** So much of what comes before an item stays in sight above it, in pixels. */
const ABOVE_ITEM = 64;

interface Place {
  atEnd: boolean;
  anchor: HTMLElement | null;
  anchorTop: number | null;
}

/**
 * Keeps what is being read where it is while content above or below changes, and follows the end only for
 * those who are there. Items are the children of `content`; the box must have `overflow-anchor: none`.
 */
export function useSteadyScroll(box: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>) {
  const place = useRef<Place>({ atEnd: true, anchor: null, anchorTop: null });
  // Our own scrolling is announced late, perhaps after the content has grown again: it must not count as a move.
  const ours = useRef(-1);
  const [atEnd, setAtEnd] = useState(true);

  const remember = useCallback(() => {
    const node = box.current;
    if (!node || Math.abs(node.scrollTop - ours.current) < 1) return;
    ours.current = -1;
    const end = isAtEnd(node.scrollTop, node.clientHeight, node.scrollHeight);
    place.current = { atEnd: end, ...firstVisible(node, content.current) };
    setAtEnd(end);
  }, [box, content]);

  const settle = useCallback(() => {
    const node = box.current;
    if (!node) return;
    const { anchor } = place.current;
    const anchorTop = anchor?.isConnected ? topIn(node, anchor) : null;
    const { scrollTop, clientHeight, scrollHeight } = node;
    const wanted = steadyScrollTop(place.current, { scrollTop, clientHeight, scrollHeight, anchorTop });
    if (Math.abs(wanted - scrollTop) < 1) return;
    node.scrollTop = wanted;
    ours.current = node.scrollTop;
  }, [box]);

  const toEnd = useCallback(() => {
    place.current = { atEnd: true, anchor: null, anchorTop: null };
    setAtEnd(true);
    settle();
  }, [settle]);

  /** Brings one item near the top and keeps it there while content around it comes. */
  const toItem = useCallback(
    (item: HTMLElement) => {
      place.current = { atEnd: false, anchor: item, anchorTop: ABOVE_ITEM };
      setAtEnd(false);
      settle();
    },
    [settle],
  );

  useLayoutEffect(settle);
  useEffect(() => {
    const observer = new ResizeObserver(settle);
    if (box.current) observer.observe(box.current);
    if (content.current) observer.observe(content.current);
    return () => observer.disconnect();
  }, [box, content, settle]);

  return { atEnd, remember, toEnd, toItem };
}

function topIn(box: HTMLElement, item: HTMLElement): number {
  return item.getBoundingClientRect().top - box.getBoundingClientRect().top;
}

function firstVisible(box: HTMLElement, content: HTMLElement | null): Omit<Place, 'atEnd'> {
  for (const item of content?.children ?? []) {
    if (!(item instanceof HTMLElement) || item.dataset.message === undefined) continue;
    const top = topIn(box, item);
    if (top + item.offsetHeight > 0) return { anchor: item, anchorTop: top };
  }
  return { anchor: null, anchorTop: null };
}
