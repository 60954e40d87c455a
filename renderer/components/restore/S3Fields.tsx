import { Autocomplete, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { useRequest } from '../../api/queries.ts';
import classes from './restore.module.css';
import type { PlaceProblems, S3Form } from './wizard.ts';

interface Props {
  s3: S3Form;
  problems: PlaceProblems;
  onChange: (s3: S3Form) => void;
}

/** A bucket of AWS or of any S3-compatible store, and who may read it. */
export function S3Fields({ s3, problems, onChange }: Props) {
  const text = (field: Exclude<keyof S3Form, 'access'>) => ({
    value: s3[field],
    error: problems[field],
    spellCheck: false,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      onChange({ ...s3, [field]: event.currentTarget.value }),
  });
  return (
    <div className={classes.fields}>
      <TextInput label="Bucket" placeholder="my-cloudops-backups" data-autofocus {...text('bucket')} />
      <TextInput label="Region" placeholder="us-west-2" {...text('region')} />
      <TextInput
        className={classes.wide}
        label="Endpoint"
        description="For a store that is not AWS; empty for AWS."
        placeholder="https://minio.example.com:9000"
        {...text('endpoint')}
      />
      <div className={classes.wide}>
        <SegmentedControl
          aria-label="Access"
          data={[
            { value: 'profile', label: 'A profile of ~/.aws' },
            { value: 'keys', label: 'Keys typed here' },
          ]}
          value={s3.access}
          onChange={(access) => onChange({ ...s3, access })}
        />
      </div>
      {s3.access === 'profile' ? (
        <ProfileField s3={s3} problem={problems.profile} onChange={onChange} />
      ) : (
        <>
          <TextInput label="Access key id" autoComplete="off" {...text('accessKeyId')} />
          <PasswordInput
            label="Secret access key"
            size="xs"
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the secret access key' }}
            {...text('secretAccessKey')}
          />
          <PasswordInput
            className={classes.wide}
            label="Session token"
            size="xs"
            autoComplete="off"
            description="Only with temporary keys. Typed keys stay in memory and are dropped when you leave."
            visibilityToggleButtonProps={{ 'aria-label': 'Show the session token' }}
            {...text('sessionToken')}
          />
        </>
      )}
    </div>
  );
}

function ProfileField({ s3, problem, onChange }: { problem: string | undefined } & Omit<Props, 'problems'>) {
  const { data } = useRequest('profiles.list', {});
  const names = data?.profiles.filter(({ supported }) => supported).map(({ name }) => name) ?? [];
  return (
    <Autocomplete
      className={classes.wide}
      label="Profile"
      description="It needs to list and read the bucket, nothing more."
      size="xs"
      placeholder={names.length > 0 ? 'Choose or type a name' : 'default'}
      data={names}
      value={s3.profile}
      error={problem}
      onChange={(profile) => onChange({ ...s3, profile })}
    />
  );
}
