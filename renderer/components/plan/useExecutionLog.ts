import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LogLine } from '../../../preload/contract/models.ts';
import { request } from '../../api/client.ts';

const LINES = 200;

export interface ExecutionLogPage {
  /** Line `first`, `first + 1` … as far as they were read. */
  lines: readonly LogLine[];
  total: number;
}

/**
 * Log lines from `first` on. Lines are only ever appended, so each reading asks from where the last one
 * ended; sync.ts makes the reading stale whenever the execution changes.
 */
export function useExecutionLog(executionId: string, first: number) {
  const client = useQueryClient();
  const queryKey = ['executions.log', { executionId, first }] as const;
  const query = useQuery({
    queryKey,
    queryFn: async (): Promise<ExecutionLogPage> => {
      const known = client.getQueryData<ExecutionLogPage>(queryKey)?.lines ?? [];
      const offset = first + known.length;
      const { lines, total } = await request('executions.log', { executionId, offset, limit: LINES });
      return { lines: [...known, ...lines], total };
    },
  });
  const read = first + (query.data?.lines.length ?? 0);
  return { ...query, left: Math.max(0, (query.data?.total ?? 0) - read) };
}
