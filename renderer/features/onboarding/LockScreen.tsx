import { Button } from '@mantine/core';
import type { AppStatus } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { UnlockForm } from '../../components/keys/UnlockForm.tsx';
import { CenteredPage } from './CenteredPage.tsx';
import classes from './onboarding.module.css';

const OWN_WAY: Record<AppStatus['key']['source'], string | null> = {
  keychain: 'Unlock with the keychain',
  file: 'Unlock with the key file',
  env: 'Unlock with the key of the environment',
  none: null,
};

/** The keys were put away: nothing of the workspace is on the screen or in this page until they are back. */
export function LockScreen({ status: { key } }: { status: AppStatus }) {
  const unlock = useAction('key.unlock', (next) => cacheSync.setStatus(next));
  const own = OWN_WAY[key.source];
  return (
    <CenteredPage title="CloudOps is locked">
      <p className={classes.text}>The keys have left memory. What was running in AWS goes on.</p>
      {key.state !== 'ok' && key.message && <p className={classes.text}>{key.message}</p>}
      {unlock.error && <ErrorState error={unlock.error} />}
      {own && (
        <div className={classes.actions}>
          <Button
            loading={unlock.isPending}
            onClick={() => unlock.mutate({ secret: { kind: 'own' } })}
            data-autofocus
          >
            {own}
          </Button>
        </div>
      )}
      {key.opensWith?.length === 0 ? (
        <p className={classes.foot}>
          No recovery key and no passphrase was made for this workspace{own ? ': this is the only way.' : '.'}
        </p>
      ) : (
        <section className={classes.panel} aria-labelledby="unlock-title">
          <h2 id="unlock-title" className={classes.panelTitle}>
            {own ? 'Or with what you hold' : 'Unlock with what you hold'}
          </h2>
          <UnlockForm opensWith={key.opensWith} />
        </section>
      )}
    </CenteredPage>
  );
}
