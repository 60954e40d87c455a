import { useEffect } from 'react';
import { sawInput, startIdle, TICK_MS, tickIdle } from '../state/idle.ts';
import { notifyError } from '../state/toasts.ts';
import { cacheSync } from './cacheSync.ts';
import { request } from './client.ts';
import { useSettings } from './useSettings.ts';

const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart'] as const;

/**
 * Tells the main side that somebody is here, which locks when nobody is, as the settings say; and locks when this
 * machine, or the one the page is looked at on, slept. `open`: there are keys to put away.
 */
export function useIdleLock(open: boolean): void {
  const { idleLockMinutes } = useSettings();
  useEffect(() => {
    if (!open || idleLockMinutes === 0) return;
    let watch = startIdle(Date.now());
    let locking = false;
    const look = () => {
      const next = tickIdle(watch, Date.now());
      watch = next.watch;
      if (!next.slept || locking) return;
      locking = true;
      request('key.lock', {})
        .then((status) => cacheSync.setStatus(status))
        .catch((error) => {
          locking = false;
          notifyError(error);
        });
    };
    const onSign = () => {
      look();
      const seen = sawInput(watch, Date.now());
      watch = seen.watch;
      // Refused only where there is nothing to put off: locked already, or not connected.
      if (seen.tell && !locking) request('app.active', {}).catch(() => undefined);
    };
    // The page was opened, unlocked, or the setting was made just now.
    onSign();
    const timer = window.setInterval(look, TICK_MS);
    for (const sign of SIGNS) window.addEventListener(sign, onSign, { capture: true, passive: true });
    document.addEventListener('visibilitychange', look);
    return () => {
      window.clearInterval(timer);
      for (const sign of SIGNS) window.removeEventListener(sign, onSign, { capture: true });
      document.removeEventListener('visibilitychange', look);
    };
  }, [open, idleLockMinutes]);
}
