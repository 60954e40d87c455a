import { EventEmitter } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { AppError } from '../electron/errors.ts';
import { AppEvents } from '../electron/events.ts';
import { createLog } from '../electron/log.ts';
import { Downloads } from '../electron/platform/browserShell.ts';
import type { Backend } from '../electron/rpc/carrier.ts';
import { startIpcTransport } from '../electron/rpc/ipcTransport.ts';
import { type Client, type Handlers, Router } from '../electron/rpc/router.ts';
import { WsTransport } from '../electron/rpc/wsTransport.ts';
import { createIpcBridge } from '../preload/bridge.ts';
import type { Bridge } from '../preload/contract/bridge.ts';
import type { EventMessage } from '../preload/contract/events.ts';
import { DEFAULT_SETTINGS } from '../preload/contract/models.ts';
import { MAX_MESSAGE_BYTES } from '../preload/contract/requests.ts';
import { SocketBridge, type SocketLike } from '../renderer/api/socketBridge.ts';

/** A small real app behind the carriers: the router, two handlers and the events of one boot. */
function smallApp() {
  const events = new AppEvents();
  const clients: string[] = [];
  const handlers: Partial<Handlers> = {
    'settings.get': async (_input, client: Client) => {
      clients.push(client.id);
      return DEFAULT_SETTINGS;
    },
    'profiles.list': async () => ({ files: ['x'.repeat(MAX_MESSAGE_BYTES)], profiles: [] }),
    'resources.get': async ({ id }) => {
      throw new AppError('NOT_FOUND', `Nothing has the id ${id}.`);
    },
  };
  const router = new Router(handlers as Handlers, createLog('silent'));
  const backend: Backend = {
    request: (raw, client) => router.handle(raw, client),
    subscribe: (listener) => events.subscribe(listener),
  };
  return { backend, events, clients };
}

type SmallApp = ReturnType<typeof smallApp>;
interface Carrier {
  bridge: Bridge;
  close(): Promise<void>;
}

const ORIGIN = 'app://cloudops';

/** Electron's two ends without its binary: the real transport and the real preload bridge, joined by emitters. */
function electronCarrier({ backend }: SmallApp): Promise<Carrier> {
  type Handler = Parameters<IpcMain['handle']>[1];
  const handlers = new Map<string, Handler>();
  const toPage = new EventEmitter();
  const mainFrame = { url: `${ORIGIN}/index.html` };
  const contents = {
    id: 1,
    mainFrame,
    send: (channel: string, payload: unknown) => void toPage.emit(channel, {}, structuredClone(payload)),
    isDestroyed: () => false,
  };
  const stop = startIpcTransport({
    ipcMain: {
      handle: (name, handler) => void handlers.set(name, handler),
      removeHandler: (name) => void handlers.delete(name),
    },
    backend,
    contents: () => contents as never,
    origin: ORIGIN,
  });
  const bridge = createIpcBridge({
    invoke: async (channel, message) => {
      const event = { sender: contents, senderFrame: mainFrame } as unknown as IpcMainInvokeEvent;
      return structuredClone(await handlers.get(channel)?.(event, structuredClone(message)));
    },
    on: (channel, listener) => toPage.on(channel, listener),
    removeListener: (channel, listener) => toPage.removeListener(channel, listener),
  });
  return Promise.resolve({ bridge, close: async () => stop() });
}

/** The renderer's own socket client against the real server. */
async function socketCarrier({ backend }: SmallApp): Promise<Carrier> {
  const transport = new WsTransport({ backend, files: new Map(), downloads: new Downloads(), port: 0 });
  const address = new URL(await transport.listen());
  const bridge = new SocketBridge({
    openSocket: () => openSocket(address.host, transport.token),
    checkToken: async () => 'known',
    after: () => undefined,
  });
  await new Promise<void>((resolve) => {
    bridge.onConnection((connected) => connected && resolve());
  });
  return { bridge, close: () => transport.close() };
}

