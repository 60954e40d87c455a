import {
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import type { RouteInput, RouteName, RouteOutput } from '../../preload/contract/requests.ts';
import { type RequestError, request } from './client.ts';
import { queryKey } from './queryKey.ts';

export { queryKey };

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: RequestError;
  }
}

/** Events say when something is stale (sync.ts), so nothing is refetched for its age or for a focus. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: 'always',
      retry: false,
    },
    // Not kept once nobody looks: an input may hold a key that was typed.
    mutations: { networkMode: 'always', retry: false, gcTime: 0 },
  },
});

interface RequestOptions {
  /** `false` waits. */
  enabled?: boolean;
  /** Keeps showing the last answer while the next one, for another input, is on its way. */
  keepPrevious?: boolean;
}

/** The answer to a request, kept fresh by events. */
export function useRequest<R extends RouteName>(
  route: R,
  input: RouteInput<R>,
  options: RequestOptions = {},
): UseQueryResult<RouteOutput<R>, RequestError> {
  const keepPrevious = options.keepPrevious
    ? { placeholderData: (previous: RouteOutput<R> | undefined) => previous }
    : {};
  return useQuery<RouteOutput<R>, RequestError>({
    queryKey: queryKey(route, input),
    queryFn: () => request(route, input),
    enabled: options.enabled ?? true,
    ...(keepPrevious as object),
  });
}

/** A request made by a person's act: `mutate(input)`; failures are RequestError. */
export function useAction<R extends RouteName>(
  route: R,
  onDone?: (output: RouteOutput<R>, input: RouteInput<R>) => void,
): UseMutationResult<RouteOutput<R>, RequestError, RouteInput<R>> {
  return useMutation<RouteOutput<R>, RequestError, RouteInput<R>>({
    mutationFn: (input) => request(route, input),
    ...(onDone ? { onSuccess: (output, input) => onDone(output, input) } : {}),
  });
}
