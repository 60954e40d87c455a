import type { BackupSettings } from '../../../preload/contract/models.ts';

/** What the person is typing about backups: text until it is saved. */
export interface ConfigForm {
  auto: boolean;
  intervalHours: string;
  localRetentionDays: string;
  s3RetentionDays: string;
  useS3: boolean;
  bucket: string;
  region: string;
  profile: string;
  endpoint: string;
  kmsKeyId: string;
}
export type ConfigProblems = Partial<Record<keyof ConfigForm, string>>;

export function toForm(settings: BackupSettings): ConfigForm {
  const { s3 } = settings;
  return {
    auto: settings.auto,
    intervalHours: String(settings.intervalHours),
    localRetentionDays: String(settings.localRetentionDays),
    s3RetentionDays: String(settings.s3RetentionDays),
    useS3: s3 !== null,
    bucket: s3?.bucket ?? '',
    region: s3?.region ?? '',
    profile: s3?.profile ?? '',
    endpoint: s3?.endpoint ?? '',
    kmsKeyId: s3?.kmsKeyId ?? '',
  };
}

export const toSettings = (form: ConfigForm): BackupSettings => ({
  auto: form.auto,
  intervalHours: Number(form.intervalHours),
  localRetentionDays: Number(form.localRetentionDays),
  s3RetentionDays: Number(form.s3RetentionDays),
  s3: form.useS3
    ? {
        bucket: form.bucket.trim(),
        region: form.region.trim(),
        profile: form.profile.trim(),
        endpoint: form.endpoint.trim() || null,
        kmsKeyId: form.kmsKeyId.trim() || null,
      }
    : null,
});

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What cannot be saved, by field, in words. Empty = it can. */
export function configProblems(form: ConfigForm): ConfigProblems {
  const problems: ConfigProblems = {};
  const within = (
    field: 'intervalHours' | 'localRetentionDays' | 's3RetentionDays',
    max: number,
    unit: string,
  ) => {
    const value = Number(form[field]);
    if (form[field].trim() === '' || !Number.isInteger(value) || value < 1 || value > max)
      problems[field] = `A whole number of ${unit} from 1 to ${max}.`;
  };
  within('intervalHours', 720, 'hours');
  within('localRetentionDays', 365, 'days');
  if (!form.useS3) return problems;
  within('s3RetentionDays', 3_650, 'days');
  if (!BUCKET.test(form.bucket.trim()))
    problems.bucket = 'A bucket name has 3 to 63 lower-case letters, digits, dots and hyphens.';
  if (form.region.trim() === '') problems.region = 'The region the bucket is in, such as us-west-2.';
  if (form.profile.trim() === '') problems.profile = 'Choose the profile that writes to the bucket.';
  const endpoint = form.endpoint.trim();
  if (endpoint !== '' && !/^https?:\/\/[^/\s]+/.test(endpoint))
    problems.endpoint = 'An endpoint is written like https://minio.example.com:9000.';
  return problems;
}
