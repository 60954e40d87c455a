import { useEffect } from 'react';
import { sawInput, startIdle, TICK_MS, tickIdle } from '../state/idle.ts';
import { notifyError } from '../state/toasts.ts';
import { cacheSync } from './cacheSync.ts';
import { request } from './client.ts';
import { useSettings } from './useSettings.ts';

const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart'] as const;

/** Puts the keys away when nobody is there, as the settings say. `open`: there are keys to put away. */
export function useIdleLock(open: boolean): void {
  const { idleLockMinutes } = useSettings();
  useEffect(() => {
    if (!open || idleLockMinutes === 0) return;
    let watch = startIdle(Date.now());
    let locking = false;
    const look = () => {
      const next = tickIdle(watch, Date.now(), idleLockMinutes);
      watch = next.watch;
      if (!next.lock || locking) return;
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
      watch = sawInput(watch, Date.now());
    };
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
