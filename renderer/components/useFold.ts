import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../state/keys.ts';

/**
 * A part that stands beside the content where there is room, and is opened by a button where there is none. It
 * closes when `shown` changes: what was chosen in it is what is wanted now.
 */
export function useFold(shown = '') {
  const [open, setOpen] = useState(false);
  const part = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    // Not drawn any more, it cannot keep the focus.
    if (part.current?.contains(document.activeElement)) button.current?.focus({ preventScroll: true });
  };
  const show = () => {
    setOpen(true);
    window.requestAnimationFrame(() => part.current?.querySelector<HTMLElement>('button, input')?.focus());
  };
  const closeNow = useRef(close);
  useEffect(() => {
    closeNow.current = close;
  });
  useEffect(() => closeNow.current(), [shown]);
  useKeys({
    Escape: () => {
      if (!open) return false;
      close();
    },
  });
  return {
    open,
    part,
    close,
    button: { ref: button, 'aria-expanded': open, onClick: () => (open ? close() : show()) },
  };
}

export type Fold = ReturnType<typeof useFold>;
