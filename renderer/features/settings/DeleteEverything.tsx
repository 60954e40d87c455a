import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Job } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { TypedDialog } from '../../components/confirm/TypedDialog.tsx';
import { JobProgress } from '../../components/jobs/JobProgress.tsx';
import { useJobs, useKeepJob, useShownJob } from '../../components/jobs/useJobs.ts';
import { Line } from './Line.tsx';
import { DELETE_WORDS } from './words.ts';

const KINDS: readonly Job['kind'][] = ['delete_all'];

/** All conversations and resources of this workspace; nothing in AWS. */
export function DeleteEverything() {
  const [asking, setAsking] = useState(false);
  const { running } = useJobs();
  const { job, dismiss } = useShownJob(KINDS);
  const keep = useKeepJob();
  const remove = useAction('storage.deleteAll', (started) => {
    keep(started);
    setAsking(false);
  });
  return (
    <>
      <Line
        label="Conversations and resources"
        hint="Of this workspace, on this machine. Nothing in AWS is touched; backups and the record in Activity stay."
      >
        <Button variant="default" disabled={running !== null} onClick={() => setAsking(true)}>
          Delete everything
        </Button>
      </Line>
      {job && <JobProgress job={job} onDismiss={dismiss} />}
      {asking && (
        <TypedDialog
          title="Delete everything?"
          words={[DELETE_WORDS]}
          confirmLabel="Delete everything"
          busy={remove.isPending}
          error={remove.error}
          onConfirm={(typed) => remove.mutate({ typed })}
          onClose={() => {
            remove.reset();
            setAsking(false);
          }}
        >
          All conversations and all resources of this workspace are deleted from this machine for good.
          Nothing in AWS is touched. Backups stay, and Activity keeps that it happened.
        </TypedDialog>
      )}
    </>
  );
}
