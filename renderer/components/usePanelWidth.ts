import { useState } from 'react';

const STORAGE_KEY = 'cloudops.detailsWidth';
const DEFAULT_WIDTH = 420;
const MIN_WIDTH = 340;
const MAX_WIDTH = 900;
const STEP = 20;

const clamp = (width: number) => Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)));

function stored(): number {
  const width = Number(window.localStorage.getItem(STORAGE_KEY));
  return width > 0 ? clamp(width) : DEFAULT_WIDTH;
}

/** The width of a panel at the right edge, and the props of the handle that changes it by pointer or arrow keys. */
export function usePanelWidth() {
  const [width, setWidth] = useState(stored);
  const change = (wanted: number) => {
    const next = clamp(wanted);
    setWidth(next);
    window.localStorage.setItem(STORAGE_KEY, String(next));
  };
  const handle = {
    tabIndex: 0,
    'aria-orientation': 'vertical' as const,
    'aria-valuenow': width,
    'aria-valuemin': MIN_WIDTH,
    'aria-valuemax': MAX_WIDTH,
    onPointerDown: (event: React.PointerEvent) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      event.preventDefault();
    },
    onPointerMove: (event: React.PointerEvent) => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) change(window.innerWidth - event.clientX);
    },
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      event.preventDefault();
      change(width + (event.key === 'ArrowLeft' ? STEP : -STEP));
    },
  };
  return { width, handle };
}
