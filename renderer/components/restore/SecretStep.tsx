import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useAction } from '../../api/queries.ts';
import { exactTime } from '../../state/format.ts';
import { SecretField } from '../keys/SecretField.tsx';
import { askedKind, secretProblem, toSecret } from '../keys/secret.ts';
import classes from './restore.module.css';
import { StepFoot } from './StepFoot.tsx';
import { chosenBackup, toSource, type Wizard } from './wizard.ts';
import { patchWizard } from './wizardStore.ts';

const WAYS = {
  recovery: 'the recovery key',
  passphrase: 'the passphrase',
  both: 'the recovery key or the passphrase',
} as const;

/** The key is tried on the backup itself; nothing is read into the app yet. */
export function SecretStep({ wizard }: { wizard: Wizard }) {
  const { chosen } = wizard;
  const backup = chosenBackup(wizard);
  const opensWith = backup?.opensWith;
  const secret = askedKind(wizard.secret, opensWith);
  const [problem, setProblem] = useState<string | null>(null);
  const open = useAction('restore.open', (opened) => patchWizard({ opened, secret, step: 'inside' }));
  const { reset } = open;
  useEffect(() => reset, [reset]);
  const submit = () => {
    const found = secretProblem(secret);
    setProblem(found);
    if (found === null && chosen)
      open.mutate({ source: toSource(wizard), ...chosen, secret: toSecret(secret) });
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
        with {WAYS[(opensWith?.length === 1 && opensWith[0]) || 'both']} of the install that made it.
      </p>
      <SecretField
        secret={secret}
        opensWith={opensWith}
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
