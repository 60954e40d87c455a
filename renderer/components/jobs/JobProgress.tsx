import { Button } from '@mantine/core';
import type { Job } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { ago, exactTime, span } from '../../state/format.ts';
import { useTicking } from '../../state/time.ts';
import { Bar } from '../Bar.tsx';
import { StateLabel } from '../StateLabel.tsx';
import classes from './jobs.module.css';
import { jobCounts, jobName, jobPercent } from './words.ts';

interface Props {
  job: Job;
  /** Puts a job that ended out of sight. */
  onDismiss?: () => void;
}

/** Long work: what it does now, how far it is, and what came of it. */
export function JobProgress({ job, onDismiss }: Props) {
  const running = job.state === 'running';
  const name = jobName(job.kind);
  return (
    <section className={classes.job} aria-label={name} data-state={job.state}>
      <div className={classes.head}>
        <strong>{name}</strong>
        <StateLabel state={job.state} tone={running ? 'pending' : undefined} />
        <Elapsed job={job} />
        <span className={classes.space} />
        {running && <Cancel jobId={job.jobId} name={name} />}
        {!running && onDismiss && (
          <Button variant="default" onClick={onDismiss}>
            Dismiss
          </Button>
        )}
      </div>
      {running && <Progress job={job} name={name} />}
      <p className={classes.outcome} role={running ? undefined : 'status'}>
        {running ? job.step : (job.error?.message ?? job.result ?? job.step)}
      </p>
    </section>
  );
}

function Progress({ job, name }: { job: Job; name: string }) {
  const percent = jobPercent(job);
  const counts = jobCounts(job);
  return (
    <div className={classes.progress}>
      <Bar percent={percent} label={name} words={counts || job.step} />
      <span className={classes.counts}>
        {counts}
        {percent !== null && ` · ${percent} %`}
      </span>
    </div>
  );
}

function Cancel({ jobId, name }: { jobId: string; name: string }) {
  const cancel = useAction('jobs.cancel');
  return (
    <>
      {cancel.error && <span className={classes.failed}>{cancel.error.message}</span>}
      <Button
        variant="default"
        loading={cancel.isPending}
        disabled={cancel.isSuccess}
        onClick={() => cancel.mutate({ jobId })}
      >
        {cancel.isSuccess ? 'Cancelling' : 'Cancel'}
        <span className="visually-hidden">: {name}</span>
      </Button>
    </>
  );
}

function Elapsed({ job }: { job: Job }) {
  const words = useTicking((now) => {
    const took = span((job.finishedAt ? Date.parse(job.finishedAt) : now) - Date.parse(job.startedAt));
    return job.finishedAt ? `${took}, ended ${ago(job.finishedAt, now)}` : took;
  });
  return (
    <span className="soft num" title={`Began ${exactTime(job.startedAt)}`}>
      {words}
    </span>
  );
}
