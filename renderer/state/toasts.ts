import { create } from 'zustand';

export interface Toast {
  id: number;
  tone: 'info' | 'error';
  text: string;
  /** Called when the person puts it away. */
  onRead?: () => void;
}

export const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));

let nextId = 1;
const SHOWN_MS = 6_000;
/** A failure is worth the time to read it. */
const ERROR_SHOWN_MS = 15_000;

/** A short notice at the lower right, for what has no place of its own on the screen. */
export function notify(text: string, tone: Toast['tone'] = 'info'): void {
  const id = nextId++;
  useToasts.setState(({ toasts }) => ({ toasts: [...kept(toasts), { id, tone, text }] }));
  setTimeout(() => dismiss(id), tone === 'error' ? ERROR_SHOWN_MS : SHOWN_MS);
}

/** Stays until the person puts it away, or the returned function does. */
export function notifyUntilRead(text: string, onRead: () => void): () => void {
  const id = nextId++;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, { id, tone: 'info', text, onRead }] }));
  return () => dismiss(id);
}

/** For `.catch(notifyError)` of a request whose failure has no place of its own. */
export const notifyError = (error: Error): void => notify(error.message, 'error');

/** The last few, and what nobody has read yet. */
const kept = (toasts: Toast[]) => toasts.filter((toast, at) => toast.onRead || at >= toasts.length - 3);

export function dismiss(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}
