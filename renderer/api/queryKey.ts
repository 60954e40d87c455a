import type { RouteInput, RouteName } from '../../preload/contract/requests.ts';

/** Every query's key is its route and its input; sync.ts relies on it. */
export const queryKey = <R extends RouteName>(route: R, input: RouteInput<R>) => [route, input] as const;
