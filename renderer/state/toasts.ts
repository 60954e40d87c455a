import { create } from 'zustand';

export interface Toast {
  id: number;
  tone: 'info' | 'error';
  text: string;
}

export const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));

let nextId = 1;
const SHOWN_MS = 6_000;
/** A failure is worth the time to read it. */
const ERROR_SHOWN_MS = 15_000;

/** A short notice at the lower right, for what has no place of its own on the screen. */
export function notify(text: string, tone: Toast['tone'] = 'info'): void {
  const id = nextId++;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-3), { id, tone, text }] }));
  setTimeout(() => dismiss(id), tone === 'error' ? ERROR_SHOWN_MS : SHOWN_MS);
}

/** For `.catch(notifyError)` of a request whose failure has no place of its own. */
export const notifyError = (error: Error): void => notify(error.message, 'error');

export function dismiss(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}
