import { Button, Radio } from '@mantine/core';
import { useEffect } from 'react';
import { useAction, useRequest } from '../../api/queries.ts';
import { ErrorState } from '../ErrorState.tsx';
import { useKeepJob } from '../jobs/useJobs.ts';
import classes from './restore.module.css';
import { StepFoot } from './StepFoot.tsx';
import { secretOf, toSource, type Wizard, wantedBackups } from './wizard.ts';
import { patchWizard } from './wizardStore.ts';

const MODES = [
  {
    value: 'replace',
    label: 'Replace',
    text: 'The chosen parts become exactly as they are in the backup; what is here now of those parts is put aside first as a backup.',
  },
  {
    value: 'merge',
    label: 'Merge',
    text: 'What only one side has is kept; where both have a record, the newer one stays, and what was deleted here stays deleted.',
  },
] as const;

/** The last question; the button says what it will do. */
export function ModeStep({ wizard }: { wizard: Wizard }) {
  const { data: status } = useRequest('app.status', {});
  const keep = useKeepJob();
  const run = useAction('restore.run', (job) => {
    keep(job);
    patchWizard({ jobId: job.jobId, step: 'run' });
  });
  const { reset } = run;
  useEffect(() => reset, [reset]);
  const empty =
    status !== undefined && (status.phase !== 'ready' || (!status.onboarded && status.resources === 0));
  const mode = empty ? 'replace' : wizard.mode;
  const start = () => {
    const { chosen } = wizard;
    const [first, ...others] = wantedBackups(wizard);
    if (!chosen || !first) return;
    const { installId } = chosen;
    run.mutate({ source: toSource(wizard), installId, ...first, others, secret: secretOf(wizard), mode });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <fieldset className={classes.modes}>
        <legend className="visually-hidden">Replace or merge</legend>
        {MODES.map(({ value, label, text }) => (
          <Radio
            key={value}
            size="xs"
            name="mode"
            classNames={{ root: classes.mode ?? '' }}
            label={label}
            description={value === 'merge' && empty ? 'There is nothing here yet to merge with.' : text}
            disabled={value === 'merge' && empty}
            checked={mode === value}
            onChange={() => patchWizard({ mode: value })}
          />
        ))}
      </fieldset>
      <p className={classes.text}>
        Everything is verified aside before anything is swapped; until then, what is here stays as it is.
      </p>
      {run.error && <ErrorState error={run.error} />}
      <StepFoot
        wizard={wizard}
        busy={run.isPending}
        next={
          <Button type="submit" loading={run.isPending}>
            {mode === 'replace' ? 'Replace with the backup' : 'Merge the backup in'}
          </Button>
        }
      />
    </form>
  );
}
