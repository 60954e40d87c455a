import type { AppErrorData } from '../../preload/contract/errors.ts';
import type { EventName, EventPayloads } from '../../preload/contract/events.ts';
import type { RouteInput, RouteName, RouteOutput } from '../../preload/contract/requests.ts';
import { bridge } from './bridge.ts';

/** A refused or failed request, with the words the main side wrote for the user. */
export class RequestError extends Error {
  readonly data: AppErrorData;
  constructor(data: AppErrorData) {
    super(data.message);
    this.name = 'RequestError';
    this.data = data;
  }
}

/** Asks and unwraps: throws RequestError, so that TanStack Query sees failures as failures. */
export async function request<R extends RouteName>(route: R, input: RouteInput<R>): Promise<RouteOutput<R>> {
  const result = await bridge.request(route, input);
  if (!result.ok) throw new RequestError(result.error);
  return result.data;
}

/** Listens to one event; returns the way to stop. */
export function onEvent<N extends EventName>(
  name: N,
  listener: (payload: EventPayloads[N]) => void,
): () => void {
  return bridge.onEvent((event) => {
    if (event.name === name) listener(event.payload as EventPayloads[N]);
  });
}

export { bridge };
