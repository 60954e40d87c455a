import { Button, PasswordInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import { ErrorState } from '../ErrorState.tsx';
import classes from './storage.module.css';

/** The server that keeps the data may take another key now. It is tried, and kept in the keychain if it opens the data. */
export function RemoteKeyForm({ disabled }: { disabled: boolean }) {
  const [apiKey, setApiKey] = useState('');
  const use = useAction('storage.useApiKey', (status) => {
    setApiKey('');
    cacheSync.setStatus(status);
  });
  const { reset } = use;
  // The request is kept by the cache for as long as it is observed: the typed key goes with the form.
  useEffect(() => reset, [reset]);
  return (
    <form
      className={classes.way}
      aria-label="Another API key"
      onSubmit={(event) => {
        event.preventDefault();
        use.mutate({ apiKey: apiKey || null });
      }}
    >
      <p>Or give another API key, if the server takes another one now.</p>
      {use.error && <ErrorState error={use.error} />}
      <PasswordInput
        label="API key"
        size="xs"
        w={320}
        autoComplete="off"
        value={apiKey}
        onChange={(event) => setApiKey(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the API key' }}
      />
      <Button type="submit" variant="default" loading={use.isPending} disabled={disabled}>
        Use this key
      </Button>
    </form>
  );
}
