import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ConnectResult } from '../../../preload/contract/models.ts';
import { plural, roleName } from '../../state/format.ts';
import { ErrorState } from '../ErrorState.tsx';
import { visible } from '../plan/words.ts';
import { StateLabel } from '../StateLabel.tsx';
import classes from './connect.module.css';
import { RowList } from './RowList.tsx';
import { StepIntro } from './StepIntro.tsx';
import type { ConnectRun } from './useConnecting.ts';

interface Props {
  run: ConnectRun;
  offer: ReactNode;
  doneLabel: string;
  onBack: () => void;
  onDone: () => void;
}

/** Who each profile is in AWS, or why that could not be learned. What needs a person comes first. */
export function ConnectResults({ run, offer, doneLabel, onBack, onDone }: Props) {
  const { names, error } = run;
  const results = names.map((name) => run.results.get(name) ?? notAsked(name));
  const good = results.filter((result) => result.identity !== null);
  const bad = results.filter((result) => result.identity === null);
  return (
    <>
      <StepIntro>
        {run.state === 'cancelled' && 'Cancelled. '}
        {bad.length === 0
          ? `${plural(good.length, 'profile')} connected, read-only.`
          : good.length === 0
            ? 'No profile was connected.'
            : `${good.length.toLocaleString('en')} of ${plural(results.length, 'profile')} connected, read-only.`}
      </StepIntro>
      {error && <ErrorState error={error} />}
      <RowList
        label="Profiles"
        items={[...bad, ...good]}
        keyOf={({ profile }) => profile}
        row={(result) => <ResultRow result={result} />}
      />
      {good.length > 0 && offer}
      <div className={classes.actions}>
        {good.length > 0 && <Button onClick={onDone}>{doneLabel}</Button>}
        <Button variant="default" onClick={onBack}>
          Choose others
        </Button>
      </div>
    </>
  );
}

function notAsked(profile: string): ConnectResult {
  return { profile, identity: null, error: 'Not asked.' };
}

export function ResultRow({ result: { profile, identity, error } }: { result: ConnectResult }) {
  const wasCancelled = error?.startsWith('Cancelled') || error === 'Not asked.';
  return (
    <div className={classes.row}>
      <span className={classes.name}>{visible(profile)}</span>
      {identity ? (
        <>
          <StateLabel state="connected" />
          <span className="mono">{identity.accountId}</span>
          <span className={classes.detail} title={identity.arn}>
            {visible(roleName(identity.arn))}
          </span>
        </>
      ) : (
        <>
          {wasCancelled ? <StateLabel state="not connected" tone="stopped" /> : <StateLabel state="failed" />}
          <span className={classes.wide}>{error}</span>
        </>
      )}
    </div>
  );
}
