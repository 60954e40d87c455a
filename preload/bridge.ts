import type { Bridge } from './contract/bridge.ts';
import type { Result } from './contract/errors.ts';
import type { EventMessage } from './contract/events.ts';
import type { RouteOutput } from './contract/requests.ts';

export const REQUEST_CHANNEL = 'cloudops:request';
export const EVENT_CHANNEL = 'cloudops:event';

/** The part of Electron's ipcRenderer that the bridge uses. */
export interface IpcEnd {
  invoke(channel: string, message: unknown): Promise<unknown>;
  on(channel: string, listener: (sender: unknown, payload: unknown) => void): unknown;
  removeListener(channel: string, listener: (sender: unknown, payload: unknown) => void): unknown;
}

/** The bridge over two IPC channels. No ipcRenderer, sender or channel name reaches the page. */
export function createIpcBridge(ipc: IpcEnd): Bridge {
  let lastId = 0;
  return {
    async request(route, input) {
      lastId += 1;
      const response = await ipc.invoke(REQUEST_CHANNEL, { id: lastId, route, input });
      return (response as { result: Result<RouteOutput<typeof route>> }).result;
    },
    onEvent(listener) {
      const forward = (_sender: unknown, event: unknown) => listener(event as EventMessage);
      ipc.on(EVENT_CHANNEL, forward);
      return () => void ipc.removeListener(EVENT_CHANNEL, forward);
    },
    // The window and the main process live and die together.
    onConnection(listener) {
      listener(true);
      return () => undefined;
    },
  };
}
