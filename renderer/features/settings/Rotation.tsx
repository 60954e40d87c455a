import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job, KeyInfo } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { JobProgress } from '../../components/jobs/JobProgress.tsx';
import { useJobs, useKeepJob, useShownJob } from '../../components/jobs/useJobs.ts';
import { Line } from './Line.tsx';
import { rotationWords } from './words.ts';

const KINDS: readonly Job['kind'][] = ['reencrypt', 'rebuild_index_key'];

/** New data keys: for records at once or as they are written, and for the index by a rebuild aside. */
export function Rotation({ keys }: { keys: KeyInfo }) {
  const client = useQueryClient();
  const { running } = useJobs();
  const keep = useKeepJob();
  const { job, dismiss } = useShownJob(KINDS);
  const [asking, setAsking] = useState(false);
  const rotate = useAction('key.rotate', ({ job: started }) => {
    if (started) keep(started);
    void client.invalidateQueries({ queryKey: ['key.info'] });
  });
  const rebuild = useAction('key.rebuildIndexKey', (started) => {
    keep(started);
    setAsking(false);
  });
  return (
    <>
      <Line label="Record keys" hint={rotationWords(keys)}>
        <Button
          variant="default"
          loading={rotate.isPending}
          disabled={running !== null}
          onClick={() => rotate.mutate({ reencryptNow: false })}
        >
          New key from now on
        </Button>
        <Button
          variant="default"
          loading={rotate.isPending}
          disabled={running !== null}
          onClick={() => rotate.mutate({ reencryptNow: true })}
        >
          New key, re-encrypt everything now
        </Button>
      </Line>
      {rotate.error && <ErrorState error={rotate.error} />}
      <Line
        label="Index key"
        hint="It makes the ids of resources. Changed only by building the store anew, aside."
      >
        <Button variant="default" disabled={running !== null} onClick={() => setAsking(true)}>
          Rebuild with a new key
        </Button>
      </Line>
      {job && <JobProgress job={job} onDismiss={dismiss} />}
      <ConfirmDialog
        opened={asking}
        title="Rebuild with a new index key?"
        confirmLabel="Rebuild"
        busy={rebuild.isPending}
        error={rebuild.error}
        onConfirm={() => rebuild.mutate({})}
        onClose={() => setAsking(false)}
      >
        Every resource gets a new id, in a copy that is compared and then takes the place of the present one.
        A backup is made first, and the copy needs as much free space again.
      </ConfirmDialog>
    </>
  );
}
