import { Button } from '@mantine/core';
import type { AppStatus, StorageHealth as Health, Job } from '../../../preload/contract/models.ts';
import { useRequest } from '../../api/queries.ts';
import { useBackupAge } from '../../api/useStanding.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Id } from '../../components/Id.tsx';
import { JobProgress } from '../../components/jobs/JobProgress.tsx';
import { useShownJob } from '../../components/jobs/useJobs.ts';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import { StateLabel } from '../../components/StateLabel.tsx';
import { EngineWaysOut } from '../../components/storage/EngineWaysOut.tsx';
import { engineName } from '../../components/storage/engineWords.ts';
import { count } from '../../state/format.ts';
import { navigate } from '../../state/nav.ts';
import classes from './settings.module.css';
import { keyHealthWords, lastBackupWords } from './words.ts';

const RESCUE: readonly Job['kind'][] = ['rescue'];

const megabytes = (mb: number) => (mb >= 1_024 ? `${(mb / 1_024).toFixed(1)} GB` : `${Math.ceil(mb)} MB`);

/** What holds the data, how much of it there is, and whether it is well. */
export function StorageHealth() {
  const { data: status } = useRequest('app.status', {});
  const { data: health, error, refetch, isFetching } = useRequest('app.health', {});
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!health || !status) return <TextSkeleton lines={5} />;
  const { engine } = status;
  const down = engine.state === 'failed' || engine.state === 'stopped';
  return (
    <>
      <HealthFacts status={status} health={health} />
      {down ? <EngineWaysOut engine={engine} /> : <RescueOutcome />}
      <Collections health={health} />
      {health.warnings.map((warning) => (
        <ErrorState key={warning} error={new Error(warning)} />
      ))}
      {status.backup.overdue && (
        <div className={classes.fault}>
          <ErrorState error={new Error('There is no good backup of the last 48 hours.')} />
          <Button variant="default" onClick={() => navigate('backup')}>
            Go to Backups
          </Button>
        </div>
      )}
      <Button variant="default" mt={12} loading={isFetching} onClick={() => void refetch()}>
        Check again
      </Button>
    </>
  );
}

/** What came of an engine that was put aside. */
function RescueOutcome() {
  const { job, dismiss } = useShownJob(RESCUE);
  return job && <JobProgress job={job} onDismiss={dismiss} />;
}

function HealthFacts({ status, health }: { status: AppStatus; health: Health }) {
  const { engine, workspace, backup, key } = status;
  const age = useBackupAge(backup);
  return (
    <Facts
      facts={[
        { label: 'Engine', value: engineName(engine) },
        { label: 'State', value: <StateLabel state={engine.state} /> },
        ...(engine.message ? [{ label: 'Says', value: engine.message }] : []),
        { label: 'Key', value: keyHealthWords(key) },
        { label: 'Last backup', value: lastBackupWords(age, health.s3Configured) },
        { label: 'On disk', value: megabytes(health.diskUsedMb) },
        { label: 'Free on the disk', value: megabytes(health.diskSpaceMb) },
        { label: 'Folder', value: <Id value={workspace.path} max={64} /> },
        ...health.setAside.map((path) => ({
          label: 'Set aside',
          value: (
            <>
              <Id value={path} max={64} /> could not be read; kept until you remove it
            </>
          ),
        })),
      ]}
    />
  );
}

function Collections({ health }: { health: Health }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Collection</th>
          <th scope="col">Points</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {health.collections.map((collection) => (
          <tr key={collection.name}>
            <td className="mono">{collection.name}</td>
            <td className="num">{collection.status === 'ready' ? count(collection.pointsCount) : '?'}</td>
            <td>
              <StateLabel state={collection.status} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
