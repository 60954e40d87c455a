import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AwsCall, errorBody, readCall } from './awsCall.ts';
import { type ForeignWay, foreignAnswer } from './foreignAnswer.ts';
import { type Held, showHeld, transitionOf } from './transitions.ts';

/** Which calls a fault is for; what is left out matches all. `operation` may end with `*`. */
export interface Match {
  service?: string;
  operation?: string;
  account?: string;
  region?: string;
  /** For what the others cannot say, e.g. the query of an S3 call. */
  when?: (call: AwsCall) => boolean;
}

export interface Fault extends Match {
  kind:
    | 'deny'
    | 'denyByScp'
    | 'throttle'
    | 'serverError'
    | 'unavailable'
    | 'expired'
    | 'slow'
    | 'answer'
    | 'foreign'
    | 'cutBefore'
    | 'cutAfter'
    | 'cutBody';
  /** How often it strikes; without it, always. */
  times?: number;
  /** `slow`: milliseconds before the call goes on. */
  ms?: number;
  /** `answer`: the XML that is answered with status 200 in AWS's place. */
  body?: string;
  /** `foreign`: how something else answers in AWS's place. */
  way?: ForeignWay;
}

/** A call that reached moto, i.e. was really carried out. */
export interface Sent {
  call: AwsCall;
  account: string | null;
  userAgent: string;
}

const ACCOUNT_OF_ARN = /<Arn>arn:aws[^:]*:(?:sts|iam)::(\d{12}):/;
const KEY_IN_ANSWER = /<AccessKeyId>([^<]+)<\/AccessKeyId>/;

/**
 * Stands in front of moto: counts what was really sent, holds `stopping` for some describes, denies by
 * account and action, throttles, slows, cuts. Learns which account a key belongs to from STS's answers.
 */
export class FaultProxy {
  readonly sent: Sent[] = [];
  readonly #faults: Fault[] = [];
  readonly #held: Held[] = [];
  readonly #accounts = new Map<string, string>();
  readonly #upstream: URL;
  readonly #server = createServer((request, response) => {
    // A moto that has ended looks like a cut connection, not like a fault of the test.
    this.#answer(request, response).catch(() => request.socket.destroy());
  });
  #holdDescribes = 0;
  #offline = false;

  constructor(upstream: string) {
    this.#upstream = new URL(upstream);
  }

  /** Resolves with the address to use as AWS_ENDPOINT_URL. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** From now on every change is shown as on its way for this many describes of its resource. */
  holdTransitions(describes: number): void {
    this.#holdDescribes = describes;
  }

  add(fault: Fault): void {
    this.#faults.push({ ...fault });
  }

  clear(): void {
    this.#faults.length = 0;
    this.#held.length = 0;
    this.sent.length = 0;
    this.#holdDescribes = 0;
    this.#offline = false;
  }

  /** Cuts every connection, as a machine without a network would find it. */
  setOffline(offline: boolean): void {
    this.#offline = offline;
    if (offline) this.#server.closeAllConnections();
  }

  /** How many calls of this operation moto carried out. */
  count(match: Match): number {
    return this.sent.filter(({ call, account }) => matches(match, call, account)).length;
  }

  /** States that the account of this key is known without a call to STS. */
  knowKey(accessKeyId: string, account: string): void {
    this.#accounts.set(accessKeyId, account);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    if (this.#offline) return void request.socket.destroy();
    const call = readCall(request.method ?? 'GET', request.url ?? '/', request.headers, body);
    const account = this.#accounts.get(call.accessKeyId) ?? null;
    const fault = this.#strike(call, account);
    if (fault?.kind === 'cutBefore') return void request.socket.destroy();
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 1_000));
    if (fault?.kind === 'answer') {
      response.writeHead(200, { 'content-type': 'application/xml' });
      return void response.end(fault.body);
    }
    if (fault?.kind === 'foreign') {
      const { status, headers, body: text } = foreignAnswer(call, fault.way ?? 'page');
      response.writeHead(status, headers);
      return void response.end(text);
    }
    const refusal = fault && refusalOf(fault, call, account);
    if (refusal) {
      const { contentType, body: text } = errorBody(call, refusal.code, refusal.message);
      response.writeHead(refusal.status, { 'content-type': contentType, 'x-amzn-errortype': refusal.code });
      return void response.end(text);
    }
    const answer = await this.#forward(request, body);
    this.sent.push({
      call,
      account,
      userAgent: String(request.headers['x-amz-user-agent'] ?? request.headers['user-agent'] ?? ''),
    });
    this.#learn(call, answer.body.toString());
    const held =
      this.#holdDescribes > 0 && answer.status < 300 ? transitionOf(call, this.#holdDescribes) : null;
    if (held) this.#held.push(held);
    if (fault?.kind === 'cutAfter') return void request.socket.destroy();
    if (fault?.kind === 'cutBody') return void cutShort(response, answer);
    respond(
      response,
      answer,
      call.operation.startsWith('Describe')
        ? showHeld(call, answer.body.toString(), this.#held)
        : answer.body,
    );
  }

  #strike(call: AwsCall, account: string | null): Fault | undefined {
    const fault = this.#faults.find((one) => one.times !== 0 && matches(one, call, account));
    if (fault?.times !== undefined) fault.times -= 1;
    return fault;
  }

  #forward(request: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#upstream;
      // S3 signatures are checked over the Host that the client named.
      const isS3 = request.headers.authorization?.includes('/s3/aws4_request') ?? false;
      const host = isS3 ? request.headers.host : this.#upstream.host;
      const headers = { ...request.headers, host, connection: 'close' };
      const upstream = httpRequest(
        { hostname, port, method: request.method, path: request.url, headers },
        async (incoming) => {
          resolve({
            status: incoming.statusCode ?? 502,
            headers: incoming.headers,
            body: await read(incoming),
          });
        },
      );
      upstream.on('error', reject);
      upstream.end(body);
    });
  }

  #learn(call: AwsCall, text: string): void {
    if (call.service !== 'sts') return;
    const account = ACCOUNT_OF_ARN.exec(text)?.[1];
    const key = call.operation === 'AssumeRole' ? KEY_IN_ANSWER.exec(text)?.[1] : call.accessKeyId;
    if (account && key) this.#accounts.set(key, account);
  }
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

