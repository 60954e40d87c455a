import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Profile } from '../../../preload/contract/models.ts';
import { useRequest } from '../../api/queries.ts';
import { plural } from '../../state/format.ts';
import { EmptyState } from '../EmptyState.tsx';
import { ErrorState } from '../ErrorState.tsx';
import { RowSkeletons } from '../Skeletons.tsx';
import { ConnectProgress } from './ConnectProgress.tsx';
import { ConnectResults } from './ConnectResults.tsx';
import classes from './connect.module.css';
import { matching } from './matching.ts';
import { ProfileRow } from './ProfileRow.tsx';
import { RowList } from './RowList.tsx';
import { StepIntro } from './StepIntro.tsx';
import { useConnecting } from './useConnecting.ts';

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

/** Fewer are seen at a glance. */
const SEARCHED_FROM = 10;

/** Profiles of ~/.aws to tick, then who each of them is, or why it is not. */
export function ConnectProfiles(props: Props) {
  const { connected = [], onBack, onConnecting, offer, doneLabel, onDone } = props;
  const { data, error, refetch, isFetching } = useRequest('profiles.list', {});
  // Null until the person changes the choice: then every profile that can be used is meant.
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null);
  const [search, setSearch] = useState('');
  const connecting = useConnecting();
  const { run } = connecting;

  if (run?.state === 'running' || run?.state === 'cancelling') {
    return <ConnectProgress run={run} onCancel={connecting.cancel} />;
  }
  if (run) {
    return (
      <ConnectResults
        run={run}
        offer={offer}
        doneLabel={doneLabel}
        onBack={connecting.forget}
        onDone={onDone}
      />
    );
  }
  if (error) {
    return (
      <>
        <ErrorState error={error} onRetry={() => void refetch()} />
        <div className={classes.actions}>
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
        </div>
      </>
    );
  }
  if (!data) {
    return (
      <div className={classes.list}>
        <RowSkeletons rows={6} />
      </div>
    );
  }
  const known = new Set(connected);
  const isFree = (profile: Profile) => profile.supported && !known.has(profile.name);
  const free = data.profiles.filter(isFree);
  const chosen = picked ?? new Set(free.map(({ name }) => name));
  const meant = free.filter(({ name }) => chosen.has(name));
  const shown = matching(data.profiles, search);
  const pick = (profiles: Profile[], on: boolean) => {
    const next = new Set(chosen);
    for (const { name } of profiles) on ? next.add(name) : next.delete(name);
    setPicked(next);
  };
  return (
    <>
      <StepIntro>
        {plural(data.profiles.length, 'profile')} in <span className="mono">{data.files.join(', ')}</span>
      </StepIntro>
      <div className={classes.tools}>
        {data.profiles.length > SEARCHED_FROM && (
          <TextInput
            className={classes.search}
            aria-label="Find profiles"
            placeholder="Find by name, role or region"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
        <ChooseAll
          profiles={shown.filter(isFree)}
          chosen={chosen}
          isPart={search.trim() !== ''}
          onPick={pick}
        />
      </div>
      <RowList
        label="Profiles"
        items={shown}
        keyOf={({ name }) => name}
        row={(profile) => (
          <ProfileRow
            profile={profile}
            connected={known.has(profile.name)}
            chosen={chosen.has(profile.name)}
            onToggle={(on) => pick([profile], on)}
          />
        )}
        empty={
          data.profiles.length === 0 ? (
            <EmptyState title="No profile was found">
              Add one with <span className="mono">aws configure</span>, then read the files again.
            </EmptyState>
          ) : (
            <EmptyState title="No profile fits">Nothing in its name, role or region is like that.</EmptyState>
          )
        }
      />
      <div className={classes.actions}>
        <Button
          disabled={meant.length === 0}
          onClick={() => {
            onConnecting?.();
            void connecting.start(meant);
          }}
        >
          {meant.length === 0 ? 'Connect' : `Connect ${plural(meant.length, 'profile')}`}
        </Button>
        <Button variant="default" onClick={onBack}>
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

interface ChooseAllProps {
  /** Those in view that can be chosen. */
  profiles: Profile[];
  chosen: ReadonlySet<string>;
  /** Only a part of all is in view. */
  isPart: boolean;
  onPick: (profiles: Profile[], on: boolean) => void;
}

function ChooseAll({ profiles, chosen, isPart, onPick }: ChooseAllProps) {
  if (profiles.length < 2) return null;
  const all = profiles.every(({ name }) => chosen.has(name));
  const count = profiles.length.toLocaleString('en');
  const found = isPart ? ` of the ${count} found` : '';
  return (
    <button type="button" className="link-button" onClick={() => onPick(profiles, !all)}>
      {all ? `Choose none${found}` : isPart ? `Choose all ${count} found` : `Choose all ${count}`}
    </button>
  );
}
