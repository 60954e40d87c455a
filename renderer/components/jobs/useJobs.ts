import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { create } from 'zustand';
import type { Job } from '../../../preload/contract/models.ts';
import { queryKey, useRequest } from '../../api/queries.ts';
import { jobToShow } from './words.ts';

const NONE: Job[] = [];

/** All jobs this run of the app knows, newest first; kept by events. */
export function useJobs(): { jobs: Job[]; running: Job | null } {
  const jobs = useRequest('jobs.list', {}).data?.jobs ?? NONE;
  return { jobs, running: jobs.find(({ state }) => state === 'running') ?? null };
}

/** Shows a job that an answer brought before its first event does. */
export function useKeepJob(): (job: Job) => void {
  const client = useQueryClient();
  return useCallback(
    (job) => {
      const key = queryKey('jobs.list', {});
      client.setQueryData<{ jobs: Job[] }>(key, (old) =>
        old?.jobs.some(({ jobId }) => jobId === job.jobId) ? old : { jobs: [job, ...(old?.jobs ?? [])] },
      );
    },
    [client],
  );
}

/** Ended jobs the person put out of sight, by id. */
const useDismissed = create<{ ids: readonly string[] }>(() => ({ ids: [] }));

/** The job of these kinds to show on a screen, and the way to put an ended one out of sight. */
export function useShownJob(kinds: readonly Job['kind'][]): { job: Job | null; dismiss: () => void } {
  const { jobs } = useJobs();
  const dismissed = useDismissed((state) => state.ids);
  const job = jobToShow(jobs, kinds, dismissed);
  const dismiss = () => {
    if (job) useDismissed.setState({ ids: [...dismissed, job.jobId] });
  };
  return { job, dismiss };
}
