import type { HttpRequest, HttpResponse, Pluggable } from '@smithy/types';
import { SMITHY_CONTEXT_KEY } from '@smithy/types';
import { type AnswerShape, type OperationSchema, shapeOf } from './answerShape.ts';
import { NotAwsAnswer } from './notAwsAnswer.ts';
import { isAwsHost } from './partitions.ts';
import { cleanText } from './text.ts';

/** What the check needs of a client; every one of the SDK has it. */
interface ReadableClient {
  config: { protocol: { getShapeId(): string }; streamCollector(stream: unknown): Promise<Uint8Array> };
}
interface Exchange {
  shape: AnswerShape;
  request: HttpRequest;
  response: HttpResponse;
  headers: Map<string, string>;
  /** AWS itself was asked, not an emulator or another store. */
  atAws: boolean;
}

/**
 * Lets an answer pass only when it is the answer of the operation that was asked, else throws NotAwsAnswer:
 * something between here and AWS answers 200 with nothing or with a page of its own, and that must not read as
 * "there is none". Looked at before the SDK reads it (status, type, root, request id) and after (members).
 */
export function ownAnswers(client: object): Pluggable<object, object> {
  const { config } = client as ReadableClient;
  const shapes = new Map<string, AnswerShape>();
  const shapeFor = (context: object): AnswerShape => {
    const smithy = (context as { [SMITHY_CONTEXT_KEY]?: unknown })[SMITHY_CONTEXT_KEY];
    const { operationSchema } = smithy as { operationSchema: OperationSchema };
    const known = shapes.get(operationSchema[2]);
    const shape = known ?? shapeOf(operationSchema, config.protocol.getShapeId());
    shapes.set(shape.operation, shape);
    return shape;
  };
  return {
    applyToStack: (stack) => {
      stack.add(
        (next, context) => async (args) => {
          const shape = shapeFor(context);
          const result = await next(args).catch((error: unknown) => {
            throw isUnreadable(error)
              ? new NotAwsAnswer(`${inWords(shape)} that breaks off (HTTP 200)`)
              : error;
          });
          requireMembers(shape, result.output as Record<string, unknown>, result.response as HttpResponse);
          return result;
        },
        { step: 'deserialize', priority: 'high', name: 'cloudopsAnswerMembers', override: true },
      );
      stack.add(
        (next, context) => async (args) => {
          const result = await next(args);
          const [request, response] = [args.request as HttpRequest, result.response as HttpResponse];
          const headers = new Map(
            Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]),
          );
          const atAws = isAwsHost(request.hostname);
          await requireOwn({ shape: shapeFor(context), request, response, headers, atAws }, config);
          return result;
        },
        { step: 'deserialize', priority: 'low', name: 'cloudopsOwnAnswer', override: true },
      );
    },
  };
}

/** Leaves the body as bytes, except for a stream, which stays unread. */
async function requireOwn(exchange: Exchange, config: ReadableClient['config']): Promise<void> {
  const { shape, request, response } = exchange;
  const failed = response.statusCode >= 300;
  if (shape.body === 'stream' && !failed) return requireBare(exchange);
  const bytes = await bytesOf(response.body, config);
  response.body = bytes;
  const text = new Body(bytes);
  if (failed) return requireError(exchange, text);
  if (shape.body === 'none' || request.method === 'HEAD') {
    if (bytes.length > 0 && !/^\{\s*\}$/.test(text.head)) throw foreign(exchange, text);
    return requireBare(exchange);
  }
  const fits =
    shape.body === 'xml'
      ? isXml(shape, text, exchange.atAws)
      : text.head.startsWith('{') && text.tail.endsWith('}');
  // Emulators send right answers as text/html; AWS never does.
  if (!fits || (exchange.atAws && isHtml(exchange)) || !hasId(exchange, text)) throw foreign(exchange, text);
}

/** An answer without a document: headers alone tell. */
function requireBare(exchange: Exchange): void {
  const { shape, headers, atAws } = exchange;
  if (isHtml(exchange) && !hasIdHeader(headers)) throw foreign(exchange, null);
  if (atAws && !hasIdHeader(headers)) throw foreign(exchange, null);
  if (shape.hasEtag && !headers.has('etag')) throw foreign(exchange, null);
}

/** A refusal counts only when AWS refused: a filter's 403 is no denial, a portal's 404 no missing object. */
function requireError(exchange: Exchange, text: Body): void {
  const { response, headers, atAws } = exchange;
  const { statusCode } = response;
  if (text.head === '') {
    const known =
      hasIdHeader(headers) || headers.has('x-amzn-errortype') || headers.has('x-amz-bucket-region');
    if (!known && (atAws || statusCode < 400 || isHtml(exchange)) && statusCode < 500)
      throw foreign(exchange, text);
    return;
  }
  const own = text.head.startsWith('{')
    ? statusCode >= 400
    : /Error|Response|Exception/.test(text.root ?? '');
  if (!own || (statusCode < 500 && !hasId(exchange, text))) throw foreign(exchange, text);
}

