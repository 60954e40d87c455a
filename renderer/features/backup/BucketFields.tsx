import { Autocomplete, TextInput } from '@mantine/core';
import { useRequest } from '../../api/queries.ts';
import classes from './backup.module.css';
import type { FieldsProps } from './configForm.ts';

/** Which bucket, reached how, and for how long backups stay in it. */
export function BucketFields({ form, problems, onChange }: FieldsProps) {
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
