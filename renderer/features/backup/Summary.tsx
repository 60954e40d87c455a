import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { BackupOverview } from '../../../preload/contract/models.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { useJobs, useKeepJob } from '../../components/jobs/useJobs.ts';
import { RecoveryKeyDialog } from '../../components/keys/RecoveryKeyDialog.tsx';
import { openRestore } from '../../components/restore/wizardStore.ts';
import { ago, exactTime } from '../../state/format.ts';
import { useNow } from '../../state/time.ts';
import { notify } from '../../state/toasts.ts';
import classes from './backup.module.css';
import { nextWords, placeWords, scheduleWords } from './words.ts';

/** The three answers a person comes for (how old, when next, where), and what can be done about them. */
export function Summary({ overview }: { overview: BackupOverview }) {
  const now = useNow(10_000);
  const { lastGoodAt, overdue, problem, settings } = overview;
  const s3 = settings.s3;
  return (
    <section className={classes.summary} aria-label="How the backups stand">
      <div className={classes.figures}>
        <div>
          <div className={classes.label}>Last good backup</div>
          <div className={classes.figure} data-warn={overdue || undefined}>
            {lastGoodAt ? ago(lastGoodAt, Math.max(now, Date.parse(lastGoodAt))) : 'none yet'}
          </div>
          <div className={classes.under}>
            {lastGoodAt ? exactTime(lastGoodAt) : 'Nothing could be restored'}
          </div>
        </div>
        <div>
          <div className={classes.label}>Next</div>
          <div className={classes.figure}>{nextWords(overview, now)}</div>
          <div className={classes.under}>{scheduleWords(settings)}</div>
        </div>
        <div className={classes.placeFigure}>
          <div className={classes.label}>Place</div>
          <div className={classes.place}>{placeWords(s3)}</div>
          <div className={classes.under}>
            {s3
              ? `${s3.region}, as ${s3.profile}${s3.endpoint ? `, at ${s3.endpoint}` : ''}`
              : 'Lost with the machine. Add a bucket below.'}
          </div>
        </div>
      </div>
      {overdue && (
        <Warning>
          No good backup for 48 hours.{' '}
          {problem ? 'The reason is below.' : 'Back up now, or see the last job.'}
        </Warning>
      )}
      {problem && <ErrorState error={new Error(problem)} />}
      <Actions />
    </section>
  );
}

function Warning({ children }: { children: React.ReactNode }) {
  return (
    <p className={classes.warning} role="status">
      <IconAlertTriangle size={16} stroke={1.75} aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}

function Actions() {
  const { running } = useJobs();
  const keep = useKeepJob();
  const create = useAction('backup.create', keep);
  const save = useAction('backup.export', keep);
  const recoveryMissing = useRequest('app.status', {}).data?.recoveryMissing ?? false;
  const [makingKey, setMakingKey] = useState(false);
  const error = create.error ?? save.error;
  const noSlot = error?.data?.code === 'KEY_ABSENT';
  return (
    <>
      {error && <ErrorState error={error} />}
      <div className={classes.actions}>
        <Button loading={create.isPending} disabled={running !== null} onClick={() => create.mutate({})}>
          Back up now
        </Button>
        <Button
          variant="default"
          loading={save.isPending}
          disabled={running !== null}
          onClick={() => save.mutate({})}
        >
          Export to a file
        </Button>
        <Button variant="default" disabled={running !== null} onClick={() => openRestore()}>
          Restore or import
        </Button>
        {(recoveryMissing || noSlot) && (
          <Button variant="default" onClick={() => setMakingKey(true)}>
            Make a recovery key
          </Button>
        )}
        {recoveryMissing && (
          <span className={classes.warnText}>
            Without a recovery key no other machine can open these backups.
          </span>
        )}
      </div>
      {makingKey && (
        <RecoveryKeyDialog
          onClose={() => setMakingKey(false)}
          onDone={() => {
            setMakingKey(false);
            create.reset();
            save.reset();
            notify('The recovery key is valid. The next backup carries it.');
          }}
        />
      )}
    </>
  );
}
