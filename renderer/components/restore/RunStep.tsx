import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { useFirstStart } from '../../state/firstStart.ts';
import { JobProgress } from '../jobs/JobProgress.tsx';
import { useJobs } from '../jobs/useJobs.ts';
import { NO_SECRET } from '../keys/secret.ts';
import { TextSkeleton } from '../Skeletons.tsx';
import classes from './restore.module.css';
import { EMPTY_PLACE, type Wizard } from './wizard.ts';
import { closeRestore, patchWizard } from './wizardStore.ts';

/** The restore as it goes, and the counts that were verified at its end. */
export function RunStep({ wizard }: { wizard: Wizard }) {
  const { jobs } = useJobs();
  const job = jobs.find(({ jobId }) => jobId === wizard.jobId);
  const done = job?.state === 'done';
  useEffect(() => {
    // Done: nothing of what was typed is needed again.
    if (done) patchWizard({ secret: NO_SECRET, place: EMPTY_PLACE });
  }, [done]);
  if (!job) return <TextSkeleton lines={3} />;
  const fromReload = !wizard.chosen;
  return (
    <>
      <JobProgress job={job} />
      <p className={classes.text}>{WORDS[job.state]}</p>
      <div className={classes.foot}>
        {done && (
          <Button
            onClick={() => {
              useFirstStart.setState({ open: false });
              closeRestore();
            }}
          >
            Open CloudOps
          </Button>
        )}
        {(job.state === 'failed' || job.state === 'cancelled') && (
          <>
            {!fromReload && <Button onClick={() => patchWizard({ step: 'mode' })}>Back</Button>}
            {!fromReload && !wizard.own && (
              <Button variant="default" onClick={() => patchWizard({ step: 'install' })}>
                Choose another backup
              </Button>
            )}
            <span className={classes.space} />
            <Button
              variant={fromReload ? 'default' : 'subtle'}
              {...(fromReload ? {} : { color: 'gray' })}
              onClick={closeRestore}
            >
              Leave
            </Button>
          </>
        )}
      </div>
    </>
  );
}

const WORDS = {
  running: 'This goes on when the page is reloaded. Cancelled or cut off, it leaves what was here as it was.',
  done: '',
  failed: 'What was here before is unchanged.',
  cancelled: 'What was here before is unchanged.',
} as const;
