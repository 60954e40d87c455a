import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { request } from '../../api/client.ts';
import { queryKey } from '../../api/queries.ts';
import { mergePage, PAGE, type Thread } from './thread.ts';

/** What one request may bring; a search may lead far back. */
const LONGEST_PAGE = 200;

/** The key of the newest page; what is loaded of the whole thread is kept under it. */
const threadKey = (conversationId: string) =>
  queryKey('chat.messages', { conversationId, before: null, limit: PAGE });

export function cachedThread(client: QueryClient, conversationId: string): Thread | undefined {
  return client.getQueryData<Thread>(threadKey(conversationId));
}

/** Adds a page to what is loaded, wherever it comes from. */
export function addToThread(client: QueryClient, conversationId: string, page: Thread): void {
  client.setQueryData<Thread>(threadKey(conversationId), (loaded) => mergePage(loaded, page));
}

/** The loaded part of a conversation; each refetch reads the newest page only. */
export function useThread(conversationId: string) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: threadKey(conversationId),
    queryFn: async (): Promise<Thread> => {
      const page = await request('chat.messages', {
        conversationId,
        before: null,
        limit: PAGE,
      });
      return mergePage(cachedThread(client, conversationId), page);
    },
  });
  const loadOlder = useCallback(
    async (wantedFrom: number) => {
      const first = cachedThread(client, conversationId)?.messages[0]?.messageIndex ?? 0;
      if (first === 0) return;
      const limit = Math.min(LONGEST_PAGE, Math.max(PAGE, first - wantedFrom));
      addToThread(
        client,
        conversationId,
        await request('chat.messages', { conversationId, before: first, limit }),
      );
    },
    [client, conversationId],
  );
  return { thread: query.data, error: query.error, refetch: query.refetch, loadOlder };
}