function openSocket(host: string, token: string): SocketLike {
  const socket = new WebSocket(`ws://${host}/rpc`, ['cloudops.v1', `token.${token}`], {
    origin: `http://${host}`,
  });
  const port: SocketLike = {
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  socket.on('open', () => port.onopen?.());
  socket.on('message', (data) => port.onmessage?.({ data: data.toString() }));
  socket.on('close', (code) => port.onclose?.({ code }));
  return port;
}

describe.each([
  ['Electron IPC', electronCarrier],
  ['WebSocket', socketCarrier],
])('%s carries the contract', (_name, open) => {
  let app: SmallApp;
  let carrier: Carrier;
  beforeEach(async () => {
    app = smallApp();
    carrier = await open(app);
  });
  afterEach(() => carrier.close());

  test('an answer reaches the request it belongs to, however many are under way', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `id-${n}`);
    const results = await Promise.all(ids.map((id) => carrier.bridge.request('resources.get', { id })));
    expect(results.map((r) => !r.ok && r.error.message)).toEqual(
      ids.map((id) => `Nothing has the id ${id}.`),
    );
  });

  test('a refusal is a value, never a rejection', async () => {
    const result = await carrier.bridge.request('resources.get', { id: 'x' });
    expect(result).toEqual({ ok: false, error: { code: 'NOT_FOUND', message: 'Nothing has the id x.' } });
    const wrong = await carrier.bridge.request('resources.get', { ident: 'x' } as never);
    expect(wrong).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
    const unknown = await carrier.bridge.request('__proto__' as never, {} as never);
    expect(unknown).toMatchObject({ ok: false, error: { code: 'UNKNOWN_ROUTE' } });
  });

  test('the client’s name comes from the carrier and stays the same', async () => {
    await carrier.bridge.request('settings.get', {});
    await carrier.bridge.request('settings.get', {});
    expect(new Set(app.clients).size).toBe(1);
    expect(app.clients[0]).toMatch(/^(window|browser):/);
  });

  test('events arrive in order with the boot id, and stop when no longer listened to', async () => {
    const seen: EventMessage[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = carrier.bridge.onEvent((event) => {
      seen.push(event);
      if (event.name === 'settings.changed') resolve();
    });
    app.events.emit('accounts.changed', {});
    app.events.emit('settings.changed', {});
    await promise;
    expect(seen.map(({ seq, name, bootId }) => [seq, name, bootId])).toEqual([
      [1, 'accounts.changed', app.events.bootId],
      [2, 'settings.changed', app.events.bootId],
    ]);
    stop();
    app.events.emit('accounts.changed', {});
    await carrier.bridge.request('settings.get', {});
    expect(seen).toHaveLength(2);
  });
});

describe('Electron IPC refuses', () => {
  const mainFrame = { url: `${ORIGIN}/index.html` };
  const cases: [string, (contents: object) => object][] = [
    ['a frame that is gone', (contents) => ({ sender: contents, senderFrame: null })],
    ['a subframe', (contents) => ({ sender: contents, senderFrame: { url: `${ORIGIN}/index.html` } })],
    ['another window', () => ({ sender: { id: 2 }, senderFrame: mainFrame })],
  ];
  test.each(cases)('%s', async (_name, eventFor) => {
    let handler: ((event: never, raw: unknown) => unknown) | undefined;
    const contents = { id: 1, mainFrame, send: () => undefined, isDestroyed: () => false };
    let asked = 0;
    startIpcTransport({
      ipcMain: {
        handle: (_channel, given) => {
          handler = given as typeof handler;
        },
        removeHandler: () => undefined,
      },
      backend: {
        request: async () => {
          asked += 1;
          return { id: 1, result: { ok: true, data: {} } };
        },
        subscribe: () => () => undefined,
      },
      contents: () => contents as never,
      origin: ORIGIN,
    });
    const answer = await handler?.(eventFor(contents) as never, { id: 1, route: 'settings.get', input: {} });
    expect(answer).toMatchObject({ result: { ok: false } });
    expect(asked).toBe(0);
  });

  test('the app’s frame once it shows a foreign page', async () => {
    let handler: ((event: never, raw: unknown) => unknown) | undefined;
    const foreign = { url: 'app://cloudops.example/index.html' };
    const contents = { id: 1, mainFrame: foreign, send: () => undefined, isDestroyed: () => false };
    startIpcTransport({
      ipcMain: {
        handle: (_channel, given) => {
          handler = given as typeof handler;
        },
        removeHandler: () => undefined,
      },
      backend: {
        request: async () => ({ id: 1, result: { ok: true, data: {} } }),
        subscribe: () => () => undefined,
      },
      contents: () => contents as never,
      origin: ORIGIN,
    });
    const answer = await handler?.({ sender: contents, senderFrame: foreign } as never, {
      id: 1,
      route: 'settings.get',
      input: {},
    });
    expect(answer).toMatchObject({ result: { ok: false } });
  });
});