/** A failed copy or upload is told as `Error` under the status 200; the SDK knows. */
function isXml({ root, operation }: AnswerShape, text: Body, atAws: boolean): boolean {
  if (text.root === null || !text.isClosed) return false;
  if (text.root === root || text.root === 'Error') return true;
  // Emulators call an S3 document by its operation.
  return !atAws && (text.root === `${operation}Response` || text.root === `${operation}Result`);
}

/** AWS's own hosts number every request, in a header or in the document; emulators need not. */
function hasId({ headers, atAws }: Exchange, text: Body): boolean {
  return (
    !atAws || hasIdHeader(headers) || /<request_?id>/i.test(text.head) || /<request_?id>/i.test(text.tail)
  );
}

const ID_HEADERS = ['x-amzn-requestid', 'x-amzn-request-id', 'x-amz-request-id'];
const hasIdHeader = (headers: Map<string, string>) => ID_HEADERS.some((name) => headers.has(name));
const isHtml = ({ headers }: Exchange) => /html/i.test(headers.get('content-type') ?? '');

/** The beginning and the end of a body, which is all that has to be read twice. */
class Body {
  readonly length: number;
  readonly head: string;
  readonly tail: string;
  /** The XML document's root, null when it is none. */
  readonly root: string | null;

  constructor(bytes: Uint8Array) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.length;
    this.head = buffer
      .toString('utf8', 0, 4_096)
      .replace(/^\uFEFF/, '')
      .trimStart();
    this.tail = buffer.toString('utf8', Math.max(0, bytes.length - 1_024)).trimEnd();
    const opened = /^(?:<\?xml[^>]*\?>\s*)?<([A-Za-z][\w.-]*)[\s/>]/.exec(this.head);
    this.root = opened?.[1] ?? null;
  }

  /** The root's own end is the end of the document: a cut one says less than it seems. */
  get isClosed(): boolean {
    if (this.tail.endsWith(`</${this.root}>`)) return true;
    return (
      this.tail.endsWith('/>') &&
      this.length < 1_024 &&
      this.head.lastIndexOf('<') === this.head.indexOf(`<${this.root}`)
    );
  }
}

function requireMembers(
  shape: AnswerShape,
  output: Record<string, unknown>,
  { body }: Pick<HttpResponse, 'body'>,
): void {
  const { list, members, operation } = shape;
  const has = (name: string) => output[name] !== undefined && output[name] !== null;
  if (list !== null && !has(list))
    throw new NotAwsAnswer(`an answer to ${operation} without ${list} (HTTP 200)`);
  if (members.length === 0 || members.some(has)) return;
  // "None" is said by `{}`, not by the members of another answer.
  const isOther = () =>
    Object.keys(JSON.parse(Buffer.from(body).toString())).some((key) => !members.includes(key));
  if (!shape.mayBeEmpty || (shape.body === 'json' && isOther()))
    throw new NotAwsAnswer(`an answer to ${operation} that holds nothing of it (HTTP 200)`);
}

function foreign(exchange: Exchange, text: Body | null): NotAwsAnswer {
  const { statusCode } = exchange.response;
  return new NotAwsAnswer(`${came(exchange, text)} (HTTP ${statusCode})`, statusCode);
}

function came({ shape, headers, response, atAws }: Exchange, text: Body | null): string {
  const location = headers.get('location');
  if (response.statusCode < 400 && response.statusCode >= 300 && location) {
    const host = URL.canParse(location) ? new URL(location).host : location;
    return `a redirect to ${cleanText(host, 100)}`;
  }
  if (/html/i.test(headers.get('content-type') ?? '') || /^<(!doctype\s+)?html/i.test(text?.head ?? ''))
    return 'an HTML page';
  if (text !== null && text.head === '') return 'nothing at all';
  if (text?.root && shape.body === 'xml' && text.root !== shape.root)
    return `a document ${cleanText(text.root, 60)}`;
  if (text?.root && shape.body === 'xml' && !text.isClosed) return `${inWords(shape)} that breaks off`;
  if (atAws) return 'an answer without the number that AWS gives each request';
  return text === null ? 'an answer without the headers of S3' : `something that is not ${inWords(shape)}`;
}

const inWords = ({ operation }: AnswerShape) => `an answer to ${operation}`;

/** The SDK could not read a body whose beginning and end looked right. */
function isUnreadable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof NotAwsAnswer) return false;
  const { httpStatusCode = 200 } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
  return (
    httpStatusCode < 300 && (error.name === 'SyntaxError' || /Deserialization error/.test(error.message))
  );
}

async function bytesOf(body: unknown, config: ReadableClient['config']): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  return body instanceof Uint8Array ? body : config.streamCollector(body);
}