function respond(response: ServerResponse, answer: Answer, body: Buffer | string): void {
  const {
    'content-length': length,
    'transfer-encoding': _encoding,
    connection: _connection,
    ...headers
  } = answer.headers;
  // The answer to HEAD tells the length of a body that it does not have.
  const bytes = response.req.method === 'HEAD' ? (length ?? 0) : Buffer.byteLength(body);
  response.writeHead(answer.status, { ...headers, 'content-length': bytes });
  response.end(body);
}

/** Half of the body goes out, then the connection ends. */
function cutShort(response: ServerResponse, answer: Answer): void {
  const { 'transfer-encoding': _encoding, connection: _connection, ...headers } = answer.headers;
  response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length });
  response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
    response.socket?.destroy(),
  );
}

function matches(match: Match, call: AwsCall, account: string | null): boolean {
  const operation = match.operation?.endsWith('*')
    ? call.operation.startsWith(match.operation.slice(0, -1))
    : match.operation === undefined || call.operation === match.operation;
  return (
    operation &&
    (match.service === undefined || match.service === call.service) &&
    (match.region === undefined || match.region === call.region) &&
    (match.account === undefined || match.account === account) &&
    (match.when === undefined || match.when(call))
  );
}

/** The texts are those AWS sends. */
function refusalOf(
  fault: Fault,
  call: AwsCall,
  account: string | null,
): { status: number; code: string; message: string } | null {
  const action = `${call.service}:${call.operation}`;
  const who = `User: arn:aws:sts::${account ?? '000000000000'}:assumed-role/Reader/session is not authorized to perform: ${action}`;
  const denied = call.service === 'ec2' ? 'UnauthorizedOperation' : 'AccessDenied';
  switch (fault.kind) {
    case 'deny':
      return {
        status: 403,
        code: denied,
        message: `${who} because no identity-based policy allows the ${action} action`,
      };
    case 'denyByScp':
      return {
        status: 403,
        code: denied,
        message: `${who} with an explicit deny in a service control policy`,
      };
    case 'throttle':
      return {
        status: 400,
        code: call.service === 'ec2' ? 'RequestLimitExceeded' : 'Throttling',
        message: 'Rate exceeded',
      };
    case 'serverError':
      return {
        status: 500,
        code: 'InternalFailure',
        message: 'The request processing has failed because of an unknown error.',
      };
    case 'unavailable':
      return { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' };
    case 'expired':
      return { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' };
    default:
      return null;
  }
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
