import type { z } from 'zod';
import { isNotReached } from '../../aws/errors.ts';
import type { AwsClient, AwsClientClass } from '../../aws/types.ts';
import { nodeErrorCode } from '../../errors.ts';
import type { Answer } from '../../storage/journal/entries.ts';
import { answerOf } from '../answer.ts';
import type { Parameters, Send } from './spec.ts';

/** What AWS said to a call that it took. */
export interface Accepted {
  requestId: string | null;
  answer: Answer | null;
}

export interface SendOptions {
  /** Goes into the user agent, so that CloudTrail and the journal can be joined. */
  approvalId: string;
  signal: AbortSignal;
  /** Called when the signed request is handed to the transport: from then on it may have reached AWS. */
  onLeave?: () => void;
}

interface SignableArgs {
  request: { headers: Record<string, string> };
}
type Next = (args: SignableArgs) => Promise<object>;
interface CommandStack {
  add(
    middleware: (next: Next) => Next,
    options: {
      name: string;
      step: string;
      priority: 'high' | 'normal' | 'low';
      override: boolean;
    },
  ): void;
}
interface SdkCommand {
  middlewareStack: object;
  schema?: unknown;
}
/** What a dispatch gets: the client, and the two things that must surround its command. */
export interface Dispatching<C> {
  client: C;
  once<K extends SdkCommand>(command: K): K;
  abort: { abortSignal: AbortSignal };
}

/**
 * Makes a command leave at most once, whatever the client's own retries are: its stack replaces the client's
 * `retryMiddleware` (same name, step and priority, which is how the SDK lets a command override) by none.
 */
export function leaveOnce<K extends SdkCommand>(command: K, options: SendOptions): K {
  const stack = command.middlewareStack as CommandStack;
  stack.add((next) => (args) => next(args), {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
  // After the SDK has written its own user agent, and before the request is signed.
  stack.add(
    (next) => (args) => {
      const { headers } = args.request;
      for (const name of ['user-agent', 'x-amz-user-agent'])
        headers[name] = `${headers[name] ?? ''} cloudops-approval/${options.approvalId}`.trim();
      return next(args);
    },
    { name: 'approvalUserAgent', step: 'build', priority: 'low', override: true },
  );
  stack.add(
    (next) => (args) => {
      options.onLeave?.();
      return next(args);
    },
    { name: 'requestLeaves', step: 'deserialize', priority: 'low', override: true },
  );
  return command;
}

/** A Send of one SDK command: its input is parsed strictly, so a changed or surplus parameter never leaves. */
export function sender<C extends AwsClient, I>(
  clientClass: AwsClientClass<C>,
  input: z.ZodType<I>,
  dispatch: (dispatching: Dispatching<C>, parsed: I) => Promise<{ $metadata: { requestId?: string } }>,
): Send {
  return async (clients, scope, parameters: Parameters, options) => {
    const parsed = input.parse(parameters);
    const client = clients.client(clientClass, scope);
    let schema: unknown;
    const once = <K extends SdkCommand>(command: K) => {
      schema = command.schema;
      return leaveOnce(command, options);
    };
    const output = await dispatch({ client, once, abort: { abortSignal: options.signal } }, parsed);
    return { requestId: output.$metadata.requestId ?? null, answer: answerOf(schema, output) };
  };
}

/** How a send ended, as far as it can be known. */
export type SendFailure =
  /** AWS answered no, or the request never left: nothing was changed. */
  | 'refused'
  /** It left and no answer came back: it may have been carried out. */
  | 'unclear';

/** `left` = the request was handed to the transport. Whatever is not provably refused is unclear. */
export function classifyFailure(error: unknown, left: boolean): SendFailure {
  const status = httpStatus(error);
  if (status !== null) return status >= 400 && status < 500 && status !== 408 ? 'refused' : 'unclear';
  if (!left) return 'refused';
  return isNotReached(nodeErrorCode(error) ?? '') ? 'refused' : 'unclear';
}

function httpStatus(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return null;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
}
