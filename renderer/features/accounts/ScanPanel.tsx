import { Button, Progress } from '@mantine/core';
import type { ScanRun } from '../../../preload/contract/models.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { Age } from '../../components/Age.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { StateLabel } from '../../components/StateLabel.tsx';
import { count, plural, serviceName, span } from '../../state/format.ts';
import { useNow } from '../../state/time.ts';
import classes from './accounts.module.css';

/** The scan: start it, watch it per service, end it. */
export function ScanPanel() {
  const { data, error, refetch } = useRequest('scan.status', {});
  const start = useAction('scan.start');
  const cancel = useAction('scan.cancel');
  const run = data?.run ?? null;
  const running = run?.state === 'running' || run?.state === 'cancelling';
  return (
    <section aria-labelledby="scan-title">
      <div className={classes.head}>
        <h2 id="scan-title" className="section-title">
          Scan
        </h2>
        {run && <RunSummary run={run} />}
        <span className={classes.space} />
        {running ? (
          <Button
            variant="default"
            loading={cancel.isPending || run.state === 'cancelling'}
            onClick={() => cancel.mutate({ runId: run.runId })}
          >
            Cancel
          </Button>
        ) : (
          <Button loading={start.isPending} onClick={() => start.mutate({})}>
            Scan now
          </Button>
        )}
      </div>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {start.error && <ErrorState error={start.error} />}
      {cancel.error && <ErrorState error={cancel.error} />}
      {run?.message && <p className={classes.runMessage}>{run.message}</p>}
      {run && <ServiceProgress run={run} />}
      {data && !run && <p className="soft">No scan has run yet. It reads only; nothing in AWS is changed.</p>}
    </section>
  );
}

function RunSummary({ run }: { run: ScanRun }) {
  const now = useNow();
  const running = run.finishedAt === null;
  return (
    <span className={classes.summary}>
      <StateLabel state={run.state} tone={run.state === 'running' ? 'pending' : undefined} />
      <span className="num">
        {run.cellsDone}/{run.cellsTotal} cells
      </span>
      <span className="num">{plural(run.found, 'resource')}</span>
      {run.removed > 0 && <span className="num">{count(run.removed)} removed</span>}
      {run.cellsFailed > 0 && <span className={classes.failed}>{plural(run.cellsFailed, 'problem')}</span>}
      <span className="num">
        {running ? span(now - Date.parse(run.startedAt)) : <Age iso={run.finishedAt} />}
      </span>
    </span>
  );
}

/** Every service has its line from the start, so that nothing moves while counts rise. */
function ServiceProgress({ run }: { run: ScanRun }) {
  return (
    <ul className={classes.services} aria-label="Services">
      {run.services.map(({ service, found, done, total }) => (
        <li key={service} className={classes.service}>
          <span>{serviceName(service)}</span>
          <Progress
            size="sm"
            radius="sm"
            value={(100 * done) / Math.max(1, total)}
            color={run.finishedAt === null ? 'accent' : 'gray'}
            transitionDuration={0}
            aria-label={`${serviceName(service)}: ${done} of ${total} cells`}
          />
          <span className="soft num">
            {done}/{total}
          </span>
          <span className={classes.found}>{count(found)}</span>
        </li>
      ))}
    </ul>
  );
}
