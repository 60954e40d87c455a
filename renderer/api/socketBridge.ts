import type { Bridge } from '../../preload/contract/bridge.ts';
import type { ErrorCode, Result } from '../../preload/contract/errors.ts';
import type { EventMessage } from '../../preload/contract/events.ts';
import {
  MAX_MESSAGE_BYTES,
  type RouteInput,
  type RouteName,
  type RouteOutput,
} from '../../preload/contract/requests.ts';

/** `unauthorized` is final: this run of the app does not know our token. */
export type ConnectionState = 'connecting' | 'connected' | 'lost' | 'unauthorized';

/** The part of a browser WebSocket the bridge uses. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface SocketBridgeOptions {
  openSocket: () => SocketLike;
  /** Asked after a socket that never opened, because a browser hides why: does the app know this token? */
  checkToken: () => Promise<'known' | 'unknown' | 'unreachable'>;
  /** Calls back after `ms`; a parameter so that tests need no clock. */
  after: (ms: number, callback: () => void) => void;
}

const CLOSE_UNAUTHORIZED = 4401;
/** A browser may close with 1000 or 3000–4999 only, so not with 1009. */
const CLOSE_TOO_BIG = 4009;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

type Settle = (result: Result<unknown>) => void;

/** The contract over one WebSocket that is opened again, with back-off, whenever it is cut. */
export class SocketBridge implements Bridge {
  readonly #options: SocketBridgeOptions;
  readonly #pending = new Map<number, Settle>();
  readonly #queued: string[] = [];
  readonly #eventListeners = new Set<(event: EventMessage) => void>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  #socket: SocketLike | null = null;
  #state: ConnectionState = 'connecting';
  #nextId = 1;
  #retryMs = FIRST_RETRY_MS;

  constructor(options: SocketBridgeOptions) {
    this.#options = options;
    this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  request<R extends RouteName>(route: R, input: RouteInput<R>): Promise<Result<RouteOutput<R>>> {
    const id = this.#nextId++;
    const text = JSON.stringify({ id, route, input });
    if (new TextEncoder().encode(text).length > MAX_MESSAGE_BYTES) {
      return Promise.resolve(
        failure('INVALID_INPUT', 'This is longer than the 1 MB one message may be. Shorten it.'),
      );
    }
    if (this.#state === 'lost' || this.#state === 'unauthorized') return Promise.resolve(notConnected());
    return new Promise((resolve) => {
      // The server parses its own answers against the same contract this build was made from.
      this.#pending.set(id, resolve as Settle);
      if (this.#state === 'connected') this.#socket?.send(text);
      else this.#queued.push(text);
    });
  }

  onEvent(listener: (event: EventMessage) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    return this.onState((state) => listener(state === 'connected'));
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  #connect(): void {
    const socket = this.#options.openSocket();
    let opened = false;
    this.#socket = socket;
    socket.onopen = () => {
      opened = true;
      this.#retryMs = FIRST_RETRY_MS;
      this.#setState('connected');
      for (const text of this.#queued.splice(0)) socket.send(text);
    };
    socket.onmessage = (event) => this.#receive(socket, event.data);
    socket.onclose = (event) => void this.#closed(event.code, opened);
  }

  async #closed(code: number, opened: boolean): Promise<void> {
    this.#socket = null;
    this.#setState('lost');
    this.#queued.length = 0;
    const settles = [...this.#pending.values()];
    this.#pending.clear();
    for (const settle of settles) settle(opened ? cutOff() : notConnected());
    const refused =
      code === CLOSE_UNAUTHORIZED || (!opened && (await this.#options.checkToken()) === 'unknown');
    if (refused) return this.#setState('unauthorized');
    this.#options.after(this.#retryMs, () => {
      this.#setState('connecting');
      this.#connect();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #receive(socket: SocketLike, data: unknown): void {
    if (typeof data !== 'string' || data.length > MAX_MESSAGE_BYTES) {
      socket.close(CLOSE_TOO_BIG);
      return;
    }
    const message = parse(data);
    if (message?.type === 'event') {
      for (const listener of this.#eventListeners) listener(message.event);
    } else if (message?.type === 'response') {
      const settle = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      settle?.(message.result);
    }
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

type Incoming =
  | { type: 'event'; event: EventMessage }
  | { type: 'response'; id: number; result: Result<unknown> };

function parse(text: string): Incoming | null {
  try {
    return JSON.parse(text) as Incoming;
  } catch {
    return null;
  }
}

function failure(code: ErrorCode, message: string): Result<never> {
  return { ok: false, error: { code, message } };
}

const notConnected = () =>
  failure('NETWORK', 'CloudOps is not reachable from this page. It reconnects by itself; then try again.');

/** The request may have been taken: a person who repeats it blindly could act twice. */
const cutOff = () =>
  failure(
    'NETWORK',
    'The connection to CloudOps was cut before it answered, so what you asked for may have been done. Check Activity before you ask again.',
  );
