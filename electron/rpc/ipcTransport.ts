import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import { EVENT_CHANNEL, REQUEST_CHANNEL } from '../../preload/bridge.ts';
import type { Backend } from './carrier.ts';
import type { Response } from './router.ts';

export interface IpcTransportOptions {
  ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'>;
  backend: Backend;
  /** The window's contents; null when there is none. */
  contents: () => Pick<WebContents, 'id' | 'mainFrame' | 'send' | 'isDestroyed'> | null;
  /** Origin of the app's own page, e.g. `app://cloudops`. */
  origin: string;
}

/**
 * The contract over Electron IPC. Only the top frame of the app's own window is answered: a frame that is
 * gone (null), a subframe, another window or a foreign page is refused before its message is read.
 */
export function startIpcTransport(options: IpcTransportOptions): () => void {
  const { ipcMain, backend } = options;
  ipcMain.handle(REQUEST_CHANNEL, async (event, raw): Promise<Response> => {
    const contents = trustedSender(event, options);
    if (!contents) {
      const message = 'The request did not come from the app’s own window.';
      return { id: -1, result: { ok: false, error: { code: 'INVALID_INPUT', message } } };
    }
    return backend.request(raw, { id: `window:${contents.id}` });
  });
  const unsubscribe = backend.subscribe((event) => {
    const contents = options.contents();
    if (contents && !contents.isDestroyed()) contents.send(EVENT_CHANNEL, event);
  });
  return () => {
    unsubscribe();
    ipcMain.removeHandler(REQUEST_CHANNEL);
  };
}

function trustedSender(
  event: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>,
  options: IpcTransportOptions,
) {
  const contents = options.contents();
  const frame = event.senderFrame;
  if (!contents || !frame || event.sender.id !== contents.id || frame !== contents.mainFrame) return null;
  return frame.url === options.origin || frame.url.startsWith(`${options.origin}/`) ? contents : null;
}
