import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { AppStatus, Job, RescueOptions } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { navigate } from '../../state/nav.ts';
import { ConfirmDialog } from '../ConfirmDialog.tsx';
import { ErrorState } from '../ErrorState.tsx';
import { JobProgress } from '../jobs/JobProgress.tsx';
import { useJobs, useKeepJob, useShownJob } from '../jobs/useJobs.ts';
import { TextSkeleton } from '../Skeletons.tsx';
import { backupLine, rescueConsequence, rescueLabel } from './engineWords.ts';
import { RemoteKeyForm } from './RemoteKeyForm.tsx';
import classes from './storage.module.css';

const KINDS: readonly Job['kind'][] = ['rescue'];

/** An engine that does not run: each way out that exists, the mildest first. */
export function EngineWaysOut({ engine }: { engine: AppStatus['engine'] }) {
  const { running } = useJobs();
  const { job, dismiss } = useShownJob(KINDS);
  const retry = useAction('app.retry', (status) => cacheSync.setStatus(status));
  return (
    <div className={classes.ways}>
      {job && job.state !== 'done' && <JobProgress job={job} onDismiss={dismiss} />}
      {job?.state !== 'running' && (
        <>
          <section className={classes.way} aria-label="Start again">
            <p>
              Start the engine again. It changes nothing, and is enough when something else got in its way.
            </p>
            {retry.error && <ErrorState error={retry.error} />}
            <Button loading={retry.isPending} disabled={running !== null} onClick={() => retry.mutate({})}>
              Start it again
            </Button>
          </section>
          {engine.kind === 'remote' && <RemoteKeyForm disabled={running !== null} />}
          <Rebuild engine={engine} />
        </>
      )}
    </div>
  );
}

function Rebuild({ engine }: { engine: AppStatus['engine'] }) {
  const { data: options, error, refetch } = useRequest('storage.rescueOptions', {});
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!options) return <TextSkeleton lines={2} />;
  if (options.targets.length === 0) return null;
  return <RebuildForm engine={engine} options={options} onLookAgain={() => void refetch()} />;
}

interface FormProps {
  engine: AppStatus['engine'];
  options: RescueOptions;
  onLookAgain: () => void;
}

function RebuildForm({ engine, options: { targets, backups, problem }, onLookAgain }: FormProps) {
  const [chosen, setChosen] = useState(0);
  const [asking, setAsking] = useState<RescueOptions['targets'][number] | null>(null);
  const { running } = useJobs();
  const keep = useKeepJob();
  const rescue = useAction('storage.rescue', (job) => {
    keep(job);
    setAsking(null);
    // What came of it is said there, also when the workspace opens with it.
    navigate({ screen: 'settings', section: 'storage' });
  });
  const backup = backups[chosen] ?? null;
  const run = () => {
    if (!asking) return;
    const from = backup && { backupId: backup.backupId, place: backup.place };
    rescue.mutate({ to: asking, backup: from });
  };
  const label = asking ? rescueLabel(asking, backup !== null, engine.kind) : '';
  return (
    <section className={classes.way} aria-label="Rebuild">
      {problem !== null && <ErrorState error={new Error(problem)} onRetry={onLookAgain} />}
      {backup ? (
        <>
          <p>Or rebuild from a backup. The data that cannot be read is set aside and kept.</p>
          <NativeSelect
            label="Backup"
            value={String(chosen)}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
            data={backups.map((one, at) => ({ value: String(at), label: backupLine(one) }))}
          />
        </>
      ) : problem !== null ? (
        <p>Backups in the bucket could not be looked for, and there is no good one on this machine.</p>
      ) : (
        <p>
          There is no good backup to rebuild from. The data can be set aside and kept, and the workspace goes
          on empty: resources come back with the next scan, conversations do not.
        </p>
      )}
      <div className={classes.acts}>
        {targets.map((target) => (
          <Button
            key={target}
            variant="default"
            disabled={running !== null}
            onClick={() => {
              rescue.reset();
              setAsking(target);
            }}
          >
            {rescueLabel(target, backup !== null, engine.kind)}
          </Button>
        ))}
      </div>
      <ConfirmDialog
        opened={asking !== null}
        title={`${label}?`}
        confirmLabel={label}
        danger={backup === null}
        busy={rescue.isPending}
        error={rescue.error}
        onConfirm={run}
        onClose={() => setAsking(null)}
      >
        {asking && rescueConsequence(asking, backup, backups, engine)}
      </ConfirmDialog>
    </section>
  );
}
