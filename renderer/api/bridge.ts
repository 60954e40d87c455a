import { create } from 'zustand';
import type { Bridge } from '../../preload/contract/bridge.ts';
import { type ConnectionState, SocketBridge, type SocketLike } from './socketBridge.ts';
import { takeToken, tokenInHash } from './token.ts';

declare global {
  interface Window {
    /** Set by Electron's preload; a plain browser has none. */
    cloudops?: Bridge;
  }
}

/** How the page reaches the app. `no_token`: the page was opened without the address the app printed. */
export const useConnection = create<{ state: ConnectionState | 'no_token' }>(() => ({ state: 'connecting' }));

const disconnected: Bridge = {
  request: () =>
    Promise.resolve({
      ok: false,
      error: { code: 'NETWORK', message: 'Open the address that CloudOps printed when it started.' },
    }),
  onEvent: () => () => {},
  onConnection: () => () => {},
};

/** The only place that knows which carrier is there. */
export const bridge: Bridge = window.cloudops ? followElectron(window.cloudops) : openSocketBridge();

function followElectron(electron: Bridge): Bridge {
  useConnection.setState({ state: 'connected' });
  electron.onConnection((connected) => useConnection.setState({ state: connected ? 'connected' : 'lost' }));
  return electron;
}

function openSocketBridge(): Bridge {
  const token = takeToken();
  window.addEventListener('hashchange', () => {
    if (tokenInHash(window.location.hash)) window.location.reload();
  });
  if (!token) {
    useConnection.setState({ state: 'no_token' });
    return disconnected;
  }
  const socketBridge = new SocketBridge({
    openSocket: () => openWebSocket(token),
    checkToken: () => checkToken(token),
    after: (ms, callback) => void window.setTimeout(callback, ms),
  });
  socketBridge.onState((state) => useConnection.setState({ state }));
  return socketBridge;
}

function openWebSocket(token: string): SocketLike {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${window.location.host}/rpc`, ['cloudops.v1', `token.${token}`]);
  const port: SocketLike = {
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  socket.onopen = () => port.onopen?.();
  socket.onmessage = (event) => port.onmessage?.(event);
  socket.onclose = (event) => port.onclose?.(event);
  return port;
}

async function checkToken(token: string): Promise<'known' | 'unknown' | 'unreachable'> {
  try {
    const response = await fetch('/rpc', { headers: { authorization: `Bearer ${token}` } });
    return response.status === 401 ? 'unknown' : 'known';
  } catch {
    return 'unreachable';
  }
}
