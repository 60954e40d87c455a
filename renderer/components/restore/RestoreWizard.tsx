import { useEffect } from 'react';
import type { Job } from '../../../preload/contract/models.ts';
import { useJobs } from '../jobs/useJobs.ts';
import { PageTitle } from '../PageTitle.tsx';
import { InsideStep } from './InsideStep.tsx';
import { InstallStep } from './InstallStep.tsx';
import { ModeStep } from './ModeStep.tsx';
import { PlaceStep } from './PlaceStep.tsx';
import { RunStep } from './RunStep.tsx';
import classes from './restore.module.css';
import { SecretStep } from './SecretStep.tsx';
import { type Step, stepsOf, type Wizard } from './wizard.ts';
import { showRestore, useWizard } from './wizardStore.ts';

const NAMES: Record<Step, string> = {
  place: 'Where it is',
  install: 'Which backup',
  secret: 'Your key',
  inside: 'What is inside',
  mode: 'How',
  run: 'Restore',
};

const TITLES: Record<Exclude<Step, 'run'>, string> = {
  place: 'Where is the backup?',
  install: 'Which backup?',
  secret: 'Open it with your key',
  inside: 'What is inside',
  mode: 'Replace or merge?',
};

const RUN_TITLES: Record<Job['state'], string> = {
  running: 'Restoring',
  done: 'Restored',
  failed: 'Not restored',
  cancelled: 'Not restored',
};

/** From a place to verified counts: one question a page, with a way back from each. */
export function RestoreWizard({ wizard }: { wizard: Wizard }) {
  const { step } = wizard;
  const { jobs } = useJobs();
  const state = jobs.find(({ jobId }) => jobId === wizard.jobId)?.state ?? 'running';
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <p className={classes.product}>CloudOps · Restore from a backup</p>
        <Steps wizard={wizard} />
        <PageTitle className={classes.title} name={step === 'run' ? RUN_TITLES[state] : TITLES[step]} />
        <Body wizard={wizard} />
      </div>
    </main>
  );
}

function Steps({ wizard }: { wizard: Wizard }) {
  const steps = stepsOf(wizard);
  const at = steps.indexOf(wizard.step);
  return (
    <ol className={classes.steps} aria-label="Steps">
      {steps.map((step, index) => (
        <li
          key={step}
          className={classes.step}
          data-done={index < at || undefined}
          aria-current={index === at ? 'step' : undefined}
        >
          {NAMES[step]}
        </li>
      ))}
    </ol>
  );
}

function Body({ wizard }: { wizard: Wizard }) {
  switch (wizard.step) {
    case 'place':
      return <PlaceStep wizard={wizard} />;
    case 'install':
      return <InstallStep wizard={wizard} />;
    case 'secret':
      return <SecretStep wizard={wizard} />;
    case 'inside':
      return <InsideStep wizard={wizard} />;
    case 'mode':
      return <ModeStep wizard={wizard} />;
    case 'run':
      return <RunStep wizard={wizard} />;
  }
}

/** After a reload of the page in mid-restore: back to its progress, wherever the app stands meanwhile. */
export function useRunningRestore(): void {
  const { running } = useJobs();
  const open = useWizard((state) => state.wizard !== null);
  const jobId = running?.kind === 'restore' || running?.kind === 'import' ? running.jobId : null;
  useEffect(() => {
    if (jobId && !open) showRestore(jobId);
  }, [jobId, open]);
}
