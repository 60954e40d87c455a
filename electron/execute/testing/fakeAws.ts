import { Readable } from 'node:stream';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { AwsClient, AwsClientClass, ClientPool, ClientScope } from '../../aws/types.ts';

/** How AWS answers one call: with success, an error of its own, or not at all. */
export type Answer =
  | { kind: 'ok'; body?: string }
  | { kind: 'error'; status: number; code: string; message?: string }
  | { kind: 'cut'; code: string }
  | { kind: 'hang' };

export interface SentCall {
  action: string;
  dryRun: boolean;
  parameters: URLSearchParams;
  userAgent: string;
  region: string;
  profile: string;
}

const OK: Answer = { kind: 'ok' };

/**
 * AWS at the far end of the wire: real SDK clients sign and send, this answers. Counts what arrives.
 * `onCall` lets a test change the world when a call arrives, before it is answered.
 */
export class FakeAws implements ClientPool {
  readonly sent: SentCall[] = [];
  readonly answers = new Map<string, Answer | ((call: SentCall) => Answer)>();
  onCall: (call: SentCall) => void = () => undefined;
  readonly #clients = new Map<string, AwsClient>();

  client<C extends AwsClient>(clientClass: AwsClientClass<C>, scope: ClientScope): C {
    const key = `${clientClass.name} ${scope.profile} ${scope.region} ${scope.purpose}`;
    const known = this.#clients.get(key);
    if (known) return known as C;
    const client = new clientClass({
      region: scope.region,
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
      maxAttempts: 3,
      requestHandler: {
        handle: (request: HttpRequest, options: { abortSignal?: AbortSignal }) =>
          this.#handle(request, scope, options.abortSignal),
      },
    });
    this.#clients.set(key, client);
    return client;
  }

  destroy(): void {
    this.#clients.clear();
  }

  /** Mutating calls that arrived, dry runs and reads left out. */
  mutations(): SentCall[] {
    return this.sent.filter((call) => !call.dryRun && !call.action.startsWith('Describe'));
  }

  async #handle(request: HttpRequest, scope: ClientScope, signal: AbortSignal | undefined) {
    const parameters = new URLSearchParams(String(request.body));
    const action = parameters.get('Action') ?? '';
    const call: SentCall = {
      action,
      dryRun: parameters.get('DryRun') === 'true',
      parameters,
      userAgent: request.headers['user-agent'] ?? '',
      region: scope.region,
      profile: scope.profile,
    };
    this.sent.push(call);
    const planned = this.answers.get(call.dryRun ? 'DryRun' : action) ?? defaultAnswer(call);
    const answer = typeof planned === 'function' ? planned(call) : planned;
    if (!call.dryRun && answer.kind !== 'error') this.onCall(call);
    return { response: await respond(action, answer, signal) };
  }
}

function defaultAnswer(call: SentCall): Answer {
  return call.dryRun ? { kind: 'error', status: 412, code: 'DryRunOperation' } : OK;
}

async function respond(
  action: string,
  answer: Answer,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  if (answer.kind === 'hang') {
    await new Promise((_, reject) =>
      signal?.addEventListener('abort', () =>
        reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' })),
      ),
    );
  }
  if (answer.kind === 'cut') throw Object.assign(new Error('socket hang up'), { code: answer.code });
  const ec2 = /(?<!DB)Instances$|InstanceAttribute$|InstanceRequests$/.test(action);
  const body = answer.kind === 'error' ? errorBody(ec2, answer) : okBody(action, ec2, answer);
  return new HttpResponse({
    statusCode: answer.kind === 'error' ? answer.status : 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'req-1' },
    body: Readable.from([Buffer.from(body)]),
  });
}

function okBody(action: string, ec2: boolean, answer: Answer): string {
  const inner = answer.kind === 'ok' ? (answer.body ?? '') : '';
  return ec2
    ? `<${action}Response><requestId>req-1</requestId>${inner}</${action}Response>`
    : `<${action}Response><${action}Result>${inner}</${action}Result><ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></${action}Response>`;
}

function errorBody(ec2: boolean, answer: { code: string; message?: string }): string {
  const error = `<Error><Code>${answer.code}</Code><Message>${answer.message ?? answer.code}</Message></Error>`;
  return ec2
    ? `<Response><Errors>${error}</Errors><RequestID>req-1</RequestID></Response>`
    : `<ErrorResponse>${error}<RequestId>req-1</RequestId></ErrorResponse>`;
}
