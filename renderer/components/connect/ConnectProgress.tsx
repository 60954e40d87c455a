import { Button, Progress } from '@mantine/core';
import type { ConnectResult } from '../../../preload/contract/models.ts';
import { plural } from '../../state/format.ts';
import { visible } from '../plan/words.ts';
import { StateLabel } from '../StateLabel.tsx';
import classes from './connect.module.css';
import { ResultRow } from './ConnectResults.tsx';
import { RowList } from './RowList.tsx';
import { StepIntro } from './StepIntro.tsx';
import type { ConnectRun } from './useConnecting.ts';

interface Props {
  run: ConnectRun;
  onCancel: () => void;
}

/** Who has been asked so far, and a way out. */
export function ConnectProgress({ run, onCancel }: Props) {
  const { names, results, state } = run;
  const isCancelling = state === 'cancelling';
  const failed = [...results.values()].filter(({ identity }) => identity === null).length;
  return (
    <>
      <StepIntro>
        {isCancelling ? 'Cancelling. What AWS has answered is kept.' : 'Asking AWS who each profile is.'}
      </StepIntro>
      <div className={classes.progress}>
        <Progress
          size="sm"
          radius="sm"
          value={(results.size / names.length) * 100}
          transitionDuration={0}
          aria-label="Connecting profiles"
        />
        <span className={classes.counts}>
          {results.size.toLocaleString('en')} of {plural(names.length, 'profile')}
          {failed > 0 && `, ${failed.toLocaleString('en')} failed`}
        </span>
      </div>
      <RowList
        label="Profiles being connected"
        items={names}
        keyOf={(name) => name}
        row={(name) => <Row name={name} result={results.get(name)} />}
      />
      <div className={classes.actions}>
        <Button variant="default" disabled={isCancelling} onClick={onCancel}>
          {isCancelling ? 'Cancelling' : 'Cancel'}
        </Button>
        <span className={classes.hint}>A profile is given up after ten seconds without an answer.</span>
      </div>
    </>
  );
}

function Row({ name, result }: { name: string; result: ConnectResult | undefined }) {
  if (result) return <ResultRow result={result} />;
  return (
    <div className={classes.row}>
      <span className={classes.name}>{visible(name)}</span>
      <StateLabel state="waiting" tone="stopped" />
    </div>
  );
}
