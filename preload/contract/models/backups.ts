import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { Iso, Path } from './common.ts';
import { SLOT_KINDS } from './keys.ts';

/** Long work: its id is answered at once, its progress comes by event, and it can be cancelled. */
export const Job = z.object({
  jobId: z.string(),
  kind: z.enum([
    'backup',
    'prove',
    'restore',
    'export',
    'import',
    'reencrypt',
    'rebuild_index_key',
    'move_engine',
    'rescue',
    'forget_account',
    'delete_all',
    'cleanup',
  ]),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** What it is doing now, in words. */
  step: z.string(),
  done: z.number(),
  /** Null while not yet known. */
  total: z.number().nullable(),
  unit: z.enum(['records', 'bytes', 'steps']),
  startedAt: Iso,
  finishedAt: Iso.nullable(),
  error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
  /** What came of it, in words with verified counts. */
  result: z.string().nullable(),
  /** The backup that it made, proved or restored. */
  backupId: z.string().nullable(),
  /** Of an export for a browser: the one-time path the finished file is fetched from. */
  download: z.string().nullable().optional(),
});
export type Job = z.infer<typeof Job>;

export const S3Place = z.object({
  bucket: z.string().min(3).max(63),
  region: z.string(),
  /** The profile that reaches it. */
  profile: z.string(),
  /** For S3-compatible stores; null = AWS. */
  endpoint: z.string().nullable(),
  kmsKeyId: z.string().nullable(),
});
export type S3Place = z.infer<typeof S3Place>;

export const BACKUP_PARTS = ['chat_history', 'aws_estate', 'state'] as const;
export const BackupPart = z.enum(BACKUP_PARTS);
export type BackupPart = z.infer<typeof BackupPart>;
const Hours = z
  .number()
  .int()
  .min(1)
  .max(24 * 30);
export const BackupSettings = z.object({
  s3: S3Place.nullable(),
  auto: z.boolean(),
  /** How often each part is backed up by itself. */
  intervalHours: z.object({ chat_history: Hours, aws_estate: Hours, state: Hours }),
  s3RetentionDays: z.number().int().min(1).max(3_650),
  localRetentionDays: z.number().int().min(1).max(365),
});
export type BackupSettings = z.infer<typeof BackupSettings>;
export const DEFAULT_BACKUP_SETTINGS: BackupSettings = {
  s3: null,
  auto: true,
  intervalHours: { chat_history: 24, aws_estate: 24, state: 24 },
  s3RetentionDays: 30,
  localRetentionDays: 7,
};

export const BackupInfo = z.object({
  backupId: z.string(),
  installId: z.string(),
  createdAt: Iso,
  place: z.enum(['local', 's3']),
  /** Whole size of its objects in bytes. */
  sizeBytes: z.number(),
  /** What it holds; empty where its manifest cannot be read. */
  parts: z.array(BackupPart),
  /** Records by part; 0 for a part that it does not hold. */
  counts: z.record(BackupPart, z.number().int()),
  /** Conversations among the records of `chat_history`; null where the backup does not say. */
  conversations: z.number().int().nullable().optional(),
  /** Which of them open it; absent where its manifest cannot be read. */
  opensWith: z.array(z.enum(SLOT_KINDS)).optional(),
  formatVersion: z.number().int(),
  appVersion: z.string(),
  /** `verified`: read back whole after writing, or proved since. */
  state: z.enum(['verified', 'unverified', 'damaged', 'newer']),
  provedAt: Iso.nullable(),
  /** Why it was made: by hand, by schedule, or before something. */
  reason: z.string(),
});
export type BackupInfo = z.infer<typeof BackupInfo>;

/** One of this install's own, with what only this install can say of it. */
export const ListedBackup = BackupInfo.extend({
  /** The parts of which it is the newest good backup in its place: it is not deleted before there is a newer one. */
  lastGoodOf: z.array(BackupPart),
  /** A recovery key or passphrase that was replaced or revoked since still opens it. */
  opensWithFormerKey: z.boolean(),
});
export type ListedBackup = z.infer<typeof ListedBackup>;

/** How one part stands, or all of them: then the oldest of the last good ones, and the earliest of the next. */
export const PartStanding = z.object({
  /** When the last good backup of it was made; null = there is none. */
  lastGoodAt: Iso.nullable(),
  nextAt: Iso.nullable(),
  /** No good backup for 48 hours, or a day longer than its interval, although one is wanted. */
  overdue: z.boolean(),
});
export type PartStanding = z.infer<typeof PartStanding>;
export const BackupOverview = PartStanding.extend({
  settings: BackupSettings,
  /** Newest first. */
  backups: z.array(ListedBackup),
  parts: z.record(BackupPart, PartStanding),
  /** The place's own problem, in words: missing, denied, wrong region … */
  problem: z.string().nullable(),
  /** What does not stop a backup and should not stay so (no versioning, object lock), each a sentence. */
  warnings: z.array(z.string()),
});
export type BackupOverview = z.infer<typeof BackupOverview>;

/** Where a backup is looked for; typed keys stay in memory. */
export const BackupSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('here') }),
  z.strictObject({ kind: z.literal('folder'), path: Path }),
  z.strictObject({ kind: z.literal('file'), path: Path }),
  z.strictObject({
    kind: z.literal('s3'),
    bucket: z.string(),
    region: z.string(),
    endpoint: z.string().nullable(),
    access: z.union([
      z.strictObject({ profile: z.string() }),
      z.strictObject({
        accessKeyId: z.string(),
        secretAccessKey: z.string(),
        sessionToken: z.string().nullable(),
      }),
    ]),
  }),
]);
export type BackupSource = z.infer<typeof BackupSource>;
export const Secret = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('recovery'), text: z.string().max(200) }),
  z.strictObject({ kind: z.literal('passphrase'), text: z.string().max(1_000) }),
  /** This workspace's own key. */
  z.strictObject({ kind: z.literal('own') }),
]);
export type Secret = z.infer<typeof Secret>;
