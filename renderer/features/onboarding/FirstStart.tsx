import { Button } from '@mantine/core';
import { useState } from 'react';
import { ConnectProfiles } from '../../components/connect/ConnectProfiles.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { openRestore } from '../../components/restore/wizardStore.ts';
import { useFirstStart } from '../../state/firstStart.ts';
import { CenteredPage } from './CenteredPage.tsx';
import classes from './onboarding.module.css';
import { RecoveryOffer } from './RecoveryOffer.tsx';
import { goToEstate, useSampleEstate } from './useSampleEstate.ts';

/** Three ways in: the person's own profiles, what they had before, or an estate to try things on. */
export function FirstStart() {
  const [step, setStep] = useState<'choose' | 'profiles'>('choose');
  const sample = useSampleEstate();
  if (step === 'profiles') {
    return (
      <CenteredPage title="Connect your profiles" wide>
        <ConnectProfiles
          onBack={() => {
            useFirstStart.setState({ open: false });
            setStep('choose');
          }}
          onConnecting={() => useFirstStart.setState({ open: true })}
          offer={<RecoveryOffer />}
          doneLabel="Start the scan"
          onDone={() => goToEstate(true)}
        />
      </CenteredPage>
    );
  }
  return (
    <CenteredPage title="Start with an estate">
      <p className={classes.text}>
        CloudOps reads AWS accounts into an encrypted store on this machine, and changes nothing until you
        approve the exact call.
      </p>
      {sample.error && <ErrorState error={sample.error} />}
      <section className={classes.choice}>
        <h2 className={classes.choiceTitle}>Your accounts</h2>
        <p className={classes.choiceText}>
          Reads the profiles of <span className="mono">~/.aws</span>. Keys stay where they are; every profile
          starts read-only.
        </p>
        <Button onClick={() => setStep('profiles')}>Use my AWS profiles</Button>
      </section>
      <section className={classes.choice}>
        <h2 className={classes.choiceTitle}>What you had before</h2>
        <p className={classes.choiceText}>
          Brings conversations, resources and settings back from a bucket, a folder or a file, with your
          recovery key or passphrase.
        </p>
        <Button variant="default" onClick={() => openRestore()}>
          Restore from a backup
        </Button>
      </section>
      <section className={classes.choice}>
        <h2 className={classes.choiceTitle}>A sample</h2>
        <p className={classes.choiceText}>
          Three simulated accounts with about 300 resources. Everything works; nothing reaches AWS.
        </p>
        <Button
          variant="default"
          loading={sample.isPending}
          onClick={() => sample.mutate({ name: 'sample' })}
        >
          Open the sample estate
        </Button>
      </section>
      <p className={classes.foot}>No account with us, no server, no telemetry. The store is encrypted.</p>
    </CenteredPage>
  );
}
