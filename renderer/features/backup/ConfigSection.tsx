import { Autocomplete, Button, Switch, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BackupSettings } from '../../../preload/contract/models.ts';
import { queryKey, useAction, useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import classes from './backup.module.css';
import { type ConfigForm, type ConfigProblems, configProblems, toForm, toSettings } from './configForm.ts';
import { Policies } from './Policies.tsx';

type Change = (patch: Partial<ConfigForm>) => void;

/** How often, for how long, and where. A bucket is tried before it is kept. */
export function ConfigSection({ settings }: { settings: BackupSettings }) {
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
  const change: Change = (patch) => {
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
        <Switch
          label="Also keep backups in S3"
          description="Any S3-compatible store. What is sent is encrypted before it leaves this machine."
          checked={form.useS3}
          onChange={(event) => change({ useS3: event.currentTarget.checked })}
        />
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

interface FieldsProps {
  form: ConfigForm;
  problems: ConfigProblems;
  onChange: Change;
}

function ScheduleFields({ form, problems, onChange }: FieldsProps) {
  const number = (field: 'intervalHours' | 'localRetentionDays') => ({
    inputMode: 'numeric' as const,
    value: form[field],
    error: problems[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      onChange({ [field]: event.currentTarget.value }),
  });
  return (
    <div className={classes.fields}>
      <Switch
        className={classes.wide}
        label="Back up by itself"
        description="Catches up once after the machine was off or asleep."
        checked={form.auto}
        onChange={(event) => onChange({ auto: event.currentTarget.checked })}
      />
      <TextInput label="Every (hours)" {...number('intervalHours')} disabled={!form.auto} />
      <TextInput label="Keep on this machine (days)" {...number('localRetentionDays')} />
    </div>
  );
}

function BucketFields({ form, problems, onChange }: FieldsProps) {
  const { data } = useRequest('profiles.list', {});
  const names = data?.profiles.filter(({ supported }) => supported).map(({ name }) => name) ?? [];
  const text = (field: 'bucket' | 'region' | 'endpoint' | 'kmsKeyId' | 's3RetentionDays') => ({
    spellCheck: false,
    value: form[field],
    error: problems[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      onChange({ [field]: event.currentTarget.value }),
  });
  return (
    <div className={classes.fields}>
      <TextInput label="Bucket" placeholder="my-cloudops-backups" {...text('bucket')} />
      <TextInput label="Region" placeholder="us-west-2" {...text('region')} />
      <Autocomplete
        label="Profile"
        size="xs"
        data={names}
        value={form.profile}
        error={problems.profile}
        onChange={(profile) => onChange({ profile })}
      />
      <TextInput label="Keep in S3 (days)" inputMode="numeric" {...text('s3RetentionDays')} />
      <TextInput
        label="Endpoint"
        description="For a store that is not AWS; empty for AWS."
        placeholder="https://minio.example.com:9000"
        {...text('endpoint')}
      />
      <TextInput
        label="KMS key"
        description="Id or ARN; empty for the bucket's own encryption."
        {...text('kmsKeyId')}
      />
    </div>
  );
}
