import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import type { ResourceQuery } from '../../../preload/contract/models.ts';
import { request } from '../../api/client.ts';
import { useRequest } from '../../api/queries.ts';
import { scopeFilter, useScope } from '../../api/useSettings.ts';
import { useWindowedRows } from '../../api/useWindowedRows.ts';
import { useExplorer } from './store.ts';

const TYPING_MS = 120;

const fetchRows = async (resultId: string, offset: number, limit: number) =>
  (await request('resources.rows', { resultId, offset, limit })).rows;

/** The answer to what is looked for, within the scope, and its rows. `queryId` changes with the question only. */
export function useExplorerResult() {
  const { text, filter, sort, ignored } = useExplorer();
  const [settledText] = useDebouncedValue(text, TYPING_MS);
  const scope = useScope();
  const query: ResourceQuery = useMemo(
    () => ({
      text: settledText.trim(),
      filter: scopeFilter(filter, scope),
      sort,
      ignoreChips: ignored.map(({ id }) => id),
    }),
    [settledText, filter, scope, sort, ignored],
  );
  const answer = useRequest('resources.query', query, { keepPrevious: true });
  const { data, error, refetch, isPlaceholderData } = answer;
  const windowed = useWindowedRows(data?.resultId ?? null, data?.total ?? 0, fetchRows, () => void refetch());
  const queryId = useMemo(() => JSON.stringify(query), [query]);
  return {
    query,
    queryId,
    data,
    error,
    refetch,
    changing: isPlaceholderData,
    rows: windowed.rows,
    version: windowed.version,
    rowsError: windowed.error,
  };
}

export type ExplorerResult = ReturnType<typeof useExplorerResult>;
