import { Button } from '@mantine/core';
import { IconCheck, IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { useAction, useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { RecoveryKeyDialog } from '../../components/keys/RecoveryKeyDialog.tsx';
import classes from './onboarding.module.css';

/** Before anything is scanned: the one thing that brings all of it back. It can be put off and blocks nothing. */
export function RecoveryOffer() {
  const { data: status } = useRequest('app.status', {});
  const [state, setState] = useState<'offered' | 'making' | 'made' | 'later'>('offered');
  const postpone = useAction('key.postponeRecovery', () => setState('later'));
  if (!status || status.workspace.sample || status.unencrypted) return null;
  if (state === 'offered' && !status.recoveryMissing) return null;
  return (
    <section className={classes.offer} aria-labelledby="recovery-title">
      <IconKey size={18} stroke={1.6} aria-hidden="true" />
      <div className={classes.offerText}>
        <h2 id="recovery-title" className={classes.choiceTitle}>
          Before the scan: a recovery key
        </h2>
        <p className={classes.choiceText}>
          If this machine is lost, it opens your backups on a new one. It is shown once, and nobody can make
          it for you afterwards.
        </p>
        {postpone.error && <ErrorState error={postpone.error} />}
      </div>
      {state === 'made' && (
        <span className={classes.offerDone} role="status">
          <IconCheck size={16} stroke={1.75} aria-hidden="true" /> Made and checked
        </span>
      )}
      {state === 'later' && (
        <span className="soft" role="status">
          Later, in Settings. The status bar reminds you.
        </span>
      )}
      {(state === 'offered' || state === 'making') && (
        <div className={classes.offerActions}>
          <Button variant="default" onClick={() => setState('making')}>
            Make a recovery key
          </Button>
          <Button
            variant="subtle"
            color="gray"
            loading={postpone.isPending}
            onClick={() => postpone.mutate({})}
          >
            Later
          </Button>
        </div>
      )}
      {state === 'making' && (
        <RecoveryKeyDialog onClose={() => setState('offered')} onDone={() => setState('made')} />
      )}
    </section>
  );
}
