import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouteOutput } from '../../../preload/contract/requests.ts';
import { plural, roleName } from '../../state/format.ts';
import { visible } from '../plan/words.ts';
import { StateLabel } from '../StateLabel.tsx';
import classes from './connect.module.css';

type ConnectResult = RouteOutput<'accounts.connect'>['results'][number];

interface Props {
  results: ConnectResult[];
  offer: ReactNode;
  doneLabel: string;
  onBack: () => void;
  onDone: () => void;
}

/** Who each profile is in AWS, or why that could not be learned. */
export function ConnectResults({ results, offer, doneLabel, onBack, onDone }: Props) {
  const good = results.filter((result) => result.identity !== null);
  return (
    <>
      <p className={classes.intro}>
        {good.length === results.length
          ? `${plural(good.length, 'profile')} connected, read-only.`
          : `${good.length} of ${plural(results.length, 'profile')} connected, read-only.`}
      </p>
      <div className={classes.list}>
        {results.map((result) => (
          <ResultRow key={result.profile} result={result} />
        ))}
      </div>
      {good.length > 0 && offer}
      <div className={classes.actions}>
        <Button disabled={good.length === 0} onClick={onDone} data-autofocus>
          {doneLabel}
        </Button>
        <Button variant="default" onClick={onBack}>
          Choose others
        </Button>
      </div>
    </>
  );
}

function ResultRow({ result: { profile, identity, error } }: { result: ConnectResult }) {
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
          <StateLabel state="failed" />
          <span className={classes.wide}>{error}</span>
        </>
      )}
    </div>
  );
}
