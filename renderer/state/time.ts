import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * What `words` makes of the time in ms, ticking, and drawn anew only when it says something else. Every age is told
 * by this one clock, so that no two places on the screen differ about one.
 */
export function useTicking<T extends string | number | boolean | null>(words: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => {
    if (timer === undefined) now = Date.now();
    return words(now);
  });
}

/** The time in ms at a step of `stepMs`, ticking; one timer for the whole page. */
export function useNow(stepMs = 1_000): number {
  return useSyncExternalStore(subscribe, () => {
    if (timer === undefined) now = Date.now();
    return Math.floor(now / stepMs) * stepMs;
  });
}
