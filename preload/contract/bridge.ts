import type { Result } from './errors.ts';
import type { EventMessage } from './events.ts';
import type { RouteInput, RouteName, RouteOutput } from './requests.ts';

/** What a screen may do: ask, and listen. Electron's preload and the WebSocket client both implement it. */
export interface Bridge {
  request<R extends RouteName>(route: R, input: RouteInput<R>): Promise<Result<RouteOutput<R>>>;
  onEvent(listener: (event: EventMessage) => void): () => void;
  /** `false` while the carrier is cut; the client refetches everything when it turns true again. */
  onConnection(listener: (connected: boolean) => void): () => void;
}
