import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Account } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { TypedDialog } from '../../components/confirm/TypedDialog.tsx';
import { useJobs, useKeepJob } from '../../components/jobs/useJobs.ts';
import { visible } from '../../components/plan/words.ts';
import { plural } from '../../state/format.ts';

/** Everything known of one account leaves this machine, after its name was typed. */
export function ForgetAccount({ account }: { account: Account }) {
  const { accountId, name, resourceCount } = account;
  const [asking, setAsking] = useState(false);
  const { running } = useJobs();
  const keep = useKeepJob();
  const forget = useAction('accounts.forget', (job) => {
    keep(job);
    setAsking(false);
  });
  const shown = visible(name);
  return (
    <>
      <Button variant="default" h={26} disabled={running !== null} onClick={() => setAsking(true)}>
        Forget this account<span className="visually-hidden">: {shown}</span>
      </Button>
      {asking && (
        <TypedDialog
          title={`Forget ${shown}?`}
          words={[name, accountId]}
          confirmLabel="Forget this account"
          busy={forget.isPending}
          error={forget.error}
          onConfirm={(typed) => forget.mutate({ accountId, typed })}
          onClose={() => {
            forget.reset();
            setAsking(false);
          }}
        >
          Everything known of {shown} ({accountId}) leaves this machine: {plural(resourceCount, 'resource')},
          its scans and its connection. Nothing in AWS is touched, your profiles stay in ~/.aws, and Activity
          keeps what was done.
        </TypedDialog>
      )}
    </>
  );
}
