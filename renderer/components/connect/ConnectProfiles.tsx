import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { RouteOutput } from '../../../preload/contract/requests.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { plural } from '../../state/format.ts';
import { EmptyState } from '../EmptyState.tsx';
import { ErrorState } from '../ErrorState.tsx';
import { RowSkeletons } from '../Skeletons.tsx';
import { ConnectResults } from './ConnectResults.tsx';
import classes from './connect.module.css';
import { ProfileRow } from './ProfileRow.tsx';

interface Props {
  /** Names connected already: shown, ticked and not asked again. */
  connected?: string[];
  onBack: () => void;
  onConnecting?: () => void;
  /** Shown with the identities, before the last button: what is worth doing first. */
  offer?: ReactNode;
  /** The button after the identities were shown. */
  doneLabel: string;
  onDone: () => void;
}

/** Profiles of ~/.aws to tick, then who each of them is, or why it is not. */
export function ConnectProfiles(props: Props) {
  const { connected = [], onBack, onConnecting, offer, doneLabel, onDone } = props;
  const { data, error, refetch, isFetching } = useRequest('profiles.list', {});
  // Null until the person changes the choice: then every profile that can be used is meant.
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null);
  const [results, setResults] = useState<RouteOutput<'accounts.connect'>['results'] | null>(null);
  const connect = useAction('accounts.connect', (output) => setResults(output.results));

  if (results) {
    return (
      <ConnectResults
        results={results}
        offer={offer}
        doneLabel={doneLabel}
        onBack={() => setResults(null)}
        onDone={onDone}
      />
    );
  }
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div className={classes.list}>
        <RowSkeletons rows={6} />
      </div>
    );
  }
  const free = data.profiles.filter((p) => p.supported && !connected.includes(p.name)).map((p) => p.name);
  const chosen = picked ?? new Set(free);
  const toggle = (name: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(name);
    else next.delete(name);
    setPicked(next);
  };
  return (
    <>
      <p className={classes.intro}>
        {plural(data.profiles.length, 'profile')} in <span className="mono">{data.files.join(', ')}</span>
        {free.length > 1 && (
          <button
            type="button"
            className="link-button"
            onClick={() => setPicked(new Set(chosen.size === free.length ? [] : free))}
          >
            {chosen.size === free.length ? 'Choose none' : `Choose all ${free.length}`}
          </button>
        )}
      </p>
      <div className={classes.list}>
        {data.profiles.length === 0 && (
          <EmptyState title="No profile was found">
            Add one with <span className="mono">aws configure</span>, then read the files again.
          </EmptyState>
        )}
        {data.profiles.map((profile) => (
          <ProfileRow
            key={profile.name}
            profile={profile}
            connected={connected.includes(profile.name)}
            chosen={chosen.has(profile.name)}
            onToggle={(on) => toggle(profile.name, on)}
          />
        ))}
      </div>
      {connect.error && <ErrorState error={connect.error} />}
      <div className={classes.actions}>
        <Button
          disabled={chosen.size === 0}
          loading={connect.isPending}
          onClick={() => {
            onConnecting?.();
            connect.mutate({ profiles: [...chosen] });
          }}
        >
          {chosen.size === 0 ? 'Connect' : `Connect ${plural(chosen.size, 'profile')}`}
        </Button>
        <Button variant="default" disabled={connect.isPending} onClick={onBack}>
          Back
        </Button>
        <span className={classes.space} />
        <Button variant="subtle" color="gray" loading={isFetching} onClick={() => void refetch()}>
          Read the files again
        </Button>
      </div>
    </>
  );
}
