import { type RefObject, useEffect } from 'react';

const STOPS = 'input, button';

/**
 * Makes a long list of boxes and buttons one stop of Tab: arrow keys go on within it, and Tab comes back to where
 * one was. The boxes keep what they do by themselves.
 */
export function useOneStop(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = list.current;
    if (!root) return;
    let current: HTMLElement | null = null;
    const stops = () => [...root.querySelectorAll<HTMLElement>(STOPS)];
    const mark = () => {
      const all = stops();
      if (!current?.isConnected) current = all[0] ?? null;
      for (const stop of all) stop.tabIndex = stop === current ? 0 : -1;
    };
    const onFocus = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement) || !target.matches(STOPS)) return;
      current = target;
      mark();
    };
    const onKey = (event: KeyboardEvent) => {
      const all = stops();
      const at = all.indexOf(event.target as HTMLElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to === undefined || at < 0) return;
      event.preventDefault();
      all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
    };
    const observer = new MutationObserver(mark);
    observer.observe(root, { childList: true, subtree: true });
    root.addEventListener('focusin', onFocus);
    root.addEventListener('keydown', onKey);
    mark();
    return () => {
      observer.disconnect();
      root.removeEventListener('focusin', onFocus);
      root.removeEventListener('keydown', onKey);
    };
  }, [list]);
}
