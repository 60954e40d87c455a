import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useAction } from '../../api/queries.ts';
import { Dialog } from '../Dialog.tsx';
import { ErrorState } from '../ErrorState.tsx';
import { JobProgress } from '../jobs/JobProgress.tsx';
import { useJobs, useKeepJob } from '../jobs/useJobs.ts';
import classes from './confirm.module.css';

interface Props {
  title: string;
  /** What will be gone, and what stays. */
  children: ReactNode;
  /** What must be typed, any one of these; the first is shown. */
  words: readonly [string, ...string[]];
  confirmLabel: string;
  busy: boolean;
  error: Error | null;
  onConfirm: (typed: string) => void;
  onClose: () => void;
}

/** For what cannot be undone: a backup is offered first, and the words are typed. */
export function TypedDialog(props: Props) {
  const { title, children, words, confirmLabel, busy, error, onConfirm, onClose } = props;
  const [typed, setTyped] = useState('');
  const { running } = useJobs();
  const matches = words.includes(typed.trim());
  return (
    <Dialog onClose={onClose} title={title} size={520} closeOnClickOutside={false}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (matches && running === null) onConfirm(typed.trim());
        }}
      >
        <div>{children}</div>
        <BackupFirst />
        <TextInput
          label={
            <>
              Type <span className="mono">{words[0]}</span> to go on
            </>
          }
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {error && <ErrorState error={error} />}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" color="red.9" disabled={!matches || running !== null} loading={busy}>
            {confirmLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function BackupFirst() {
  const [jobId, setJobId] = useState<string | null>(null);
  const { jobs, running } = useJobs();
  const keep = useKeepJob();
  const create = useAction('backup.create', (job) => {
    keep(job);
    setJobId(job.jobId);
  });
  const job = jobs.find((one) => one.jobId === jobId) ?? running;
  if (job) return <JobProgress job={job} />;
  return (
    <div className={classes.offer}>
      <span className="soft">A backup is the only way back.</span>
      <Button variant="default" loading={create.isPending} onClick={() => create.mutate({})}>
        Back up first
      </Button>
      {create.error && <ErrorState error={create.error} />}
    </div>
  );
}
