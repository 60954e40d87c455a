import type { WebSocket } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../preload/contract/requests.ts';
import type { Backend } from './carrier.ts';
import type { Client } from './router.ts';

/** Answers and events that lie here unread, beyond which nobody is thought to read at the other end. */
const UNREAD_BYTES = 8 * MAX_MESSAGE_BYTES;
/** With more than this unread no further request is begun; those that come wait in the client's own socket. */
const BEGINS_BELOW_BYTES = MAX_MESSAGE_BYTES;
/** Requests of one client that are answered side by side. */
const AT_ONCE = 32;
/** Something lies unread and nothing of it left: one message takes this long over the slowest of tunnels. */
const STALE_MS = 30_000;
/** WebSocket's own "try again later": the screens come back by themselves and read what they missed. */
const TOO_SLOW = 1013;
/** For the close to be heard by one that reads after all. */
const CLOSES_MS = 5_000;

/**
 * One client of the WebSocket carrier. What it does not read costs so much memory and no more: it is answered no
 * faster than it reads, and is closed, with a code, when it does not read at all.
 */
export class ClientSocket {
  readonly #socket: WebSocket;
  readonly #backend: Pick<Backend, 'request'>;
  readonly #client: Client;
  /** What had arrived already when the socket was told to pause. */
  #waiting: unknown[] = [];
  #running = 0;
  #stale: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, backend: Pick<Backend, 'request'>, client: Client) {
    this.#socket = socket;
    this.#backend = backend;
    this.#client = client;
    // A message over the limit or a cut connection: ws closes the socket; without a listener it would end the process.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#waiting = [];
      clearTimeout(this.#stale);
    });
    socket.on('message', (data, isBinary) => {
      this.#waiting.push(isBinary ? undefined : parse(data.toString()));
      this.#begin();
    });
  }

  /** Drops a client that has left too much unread. */
  send(text: string): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount + Buffer.byteLength(text) > UNREAD_BYTES) {
      this.#drop();
      return;
    }
    this.#stale ??= setTimeout(() => this.#drop(), STALE_MS).unref();
    socket.send(text, () => {
      clearTimeout(this.#stale);
      this.#stale =
        socket.bufferedAmount === 0 ? undefined : setTimeout(() => this.#drop(), STALE_MS).unref();
      this.#begin();
    });
  }

  #drop(): void {
    this.#waiting = [];
    // Paused it would not hear the other end close.
    this.#socket.resume();
    this.#socket.close(TOO_SLOW, 'Too much was left unread.');
    setTimeout(() => this.#socket.terminate(), CLOSES_MS).unref();
  }

  #begin(): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const mayBegin = () => this.#running < AT_ONCE && socket.bufferedAmount < BEGINS_BELOW_BYTES;
    while (this.#waiting.length > 0 && mayBegin()) void this.#answer(this.#waiting.shift());
    if (mayBegin()) socket.resume();
    else socket.pause();
  }

  async #answer(raw: unknown): Promise<void> {
    this.#running += 1;
    try {
      this.send(textOf(await this.#backend.request(raw, this.#client)));
    } catch {
      // The router answers every failure by value. Without an answer the other end would wait for ever.
      this.#socket.terminate();
    } finally {
      this.#running -= 1;
      this.#begin();
    }
  }
}

/** An answer over the message limit is refused in words instead of cutting the connection. */
function textOf(response: Awaited<ReturnType<Backend['request']>>): string {
  const text = JSON.stringify({ type: 'response', ...response });
  if (Buffer.byteLength(text) <= MAX_MESSAGE_BYTES) return text;
  const message = 'The answer is larger than one message may be. Ask for fewer rows.';
  const result = { ok: false as const, error: { code: 'INTERNAL' as const, message } };
  return JSON.stringify({ type: 'response', id: response.id, result });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