describe('the WebSocket refuses', () => {
  let transport: WsTransport;
  let host: string;
  beforeEach(async () => {
    transport = new WsTransport({
      backend: smallApp().backend,
      files: new Map(),
      downloads: new Downloads(),
      port: 0,
    });
    host = new URL(await transport.listen()).host;
  });
  afterEach(() => transport.close());

  /** The HTTP status of a refused upgrade, or `open`. */
  function upgrade(options: {
    token?: string;
    origin?: string;
    hostHeader?: string;
    path?: string;
  }): Promise<number | 'open'> {
    const {
      token = transport.token,
      origin = `http://${options.hostHeader ?? host}`,
      hostHeader = host,
      path = '/rpc',
    } = options;
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://${host}${path}`, ['cloudops.v1', `token.${token}`], {
        origin,
        headers: { host: hostHeader },
      });
      socket.on('open', () => {
        socket.close();
        resolve('open');
      });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => undefined);
    });
  }

  test('nothing that is right: the token, a loopback host, its own origin', async () => {
    expect(await upgrade({})).toBe('open');
    expect(await upgrade({ hostHeader: 'localhost:9999' })).toBe('open');
  });
  test('a wrong, empty or cut token', async () => {
    expect(await upgrade({ token: 'x'.repeat(43) })).toBe(401);
    expect(await upgrade({ token: transport.token.slice(0, -1) })).toBe(401);
  });
  test('another page’s origin', async () => {
    expect(await upgrade({ origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade({ origin: 'null' })).toBe(403);
    expect(await upgrade({ origin: `http://127.0.0.1:1` })).toBe(403);
  });
  test('a name that was rebound to loopback', async () => {
    expect(await upgrade({ hostHeader: 'evil.example' })).toBe(403);
    expect(await upgrade({ hostHeader: '127.0.0.1.evil.example' })).toBe(403);
  });

  test('pages and the token check over a foreign host name too', async () => {
    const status = (headers: Record<string, string>) =>
      new Promise<number>((resolve) => {
        const [hostname, port] = host.split(':');
        httpRequest({ hostname, port, path: '/rpc', headers }, (r) => resolve(r.statusCode ?? 0)).end();
      });
    expect(await status({ host: 'evil.example' })).toBe(403);
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `Bearer ${transport.token}` })).toBe(204);
  });

  test('a port that is taken, in words', async () => {
    const port = Number(host.split(':')[1]);
    const second = new WsTransport({
      backend: smallApp().backend,
      files: new Map(),
      downloads: new Downloads(),
      port,
    });
    await expect(second.listen()).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(`port ${port} of 127.0.0.1: another program uses it`),
    });
  });

  /** Sends raw bytes and resolves with the status line; `reset` leaves before the answer. */
  function raw(lines: string[], reset = false): Promise<string> {
    const [hostname, port] = host.split(':');
    return new Promise((resolve) => {
      let answer = '';
      const socket = connectTcp(Number(port), hostname, () => {
        socket.write(`${lines.join('\r\n')}\r\n\r\n`);
        if (reset) setImmediate(() => socket.resetAndDestroy());
      });
      socket.on('data', (data) => (answer += data.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    });
  }

  test('a path that is no address, and goes on serving others', async () => {
    for (const path of ['//', '///', 'http://[']) {
      const status = await raw([`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close']);
      expect(status).toBe('HTTP/1.1 400 Bad Request');
    }
    expect(await upgrade({})).toBe('open');
  });

  test('a client that is gone before it is refused, and goes on serving others', async () => {
    const request = ['GET /rpc HTTP/1.1', `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket'];
    await Promise.all(Array.from({ length: 20 }, () => raw(request, true)));
    expect(await upgrade({})).toBe('open');
  });

  test('a message over 1 MB by closing, and goes on serving others', async () => {
    const socket = new WebSocket(`ws://${host}/rpc`, ['cloudops.v1', `token.${transport.token}`], {
      origin: `http://${host}`,
    });
    await new Promise((resolve) => socket.on('open', resolve));
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
    expect(await closed).toBe(1009);
    expect(await upgrade({})).toBe('open');
  });

  test('an answer over 1 MB in words instead of a cut connection', async () => {
    const socket = new WebSocket(`ws://${host}/rpc`, ['cloudops.v1', `token.${transport.token}`], {
      origin: `http://${host}`,
    });
    await new Promise((resolve) => socket.on('open', resolve));
    const answer = new Promise<string>((resolve) => socket.on('message', (data) => resolve(data.toString())));
    socket.send(JSON.stringify({ id: 3, route: 'profiles.list', input: {} }));
    expect(JSON.parse(await answer)).toMatchObject({
      type: 'response',
      id: 3,
      result: { ok: false, error: { code: 'INTERNAL' } },
    });
    socket.close();
  });
});
