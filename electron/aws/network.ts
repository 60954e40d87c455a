import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import type { HttpHandlerOptions, HttpRequest, RequestHandler } from '@smithy/types';
import { AppError } from '../errors.ts';
import { FileReader } from '../process/fileReader.ts';
import { expandPath } from './awsFiles.ts';
import { proxyFor } from './proxies.ts';

/** How this machine reaches AWS: the variables that the AWS CLI reads. Looked at with each call, never at start. */
export interface Network {
  env: Record<string, string | undefined>;
}

export const DIRECT: Network = { env: {} };

const VARIABLE = /^((https?|no)_proxy|AWS_CA_BUNDLE|REQUESTS_CA_BUNDLE|HOME)$/i;

export function readNetwork(env: NodeJS.ProcessEnv): Network {
  return { env: Object.fromEntries(Object.entries(env).filter(([name]) => VARIABLE.test(name))) };
}

type Handler = RequestHandler<
  HttpRequest,
  Awaited<ReturnType<NodeHttpHandler['handle']>>['response'],
  HttpHandlerOptions
>;

export interface TransportOptions {
  network: Network;
  /** To each host. */
  maxSockets: number;
  timeouts: Omit<NodeHttpHandlerOptions, 'httpAgent' | 'httpsAgent'>;
  reader?: FileReader;
}

/**
 * The sockets of all clients, kept by way (proxy and trusted authorities). Which way a call takes is decided
 * with the call, so that a broken variable is that call's error and no failed start.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #ways = new Map<string, NodeHttpHandler>();
  readonly #reader: FileReader;
  readonly #bundles = new Map<string, { stamp: string; pem: string }>();

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#reader = options.reader ?? new FileReader();
  }

  /** What a client sends through. `caBundle` is the path its profile names. */
  handler(caBundle: () => Promise<string | undefined> = async () => undefined): Handler {
    return {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (request, options) =>
        (await this.#way(request, caBundle)).handle(request as never, options),
    };
  }

  destroy(): void {
    for (const way of this.#ways.values()) way.destroy();
    this.#ways.clear();
    this.#reader.close();
  }

  async #way(request: HttpRequest, caBundle: () => Promise<string | undefined>): Promise<NodeHttpHandler> {
    const proxy = proxyFor(this.#options.network.env, request);
    // The CLI trusts the bundle's authorities alone then.
    const ca = request.protocol === 'https:' ? await this.#authorities(await caBundle()) : null;
    const key = JSON.stringify([proxy, ca]);
    const known = this.#ways.get(key);
    if (known) return known;
    const agent = {
      keepAlive: true,
      maxSockets: this.#options.maxSockets,
      proxyEnv: proxy ? { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } : {},
    };
    const way = new NodeHttpHandler({
      ...this.#options.timeouts,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent({ ...agent, ...(ca !== null && { ca }) }),
    });
    this.#ways.set(key, way);
    return way;
  }

  async #authorities(ofProfile: string | undefined): Promise<string | null> {
    const { env } = this.#options.network;
    if (env.AWS_CA_BUNDLE) return this.#bundle('AWS_CA_BUNDLE', env.AWS_CA_BUNDLE);
    if (ofProfile) return this.#bundle("The profile's ca_bundle", ofProfile);
    if (env.REQUESTS_CA_BUNDLE) return this.#bundle('REQUESTS_CA_BUNDLE', env.REQUESTS_CA_BUNDLE);
    return null;
  }

  async #bundle(who: string, named: string): Promise<string> {
    const path = expandPath(named, this.#options.network.env);
    const known = this.#bundles.get(path);
    const answer = await this.#reader.read(path, known?.stamp || null);
    if (answer.kind === 'same' && known) return known.pem;
    const refuse = (why: string) =>
      new AppError('INVALID_INPUT', `${who} names ${path}, which ${why}. Correct it or remove it.`);
    if (answer.kind !== 'bytes') {
      throw refuse(`cannot be read (${answer.kind === 'failed' ? answer.code : 'unreadable'})`);
    }
    const pem = answer.bytes.toString('utf8');
    if (
      !pem.includes('-----BEGIN CERTIFICATE-----') &&
      !pem.includes('-----BEGIN TRUSTED CERTIFICATE-----')
    ) {
      throw refuse('holds no certificate in PEM');
    }
    this.#bundles.set(path, { stamp: answer.stamp, pem });
    return pem;
  }
}
