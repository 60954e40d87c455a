import { Button } from '@mantine/core';
import { useState } from 'react';
import type { AppStatus } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { PassphraseDialog } from '../../components/keys/PassphraseDialog.tsx';
import { UnlockForm } from '../../components/keys/UnlockForm.tsx';
import { CenteredPage } from './CenteredPage.tsx';
import classes from './onboarding.module.css';
import { useSampleEstate } from './useSampleEstate.ts';

const TITLES: Record<AppStatus['key']['state'], string> = {
  ok: 'The key is there',
  locked: 'The keychain is locked',
  absent: 'The key of this workspace is missing',
  unavailable: 'The keychain does not answer',
  choose: 'Where should the key be kept?',
  wrong: 'This is not the key of this workspace',
};

/** A key file can stand under the passphrase; then no keychain is asked. */
const titleOf = ({ state, source }: AppStatus['key']): string =>
  state === 'locked' && source === 'file' ? 'The key file asks for its passphrase' : TITLES[state];

/** The workspace's key is locked, missing, or has no place yet: nothing is opened and nothing is made anew. */
export function KeyScreen({ status }: { status: AppStatus }) {
  const { key, workspace } = status;
  const chooses = key.state === 'choose';
  return (
    <CenteredPage title={titleOf(key)}>
      {!chooses && <p className={classes.text}>{key.message}</p>}
      {chooses && (
        <p className={classes.text}>
          This machine has no keychain that answers, and everything here is encrypted with a key. Unlock or
          start the keychain and try again, or keep the key in a file.
        </p>
      )}
      {chooses && (
        <p className={classes.text}>
          A key in a file{key.filePath && <span className="mono"> ({key.filePath})</span>} protects the estate
          from other users of this machine, but not from someone who copies your whole home folder; under a
          passphrase it protects from both, and is asked for at each start.
        </p>
      )}
      <Choices chooses={chooses} sample={workspace.sample} />
      {chooses && key.message !== '' && (
        <details className={classes.foot}>
          <summary className={classes.summary}>What the keychain said</summary>
          {key.message}
        </details>
      )}
      {!chooses && key.opensWith?.length !== 0 && (
        <section className={classes.panel} aria-labelledby="unlock-title">
          <h2 id="unlock-title" className={classes.panelTitle}>
            Unlock with what you hold
          </h2>
          <UnlockForm opensWith={key.opensWith} />
        </section>
      )}
      <p className={classes.foot}>
        {chooses
          ? 'You had CloudOps before? Choose where the key is kept; the next screen restores a backup.'
          : 'Nothing opens it any more? Start the app with an empty folder (npm start -- --data FOLDER) and restore a backup there.'}
      </p>
      {!chooses && (
        <p className={classes.foot}>
          Workspace <span className="mono">{workspace.path}</span>. It is encrypted; without its key nobody
          can read it, and it is left as it is.
        </p>
      )}
    </CenteredPage>
  );
}

function Choices({ chooses, sample: isSample }: { chooses: boolean; sample: boolean }) {
  const retry = useAction('app.retry', (next) => cacheSync.setStatus(next));
  const useFile = useAction('key.useFile', (next) => cacheSync.setStatus(next));
  const sample = useSampleEstate();
  const [asks, setAsks] = useState(false);
  const error = retry.error ?? useFile.error ?? sample.error;
  const busy = retry.isPending || useFile.isPending || sample.isPending;
  return (
    <>
      {error && <ErrorState error={error} />}
      {asks && <PassphraseDialog change={false} keyFile onClose={() => setAsks(false)} />}
      <div className={classes.actions}>
        <Button loading={retry.isPending} disabled={busy} onClick={() => retry.mutate({})}>
          Try again
        </Button>
        {chooses && (
          <Button
            variant="default"
            loading={useFile.isPending}
            disabled={busy}
            onClick={() => useFile.mutate({})}
          >
            Keep the key in a file only I can read
          </Button>
        )}
        {chooses && (
          <Button variant="default" disabled={busy} onClick={() => setAsks(true)}>
            Keep it in a file under a passphrase
          </Button>
        )}
        {!isSample && (
          <Button
            variant="subtle"
            color="gray"
            loading={sample.isPending}
            disabled={busy}
            onClick={() => sample.mutate({ name: 'sample' })}
          >
            Open the sample estate
          </Button>
        )}
      </div>
    </>
  );
}
