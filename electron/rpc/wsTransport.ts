import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../preload/contract/requests.ts';
import { AppError, nodeErrorCode } from '../errors.ts';
import type { Downloads } from '../platform/browserShell.ts';
import type { Backend } from './carrier.ts';
import { ClientSocket } from './clientSocket.ts';
import { receiveFile, sendDownload } from './fileCarrier.ts';
import type { RendererFile } from './rendererFiles.ts';

export const WS_PROTOCOL = 'cloudops.v1';
const TOKEN_PREFIX = 'token.';

export interface WsTransportOptions {
  backend: Backend;
  files: Map<string, RendererFile>;
  downloads: Downloads;
  port: number;
  /** For tests; otherwise 256 random bits of this run. */
  token?: string;
}

/**
 * The screens and the contract for a plain browser on this machine: HTTP for files, a WebSocket for
 * messages. Three things must hold before a socket opens: the Host is a loopback name (any port, so that
 * an SSH tunnel works; a rebinding attack comes with another name), the Origin is that Host (no other
 * page's script), and the subprotocol carries this run's token (no other user of this machine).
 */
export class WsTransport {
  readonly token: string;
  readonly #options: WsTransportOptions;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: () => WS_PROTOCOL,
  });
  readonly #clients = new Set<ClientSocket>();
  #unsubscribe: (() => void) | undefined;

  constructor(options: WsTransportOptions) {
    this.#options = options;
    this.token = options.token ?? randomBytes(32).toString('base64url');
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Resolves with the address to open, token included, once connections are accepted. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(cannotListen(this.#options.port, error)));
      this.#server.listen(this.#options.port, '127.0.0.1', resolve);
    });
    this.#unsubscribe = this.#options.backend.subscribe((event) => {
      const text = JSON.stringify({ type: 'event', event });
      for (const client of this.#clients) client.send(text);
    });
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/#token=${this.token}`;
  }

  async close(): Promise<void> {
    this.#unsubscribe?.();
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#options.downloads.dispose();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#oneTimeFile(request, response)) return;
    const { status, headers, body } = this.#answer(request);
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  /** Files too large for memory, either way; each path works once and the carrier's checks come first. */
  #oneTimeFile(request: IncomingMessage, response: ServerResponse): boolean {
    const { host, origin } = request.headers;
    if (!isLoopbackHost(host)) return false;
    const { downloads } = this.#options;
    const path = pathOf(request) ?? '';
    if (request.method === 'PUT' && origin === `http://${host}`) {
      const target = downloads.receive(path);
      if (target) void receiveFile(request, response, target);
      return target !== undefined;
    }
    const download = downloads.find(path);
    if (!download || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
    void sendDownload(request, response, download);
    return true;
  }

  #answer(request: IncomingMessage): Page {
    if (!isLoopbackHost(request.headers.host))
      return text(403, 'This address answers on a loopback name only.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Only GET is answered.');
    const path = pathOf(request);
    if (path === undefined) return text(400, 'This is not an address.');
    // A browser hides why a WebSocket was refused; this tells a client with a stale token apart from a stopped app.
    if (path === '/rpc') return text(this.#isToken(bearer(request)) ? 204 : 401, '');
    const file = this.#options.files.get(path);
    return file ? { status: 200, ...file } : text(404, 'No such page.');
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A refused client may be gone already; without a listener its reset connection would end the process.
    socket.on('error', () => socket.destroy());
    const refusal = this.#refusal(request);
    if (refusal) socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#connect(ws));
  }

  #refusal(request: IncomingMessage): string | undefined {
    const { host, origin } = request.headers;
    if (!isLoopbackHost(host) || origin !== `http://${host}`) return '403 Forbidden';
    if (request.url !== '/rpc') return '404 Not Found';
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim());
    const token = protocols.find((p) => p.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length);
    return protocols.includes(WS_PROTOCOL) && this.#isToken(token) ? undefined : '401 Unauthorized';
  }

  #connect(socket: WebSocket): void {
    const client = { id: `browser:${randomBytes(6).toString('hex')}` };
    const connected = new ClientSocket(socket, this.#options.backend, client);
    this.#clients.add(connected);
    socket.on('close', () => this.#clients.delete(connected));
  }

  #isToken(candidate: string | undefined): boolean {
    const given = Buffer.from(candidate ?? '');
    const expected = Buffer.from(this.token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

function cannotListen(port: number, cause: Error): AppError {
  const code = nodeErrorCode(cause) ?? cause.message;
  const why =
    { EADDRINUSE: 'another program uses it', EACCES: 'this user may not use it' }[code] ??
    `it failed (${code})`;
  return new AppError(
    'INVALID_INPUT',
    `The app cannot serve on port ${port} of 127.0.0.1: ${why}. Choose another with --port, or leave the flag out for any free one.`,
    { cause },
  );
}

/** Undefined for a request line that is no address. */
const pathOf = (request: IncomingMessage) => URL.parse(request.url ?? '/', 'http://127.0.0.1')?.pathname;

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK_NAMES.has(host.replace(/:\d{1,5}$/, '').toLowerCase());
}

function bearer(request: IncomingMessage): string | undefined {
  const value = request.headers.authorization;
  return value?.startsWith('Bearer ') ? value.slice('Bearer '.length) : undefined;
}

interface Page {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

function text(status: number, body: string): Page {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body,
  };
}
