import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './restore.module.css';
import { stepBefore, type Wizard } from './wizard.ts';
import { closeRestore, patchWizard } from './wizardStore.ts';

interface Props {
  wizard: Wizard;
  /** The way on, by its own name. */
  next: ReactNode;
  busy?: boolean;
}

/** The way on, the way back with everything kept, and the way out with everything dropped. */
export function StepFoot({ wizard, next, busy = false }: Props) {
  const before = stepBefore(wizard);
  return (
    <div className={classes.foot}>
      {next}
      {before && (
        <Button variant="default" disabled={busy} onClick={() => patchWizard({ step: before })}>
          Back
        </Button>
      )}
      <span className={classes.space} />
      <Button variant="subtle" color="gray" disabled={busy} onClick={closeRestore}>
        Leave
      </Button>
    </div>
  );
}
