import { Button, Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BackupSettings } from '../../../preload/contract/models.ts';
import { queryKey, useAction } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { BucketFields } from './BucketFields.tsx';
import classes from './backup.module.css';
import { type ConfigForm, configProblems, toForm, toSettings } from './configForm.ts';
import { Policies } from './Policies.tsx';
import { ScheduleFields } from './ScheduleFields.tsx';

/** How often, for how long, and where. A bucket is tried before it is kept. */
export function ConfigSection({ settings, sample }: { settings: BackupSettings; sample: boolean }) {
  const client = useQueryClient();
  const [edited, setEdited] = useState<ConfigForm | null>(null);
  const [tried, setTried] = useState(false);
  const save = useAction('backup.configure', (overview) => {
    client.setQueryData(queryKey('backup.overview', {}), overview);
    setEdited(null);
    setTried(false);
  });
  const form = edited ?? toForm(settings);
  const problems = configProblems(form);
  const change = (patch: Partial<ConfigForm>) => {
    setEdited({ ...form, ...patch });
    save.reset();
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(problems).length === 0) save.mutate({ patch: toSettings(form) });
  };
  const shown = tried ? problems : {};
  return (
    <section aria-labelledby="config-title">
      <h2 id="config-title" className={`section-title ${classes.sectionTitle}`}>
        Schedule and place
      </h2>
      <form
        className={classes.config}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <ScheduleFields form={form} problems={shown} onChange={change} />
        {sample ? (
          <p className="soft">
            The sample's backups stay on this machine. Your own workspace keeps them in S3 too.
          </p>
        ) : (
          <Switch
            label="Also keep backups in S3"
            description="Any S3-compatible store. What is sent is encrypted before it leaves this machine."
            checked={form.useS3}
            onChange={(event) => change({ useS3: event.currentTarget.checked })}
          />
        )}
        {form.useS3 && <BucketFields form={form} problems={shown} onChange={change} />}
        {save.error && <ErrorState error={save.error} />}
        <div className={classes.actions}>
          <Button type="submit" disabled={edited === null} loading={save.isPending}>
            {form.useS3 ? 'Check the bucket and save' : 'Save'}
          </Button>
          {edited && (
            <Button
              variant="default"
              disabled={save.isPending}
              onClick={() => {
                setEdited(null);
                setTried(false);
                save.reset();
              }}
            >
              Discard
            </Button>
          )}
        </div>
      </form>
      {form.useS3 && problems.bucket === undefined && <Policies bucket={form.bucket.trim()} />}
    </section>
  );
}
