import { Button } from '@mantine/core';
import type { AppStatus } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Id } from '../../components/Id.tsx';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import { StateLabel } from '../../components/StateLabel.tsx';
import { count } from '../../state/format.ts';
import { navigate } from '../../state/nav.ts';
import classes from './settings.module.css';

const ENGINES = { sqlite: 'SQLite, inside the app', qdrant: 'Qdrant, supervised by the app' };

const megabytes = (mb: number) => (mb >= 1_024 ? `${(mb / 1_024).toFixed(1)} GB` : `${Math.ceil(mb)} MB`);

/** What holds the data, how much of it there is, and whether it is well. */
export function StorageHealth() {
  const { data: status } = useRequest('app.status', {});
  const { data: health, error, refetch, isFetching } = useRequest('app.health', {});
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!health || !status) return <TextSkeleton lines={5} />;
  return (
    <>
      <Facts
        facts={[
          { label: 'Engine', value: ENGINES[health.engine] },
          { label: 'State', value: <StateLabel state={status.engine.state} /> },
          ...(status.engine.message ? [{ label: 'Says', value: status.engine.message }] : []),
          { label: 'On disk', value: megabytes(health.diskUsedMb) },
          { label: 'Free on the disk', value: megabytes(health.diskSpaceMb) },
          { label: 'Folder', value: <Id value={status.workspace.path} max={64} /> },
        ]}
      />
      <WaysOut engine={status.engine} />
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
              <td className="num">{count(collection.pointsCount)}</td>
              <td>
                <StateLabel state={collection.status} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {health.warnings.map((warning) => (
        <ErrorState key={warning} error={new Error(warning)} />
      ))}
      <Button variant="default" mt={12} loading={isFetching} onClick={() => void refetch()}>
        Check again
      </Button>
    </>
  );
}

/** An engine that does not run: each way out that exists, the mildest first. */
function WaysOut({ engine }: { engine: AppStatus['engine'] }) {
  const retry = useAction('app.retry', (status) => cacheSync.setStatus(status));
  if (engine.state !== 'failed' && engine.state !== 'stopped') return null;
  return (
    <div className={classes.ways}>
      <p>
        The engine is not running. Start it again; if it fails again, bring its data back from the last
        backup, or move to SQLite below.
      </p>
      {retry.error && <ErrorState error={retry.error} />}
      <div className={classes.acts}>
        <Button loading={retry.isPending} onClick={() => retry.mutate({})}>
          Start it again
        </Button>
        <Button variant="default" onClick={() => navigate('backup')}>
          Restore from a backup
        </Button>
      </div>
    </div>
  );
}
