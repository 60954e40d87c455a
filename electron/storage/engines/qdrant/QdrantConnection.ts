import { setTimeout } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { AppError } from '../../../errors.ts';
import type { QdrantEndpoint, QdrantServer } from '../../../process/QdrantServer.ts';
import { isConnectionLost, toAppError } from './qdrantErrors.ts';

export type QdrantSource = { server: QdrantServer } | QdrantEndpoint;

const CALL_TIMEOUT_MS = 60_000;
const ATTEMPTS = 8;
const FIRST_DELAY_MS = 25;
const MAX_DELAY_MS = 1_000;

/** Calls to one Qdrant. Every call made through it must be repeatable: it is sent again when the connection broke. */
export class QdrantConnection {
  readonly #source: QdrantSource;
  #client: QdrantClient | undefined;
  #clientKey: string | undefined;
  #closed = false;

  constructor(source: QdrantSource) {
    this.#source = source;
  }

  async call<T>(work: (client: QdrantClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(await this.#ready());
      } catch (error) {
        if (attempt === ATTEMPTS || !isConnectionLost(error)) throw toAppError(error);
        await setTimeout(Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt));
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#client = undefined;
  }

  reopen(): void {
    this.#closed = false;
  }

  async #ready(): Promise<QdrantClient> {
    if (this.#closed) throw new AppError('NOT_READY', 'The data is closed.');
    const endpoint = 'server' in this.#source ? await this.#source.server.endpoint() : this.#source;
    if (!this.#client || this.#clientKey !== endpoint.apiKey) {
      this.#client = createClient(endpoint);
      this.#clientKey = endpoint.apiKey;
    }
    return this.#client;
  }
}

function createClient({ url, apiKey }: QdrantEndpoint): QdrantClient {
  return new QdrantClient({
    // `host` with a key would silently mean https.
    url,
    // A url without a port would get 6333 appended, whatever its scheme says.
    port: portOf(url),
    // The client would warn of a key over plain http, which on loopback is what we want.
    headers: { ...(apiKey && { 'api-key': apiKey }), 'accept-encoding': 'identity' },
    timeout: CALL_TIMEOUT_MS,
    checkCompatibility: false,
  });
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
