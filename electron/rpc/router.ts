import type { AppErrorData, Result } from '../../preload/contract/errors.ts';
import {
  COMMON_ERRORS,
  RequestMessage,
  type RouteName,
  type RouteOutput,
  type RouteParsed,
  routes,
} from '../../preload/contract/requests.ts';
import { cut } from '../../preload/contract/text.ts';
import { AppError, readable } from '../errors.ts';
import type { Log } from '../log.ts';

/** Who asks, as the carrier knows it; never taken from the message. */
export interface Client {
  id: string;
}

export type Handlers = {
  [R in RouteName]: (input: RouteParsed<R>, client: Client) => Promise<RouteOutput<R>>;
};

export interface Response {
  id: number;
  result: Result<unknown>;
}

/**
 * Own-key lookup, parse, handler, Result. Knows no carrier and never rejects: whatever a handler throws
 * becomes a value, and what is not an AppError of that route becomes INTERNAL without its text.
 */
export class Router {
  readonly #handlers: Handlers;
  readonly #log: Log;

  constructor(handlers: Handlers, log: Log) {
    this.#handlers = handlers;
    this.#log = log;
  }

  async handle(raw: unknown, client: Client): Promise<Response> {
    const message = RequestMessage.safeParse(raw);
    if (!message.success) {
      return {
        id: numericId(raw),
        result: refuse('INVALID_INPUT', 'The request is not of the form {id, route, input}.'),
      };
    }
    const { id, route, input } = message.data;
    if (!isRoute(route)) return { id, result: refuse('UNKNOWN_ROUTE', 'The app has no such request.') };
    return { id, result: await this.#call(route, input, client) };
  }

  async #call<R extends RouteName>(route: R, input: unknown, client: Client): Promise<Result<unknown>> {
    const parsed = routes[route].input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const where = cut(issue?.path.join('.') || 'input', 100);
      return refuse('INVALID_INPUT', `${route}: ${where}: ${issue?.message ?? 'not understood'}`);
    }
    try {
      const data = await this.#handlers[route](parsed.data as RouteParsed<R>, client);
      return { ok: true, data };
    } catch (error) {
      return { ok: false, error: this.#toData(route, error) };
    }
  }

  #toData(route: RouteName, error: unknown): AppErrorData {
    if (error instanceof AppError) {
      const allowed: readonly string[] = [...COMMON_ERRORS, ...routes[route].errors];
      if (allowed.includes(error.code)) return error.toData();
      this.#log.error({ route, code: error.code }, 'a handler answered with a code its route does not list');
      return { ...error.toData(), code: 'INTERNAL' };
    }
    this.#log.error({ route, err: error }, 'a handler failed');
    return {
      code: 'INTERNAL',
      message: `${route} failed inside the app. The log on standard error has the place.`,
    };
  }
}

function isRoute(route: string): route is RouteName {
  return Object.hasOwn(routes, route);
}

function refuse(code: AppErrorData['code'], message: string): Result<never> {
  return { ok: false, error: { code, message: readable(message) } };
}

/** The id to answer under; -1 where the message has none. */
export function numericId(raw: unknown): number {
  const id = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : undefined;
  return typeof id === 'number' && Number.isInteger(id) ? id : -1;
}
