import { useEffect } from 'react';
import type { Job } from '../../../preload/contract/models.ts';
import { useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { JobProgress } from '../../components/jobs/JobProgress.tsx';
import { useShownJob } from '../../components/jobs/useJobs.ts';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import { BackupTable } from './BackupTable.tsx';
import classes from './backup.module.css';
import { ConfigSection } from './ConfigSection.tsx';
import { Summary } from './Summary.tsx';

const KINDS: readonly Job['kind'][] = ['backup', 'prove', 'restore', 'export', 'import', 'cleanup'];

/** Whether everything would come back, what there is to bring it back from, and how that is kept up. */
export function BackupScreen() {
  const { data, error, refetch } = useRequest('backup.overview', {});
  const { data: status } = useRequest('app.status', {});
  const sample = status?.workspace.sample ?? false;
  const { job, dismiss } = useShownJob(KINDS);
  useDownload(job);
  return (
    <div className="screen-scroll" style={{ height: '100%', boxSizing: 'border-box' }}>
      <div className={classes.page}>
        {error && <ErrorState error={error} onRetry={() => void refetch()} />}
        {!data && !error && <TextSkeleton lines={8} />}
        {data && status && <Summary overview={data} status={status} />}
        {job && <JobProgress job={job} onDismiss={dismiss} />}
        {data && <BackupTable backups={data.backups} s3={data.settings.s3} sample={sample} />}
        {data && <ConfigSection settings={data.settings} sample={sample} />}
      </div>
    </div>
  );
}

/** Fetched already: the path works once. */
const fetched = new Set<string>();

/** In a browser an exported file waits at a one-time path until it is fetched. */
function useDownload(job: Job | null): void {
  const path = job?.state === 'done' ? (job.download ?? null) : null;
  useEffect(() => {
    if (path === null || fetched.has(path)) return;
    fetched.add(path);
    window.location.assign(path);
  }, [path]);
}
