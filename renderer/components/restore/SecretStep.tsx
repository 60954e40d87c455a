import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useAction } from '../../api/queries.ts';
import { exactTime } from '../../state/format.ts';
import { SecretField } from '../keys/SecretField.tsx';
import { secretProblem } from '../keys/secret.ts';
import classes from './restore.module.css';
import { StepFoot } from './StepFoot.tsx';
import { chosenBackup, secretOf, toSource, type Wizard } from './wizard.ts';
import { patchWizard } from './wizardStore.ts';

/** The key is tried on the backup itself; nothing is read into the app yet. */
export function SecretStep({ wizard }: { wizard: Wizard }) {
  const { chosen, secret } = wizard;
  const [problem, setProblem] = useState<string | null>(null);
  const open = useAction('restore.open', (opened) => patchWizard({ opened, step: 'inside' }));
  const { reset } = open;
  useEffect(() => reset, [reset]);
  const backup = chosenBackup(wizard);
  const submit = () => {
    const found = secretProblem(secret);
    setProblem(found);
    if (found === null && chosen)
      open.mutate({ source: toSource(wizard), ...chosen, secret: secretOf(wizard) });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className={classes.text}>
        {backup ? `The backup of ${exactTime(backup.createdAt)} is` : 'The backup is'} encrypted. It opens
        with the recovery key or the passphrase of the install that made it.
      </p>
      <SecretField
        secret={secret}
        onChange={(next) => {
          patchWizard({ secret: next });
          setProblem(null);
          open.reset();
        }}
        error={problem ?? open.error?.message ?? null}
        onSubmit={submit}
      />
      <StepFoot
        wizard={wizard}
        busy={open.isPending}
        next={
          <Button type="submit" loading={open.isPending}>
            Open
          </Button>
        }
      />
    </form>
  );
}
