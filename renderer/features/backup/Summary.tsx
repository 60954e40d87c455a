import { Button } from '@mantine/core';
import { useState } from 'react';
import type { AppStatus, BackupOverview } from '../../../preload/contract/models.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { useBackupAge } from '../../api/useStanding.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { useJobs, useKeepJob } from '../../components/jobs/useJobs.ts';
import { RecoveryKeyDialog } from '../../components/keys/RecoveryKeyDialog.tsx';
import { openRestore } from '../../components/restore/wizardStore.ts';
import { exactTime } from '../../state/format.ts';
import { useTicking } from '../../state/time.ts';
import { notify } from '../../state/toasts.ts';
import { BackUpNow } from './BackUpNow.tsx';
import classes from './backup.module.css';
import { Notice } from './Notice.tsx';
import { lastGoodByPart, nextWords, overdueWords, placeWords, scheduleWords } from './words.ts';

/** The three answers a person comes for (how old, when next, where), and what can be done about them. */
export function Summary({ overview, status }: { overview: BackupOverview; status: AppStatus }) {
  const { backup } = status;
  const { sample } = status.workspace;
  const { problem, settings, warnings } = overview;
  const { lastGoodAt } = backup;
  const age = useBackupAge(backup);
  const overdue = useTicking((now) => overdueWords(overview, now));
  const next = useTicking((now) => nextWords(overview, now));
  const byPart = useTicking((now) => lastGoodByPart(overview, now).join('\n'));
  return (
    <section className={classes.summary} aria-label="How the backups stand">
      <div className={classes.figures}>
        <div>
          <div className={classes.label}>Last good backup</div>
          <div className={classes.figure} data-warn={overdue !== null || undefined}>
            {age ?? 'none yet'}
          </div>
          <div className={classes.under}>
            {byPart || (lastGoodAt ? exactTime(lastGoodAt) : 'Nothing could be restored')}
          </div>
        </div>
        <div>
          <div className={classes.label}>Next</div>
          <div className={classes.figure}>{next}</div>
          <div className={classes.under}>{scheduleWords(settings)}</div>
        </div>
        <div className={classes.placeFigure}>
          <div className={classes.label}>Place</div>
          <div className={classes.place}>{placeWords(settings.s3)}</div>
          <div className={classes.under}>{placeNote(settings.s3, sample)}</div>
        </div>
      </div>
      {overdue && (
        <Notice>
          {overdue} {problem ? 'The reason is below.' : 'Back up now, or see the last job.'}
        </Notice>
      )}
      {problem && <ErrorState error={new Error(problem)} />}
      {warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      <Actions />
    </section>
  );
}

function placeNote(s3: BackupOverview['settings']['s3'], sample: boolean): string {
  if (s3) return `${s3.region}, as ${s3.profile}${s3.endpoint ? `, at ${s3.endpoint}` : ''}`;
  return sample
    ? 'For trying it out: the sample is made up, and can be made anew.'
    : 'Lost with the machine. Add a bucket below.';
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
        <BackUpNow
          busy={create.isPending}
          disabled={running !== null}
          onCreate={(parts) => create.mutate(parts ? { parts } : {})}
        />
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
