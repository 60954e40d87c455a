/** Words and numbers as the whole app writes them. Pure functions. */
import { databaseProduct } from '../../preload/contract/databases.ts';
import { type KnownType, ofType } from '../../preload/contract/models.ts';

const numbers = new Intl.NumberFormat('en');
export const count = (value: number): string => numbers.format(value);
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span of time in its largest whole unit: `12 s`, `4 min`, `3 h`, `9 d`. */
export function span(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** How long ago `iso` was, seen from `now` (ms). */
export function ago(iso: string, now: number): string {
  const passed = now - Date.parse(iso);
  if (Number.isNaN(passed)) return '?';
  return passed < 5 * SECOND ? 'just now' : `${span(passed)} ago`;
}

/** The same where the words around it say that it is an age: `22 min`, `now`. */
export function age(iso: string, now: number): string {
  const passed = now - Date.parse(iso);
  if (Number.isNaN(passed)) return '?';
  return passed < 5 * SECOND ? 'now' : span(passed);
}

const dateTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const exactTime = (iso: string): string =>
  Number.isNaN(Date.parse(iso)) ? iso : dateTime.format(new Date(iso));
export const clockTime = (iso: string): string =>
  Number.isNaN(Date.parse(iso)) ? iso : clock.format(new Date(iso));

const TYPE_NAMES: Partial<Record<KnownType, string>> = {
  ec2_instance: 'EC2 instance',
  ec2_volume: 'EBS volume',
  ec2_vpc: 'VPC',
  ec2_subnet: 'Subnet',
  ec2_security_group: 'Security group',
  s3_bucket: 'S3 bucket',
  lambda_function: 'Lambda function',
  elbv2_load_balancer: 'Load balancer',
  elbv2_target_group: 'Target group',
  dynamodb_table: 'DynamoDB table',
  sqs_queue: 'SQS queue',
};
/**
 * `engine` of a database, where it is known: DocumentDB and Neptune answer as RDS does and are not. A type that this
 * version does not know goes by its id.
 */
export function typeName(resourceType: string, engine?: unknown): string {
  if (resourceType === 'rds_instance') return `${databaseProduct(engine)} instance`;
  return ofType(TYPE_NAMES, resourceType) ?? resourceType.replaceAll('_', ' ');
}

const SERVICE_NAMES: Record<string, string> = {
  ec2: 'EC2',
  rds: 'RDS',
  s3: 'S3',
  lambda: 'Lambda',
  elbv2: 'ELB',
  dynamodb: 'DynamoDB',
  sqs: 'SQS',
};
export const serviceName = (service: string): string => SERVICE_NAMES[service] ?? service;

/** `1234…9012`: enough of an account id to know it again. */
export const shortAccount = (accountId: string): string => `${accountId.slice(0, 4)}…${accountId.slice(-4)}`;

/** `role/Admin` of an assumed-role ARN is `Admin`; a user's is its name; root stays root. */
export function roleName(arn: string): string {
  const resource = arn.split(':').slice(5).join(':');
  const parts = resource.split('/');
  if (parts[0] === 'assumed-role') return parts[1] ?? resource;
  return parts.at(-1) ?? resource;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** A size with three digits at most: `812 B`, `4.2 MB`, `118 GB`. */
export function bytes(size: number): string {
  let value = Math.max(0, size);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
