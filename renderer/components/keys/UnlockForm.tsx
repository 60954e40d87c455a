import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import classes from './keys.module.css';
import { SecretField } from './SecretField.tsx';
import { NO_SECRET, secretProblem, toSecret } from './secret.ts';

/** Opens the workspace with what the person holds. `children`: other ways, beside the button. */
export function UnlockForm({ children }: { children?: ReactNode }) {
  const [secret, setSecret] = useState(NO_SECRET);
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
