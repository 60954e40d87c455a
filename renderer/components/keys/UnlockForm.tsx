import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { AppStatus } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import classes from './keys.module.css';
import { SecretField } from './SecretField.tsx';
import { askedKind, NO_SECRET, secretProblem, toSecret } from './secret.ts';

interface Props {
  /** What was made for this workspace; absent = not known. */
  opensWith?: AppStatus['key']['opensWith'] | undefined;
  /** Other ways, beside the button. */
  children?: ReactNode;
}

/** Opens the workspace with what the person holds. */
export function UnlockForm({ opensWith, children }: Props) {
  const [typed, setSecret] = useState(NO_SECRET);
  const secret = askedKind(typed, opensWith);
  const [problem, setProblem] = useState<string | null>(null);
  const unlock = useAction('key.unlock', (status) => {
    setSecret(NO_SECRET);
    cacheSync.setStatus(status);
  });
  const { reset } = unlock;
  // The request is kept by the cache for as long as it is observed: the typed key goes with the form.
  useEffect(() => reset, [reset]);
  const submit = () => {
    const found = secretProblem(secret);
    setProblem(found);
    if (found === null) unlock.mutate({ secret: toSecret(secret) });
  };
  return (
    <form
      className={classes.unlock}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <SecretField
        secret={secret}
        opensWith={opensWith}
        onChange={(next) => {
          setSecret(next);
          setProblem(null);
          unlock.reset();
        }}
        error={problem ?? unlock.error?.message ?? null}
        onSubmit={submit}
      />
      <div className={classes.actions}>
        <Button type="submit" loading={unlock.isPending}>
          Unlock
        </Button>
        {children}
      </div>
    </form>
  );
}
