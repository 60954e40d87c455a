import { BACKUP_PARTS, type BackupPart, type BackupSettings } from '../../../preload/contract/models.ts';
import { sameInterval } from './words.ts';

/** What the person is typing about backups: text until it is saved. */
export interface ConfigForm {
  auto: boolean;
  /** Each part has an interval of its own; else `chat_history`'s is that of all. */
  apart: boolean;
  chat_history: string;
  aws_estate: string;
  state: string;
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
/** Of a group of its fields. */
export interface FieldsProps {
  form: ConfigForm;
  problems: ConfigProblems;
  onChange: (patch: Partial<ConfigForm>) => void;
}

export function toForm(settings: BackupSettings): ConfigForm {
  const { s3 } = settings;
  return {
    auto: settings.auto,
    apart: !sameInterval(settings),
    chat_history: String(settings.intervalHours.chat_history),
    aws_estate: String(settings.intervalHours.aws_estate),
    state: String(settings.intervalHours.state),
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
  intervalHours: {
    chat_history: Number(form.chat_history),
    aws_estate: Number(form.apart ? form.aws_estate : form.chat_history),
    state: Number(form.apart ? form.state : form.chat_history),
  },
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

/** The intervals that are asked: one for all, or one for each part. */
const intervalFields = ({ apart }: Pick<ConfigForm, 'apart'>): readonly BackupPart[] =>
  apart ? BACKUP_PARTS : ['chat_history'];

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What cannot be saved, by field, in words. Empty = it can. */
export function configProblems(form: ConfigForm): ConfigProblems {
  const problems: ConfigProblems = {};
  const within = (
    field: BackupPart | 'localRetentionDays' | 's3RetentionDays',
    max: number,
    unit: string,
  ) => {
    const value = Number(form[field]);
    if (form[field].trim() === '' || !Number.isInteger(value) || value < 1 || value > max)
      problems[field] = `A whole number of ${unit} from 1 to ${max}.`;
  };
  for (const part of intervalFields(form)) within(part, 720, 'hours');
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
