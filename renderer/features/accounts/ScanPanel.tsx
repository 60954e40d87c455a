import { Button } from '@mantine/core';
import type { ScanRun } from '../../../preload/contract/models.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { useScanStanding } from '../../api/useStanding.ts';
import { Age } from '../../components/Age.tsx';
import { Bar } from '../../components/Bar.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { StateLabel } from '../../components/StateLabel.tsx';
import { count, plural, serviceName, span } from '../../state/format.ts';
import type { ScanStanding } from '../../state/scan.ts';
import { useTicking } from '../../state/time.ts';
import classes from './accounts.module.css';

/** The scan: start it, watch it per service, end it. */
export function ScanPanel() {
  const { data, error, refetch } = useRequest('scan.status', {});
  const start = useAction('scan.start');
  const cancel = useAction('scan.cancel');
  const { scan, endedAt } = useScanStanding();
  const run = data?.run ?? null;
  const running = run?.state === 'running' || run?.state === 'cancelling';
  return (
    <section aria-labelledby="scan-title">
      <div className={classes.head}>
        <h2 id="scan-title" className="section-title">
          Scan
        </h2>
        {scan && scan.how !== 'never' && <Summary scan={scan} endedAt={endedAt} run={run} />}
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
      {run?.message && (
        <p className={classes.runMessage} data-reason={scan?.how === 'nothing' || undefined}>
          {run.message}
        </p>
      )}
      {scan && !(scan.how === 'nothing' && run?.message) && <Reasons scan={scan} />}
      {scan && scan.how !== 'never' && <ServiceProgress scan={scan} />}
      {scan?.how === 'never' && (
        <p className="soft">No scan has run yet. It reads only; nothing in AWS is changed.</p>
      )}
    </section>
  );
}

interface Standing {
  scan: ScanStanding;
  /** When the last run ended. */
  endedAt: string | null;
}

function Summary({ scan, endedAt, run }: Standing & { run: ScanRun | null }) {
  const running = scan.how === 'running' || scan.how === 'cancelling';
  const since = useTicking((now) => run && span(now - Date.parse(run.startedAt)));
  return (
    <span className={classes.summary}>
      <StateLabel state={scan.word} tone={scan.tone} />
      <span className="num">
        {count(scan.read)}/{plural(scan.total, 'cell')}
      </span>
      <span className="num">{plural(scan.found, 'resource')}</span>
      {run && run.removed > 0 && <span className="num">{count(run.removed)} removed</span>}
      {scan.problems > 0 && <span className={classes.failed}>{plural(scan.problems, 'problem')}</span>}
      <span className="num">{running ? since : <Age iso={endedAt} />}</span>
    </span>
  );
}

/** What stood in the way, once for all the cells it was said of. */
function Reasons({ scan: { reasons, problems } }: { scan: ScanStanding }) {
  const [first, ...others] = reasons;
  if (!first) return null;
  const rest = others.reduce((sum, { parts }) => sum + parts, 0);
  return (
    <p className={classes.runMessage} data-reason>
      {first.parts === problems ? '' : `${count(first.parts)} of ${plural(problems, 'problem')}: `}
      {first.text}
      {rest > 0 && ` Others are listed under Coverage.`}
    </p>
  );
}

/** Every service has its line from the start, so that nothing moves while counts rise. */
function ServiceProgress({ scan }: { scan: ScanStanding }) {
  const running = scan.how === 'running' || scan.how === 'cancelling';
  return (
    <ul className={classes.services} aria-label="Services">
      {scan.services.map(({ service, found, read, total }) => (
        <li key={service} className={classes.service}>
          <span>{serviceName(service)}</span>
          <Bar
            percent={(100 * read) / Math.max(1, total)}
            color={running ? 'accent' : 'gray'}
            label={`${serviceName(service)}: ${read} of ${total} cells`}
          />
          <span className="soft num">
            {read}/{total}
          </span>
          <span className={classes.found}>{count(found)}</span>
        </li>
      ))}
    </ul>
  );
}
