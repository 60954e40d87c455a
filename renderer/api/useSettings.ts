import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { DEFAULT_SETTINGS, type Settings } from '../../preload/contract/models.ts';
import { scopeFilter } from '../state/scope.ts';
import { request } from './client.ts';
import { queryKey, useRequest } from './queries.ts';

/** The person's settings; the defaults until they are read. */
export function useSettings(): Settings {
  return useRequest('settings.get', {}).data ?? DEFAULT_SETTINGS;
}

/** Shows a change at once and takes it back if it could not be kept. */
export function usePatchSettings(): (patch: Partial<Settings>) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (patch) => {
      const key = queryKey('settings.get', {});
      const before = client.getQueryData<Settings>(key);
      client.setQueryData<Settings>(key, { ...(before ?? DEFAULT_SETTINGS), ...patch });
      try {
        client.setQueryData<Settings>(key, await request('settings.set', { patch }));
      } catch (error) {
        client.setQueryData<Settings>(key, before);
        throw error;
      }
    },
    [client],
  );
}

/** The accounts and regions all screens show; empty = all. */
export const useScope = (): Settings['scope'] => useSettings().scope;

export { scopeFilter };
