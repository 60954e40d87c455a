import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

/** ISO 8601 in UTC, e.g. 2026-11-21T09:30:00.000Z. */
const Iso = z.string();
const AccountId = z.string().regex(/^\d{12}$/);

// ── Resources ───────────────────────────────────────────────────────────────

export const RESOURCE_TYPES = [
  'ec2_instance',
  'ec2_volume',
  'ec2_vpc',
  'ec2_subnet',
  'ec2_security_group',
  'rds_instance',
  's3_bucket',
  'lambda_function',
  'elbv2_load_balancer',
  'elbv2_target_group',
  'dynamodb_table',
  'sqs_queue',
] as const;
export const ResourceType = z.enum(RESOURCE_TYPES);
export type ResourceType = z.infer<typeof ResourceType>;

export const Relation = z.object({
  /** How this resource stands to the other: `in` a VPC, `attached_to` an instance, `uses` a security group. */
  kind: z.enum(['in', 'attached_to', 'uses', 'targets', 'replica_of']),
  resourceType: ResourceType,
  nativeId: z.string(),
});
export type Relation = z.infer<typeof Relation>;

/** One row of the Explorer. */
export const ResourceSummary = z.object({
  /** UUIDv8 of an HMAC over partition, account, region, type and native id. */
  id: z.string(),
  resourceType: ResourceType,
  service: z.string(),
  accountId: AccountId,
  region: z.string(),
  /** What the service's API takes to address it: `i-…`, a DB identifier, a bucket name, an ARN. */
  nativeId: z.string(),
  name: z.string(),
  arn: z.string(),
  /** The service's own word, lower case (`running`, `available`); null where the type has no state. */
  state: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  /** When AWS last answered for it. */
  asOf: Iso,
});
export type ResourceSummary = z.infer<typeof ResourceSummary>;

export const Resource = ResourceSummary.extend({
  partition: z.string(),
  createdAt: Iso.nullable(),
  /** A few facts a person looks for, by AWS's own field names (`InstanceType`, `Engine`). */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  relations: z.array(Relation),
  /** What the facts say can or cannot be done: `can_stop`, `has_read_replicas`, `multi_az`, `deletion_protection`. */
  constraints: z.record(z.string(), z.boolean()),
  /** The describe answer as AWS gave it. */
  raw: z.unknown(),
  revision: z.number().int(),
});
export type Resource = z.infer<typeof Resource>;

/** A related resource as the details panel lists it; `id` is null when it is not in the estate. */
export const RelatedResource = Relation.extend({
  id: z.string().nullable(),
  name: z.string(),
  direction: z.enum(['out', 'in']),
});
export const ResourceDetail = z.object({ resource: Resource, related: z.array(RelatedResource) });
export type ResourceDetail = z.infer<typeof ResourceDetail>;

export const ResourceFilter = z.strictObject({
  resourceTypes: z.array(ResourceType).optional(),
  accountIds: z.array(AccountId).optional(),
  regions: z.array(z.string()).optional(),
  /** `none` stands for resources without a state. */
  states: z.array(z.string()).optional(),
  /** Each `key=value`; several values of one key are alternatives, several keys must all hold. */
  tags: z.array(z.string()).optional(),
});
export type ResourceFilter = z.infer<typeof ResourceFilter>;

export const SORT_FIELDS = [
  'relevance',
  'name',
  'resourceType',
  'accountId',
  'region',
  'state',
  'asOf',
] as const;
export const ResourceSort = z.strictObject({ field: z.enum(SORT_FIELDS), descending: z.boolean() });
export type ResourceSort = z.infer<typeof ResourceSort>;

export const ResourceQuery = z.strictObject({
  text: z.string().max(500),
  filter: ResourceFilter,
  /** First entry decides; later ones break ties. Empty = relevance with text, name without. */
  sort: z.array(ResourceSort).max(4),
  /** What the text is understood to mean, switched off by the person: chip ids. */
  ignoreChips: z.array(z.string()).default([]),
});
export type ResourceQuery = z.infer<typeof ResourceQuery>;

/** How a part of the text was understood, shown as a removable chip. */
export const QueryChip = z.object({
  id: z.string(),
  kind: z.enum(['type', 'region', 'state', 'tag', 'account', 'name', 'words']),
  label: z.string(),
  /** The words of the query it came from. */
  words: z.string(),
});
export type QueryChip = z.infer<typeof QueryChip>;

export const FacetValue = z.object({ value: z.string(), count: z.number().int() });
export const Facets = z.object({
  resourceTypes: z.array(FacetValue),
  accountIds: z.array(FacetValue),
  regions: z.array(FacetValue),
  states: z.array(FacetValue),
  /** `key=value`, the most frequent 50. */
  tags: z.array(FacetValue),
});
export type Facets = z.infer<typeof Facets>;

/** A windowed list: rows are fetched by offset against `resultId`, stable while a scan writes. */
export const Window = z.object({ resultId: z.string(), total: z.number().int() });
export const RowsRequest = z.strictObject({
  resultId: z.string(),
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(200),
});

// ── Accounts, profiles, scans ───────────────────────────────────────────────

export const ProfileKind = z.enum([
  'static',
  'assume_role',
  'sso',
  'process',
  'web_identity',
  'login',
  'incomplete',
]);
/** A profile of ~/.aws as the screens may see it: never a key. */
export const Profile = z.object({
  name: z.string(),
  kind: ProfileKind,
  region: z.string().nullable(),
  roleArn: z.string().nullable(),
  sourceProfile: z.string().nullable(),
  mfa: z.boolean(),
  supported: z.boolean(),
  /** Why it cannot be used yet, and what can be done. */
  reason: z.string().nullable(),
});
export type Profile = z.infer<typeof Profile>;

export const Identity = z.object({
  profile: z.string(),
  accountId: AccountId,
  arn: z.string(),
  /** When the credentials end; null for long-lived keys. */
  expiresAt: Iso.nullable(),
});
export type Identity = z.infer<typeof Identity>;

export const AccountProfile = z.object({
  name: z.string(),
  arn: z.string(),
  readOnly: z.boolean(),
  /** While set and in the future the profile may change things. */
  unlockedUntil: Iso.nullable(),
});
export const Account = z.object({
  accountId: AccountId,
  name: z.string(),
  partition: z.string(),
  /** The one profile that scans this account: two of different power would delete each other's rows. */
  scanningProfile: z.string(),
  profiles: z.array(AccountProfile),
  production: z.boolean(),
  /** A Mantine colour name that marks the account's badge. */
  color: z.string(),
  resourceCount: z.number().int(),
  lastScanAt: Iso.nullable(),
});
export type Account = z.infer<typeof Account>;

export const CELL_STATUSES = [
  'pending',
  'running',
  'ok',
  'partial',
  'denied',
  'denied_by_scp',
  'region_disabled',
  'unsupported',
  'throttled',
  'expired',
  'network',
  'failed',
  'cancelled',
] as const;
/** One (account, region, service) of the scan. Global services use region `global`. */
export const ScanCell = z.object({
  accountId: AccountId,
  region: z.string(),
  service: z.string(),
  status: z.enum(CELL_STATUSES),
  count: z.number().int(),
  /** When this cell last completed; rows of it are as old as this. */
  asOf: Iso.nullable(),
  /** Why it is not ok, in words for the user. */
  message: z.string().nullable(),
});
export type ScanCell = z.infer<typeof ScanCell>;

export const ScanRun = z.object({
  runId: z.string(),
  state: z.enum(['running', 'cancelling', 'done', 'cancelled', 'failed']),
  startedAt: Iso,
  finishedAt: Iso.nullable(),
  cellsTotal: z.number().int(),
  cellsDone: z.number().int(),
  cellsFailed: z.number().int(),
  found: z.number().int(),
  removed: z.number().int(),
  /** Live counts per service. */
  services: z.array(
    z.object({
      service: z.string(),
      found: z.number().int(),
      done: z.number().int(),
      total: z.number().int(),
    }),
  ),
  message: z.string().nullable(),
});
export type ScanRun = z.infer<typeof ScanRun>;
export const ScanStatus = z.object({ run: ScanRun.nullable(), cells: z.array(ScanCell) });
export type ScanStatus = z.infer<typeof ScanStatus>;

// ── Plans and executions ────────────────────────────────────────────────────

export const Risk = z.enum(['read', 'low', 'high', 'destructive']);
export type Risk = z.infer<typeof Risk>;

export const PlanTarget = z.object({
  resourceId: z.string(),
  resourceType: ResourceType,
  name: z.string(),
  nativeId: z.string(),
  arn: z.string(),
  region: z.string(),
  state: z.string().nullable(),
  asOf: Iso,
});

/** What is asked, who acts, on what, with which exact call. Immutable once made. */
export const Plan = z.object({
  planId: z.string(),
  conversationId: z.string().nullable(),
  title: z.string(),
  risk: Risk,
  target: PlanTarget,
  identity: z.object({
    profile: z.string(),
    accountId: AccountId,
    accountName: z.string(),
    arn: z.string(),
    expiresAt: Iso.nullable(),
    readOnly: z.boolean(),
    production: z.boolean(),
  }),
  call: z.object({
    service: z.string(),
    operation: z.string(),
    iamAction: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    /** The same call as an AWS CLI command, to read and copy. */
    cli: z.string(),
  }),
  expectedState: z.string(),
  /** Facts checked before approval; `unknown` is never shown as a pass. */
  checks: z.array(
    z.object({
      name: z.enum(['permission', 'constraint', 'state', 'dry_run']),
      status: z.enum(['pass', 'fail', 'unknown', 'none']),
      text: z.string(),
    }),
  ),
  affects: z.array(z.object({ resourceId: z.string().nullable(), name: z.string(), text: z.string() })),
  /** How to undo it; null when nothing can. */
  undo: z.string().nullable(),
  /** Destructive calls: the text that must be typed. */
  confirmName: z.string().nullable(),
  /** SHA-256 over identity, region and call; an approval names it. */
  digest: z.string(),
  createdAt: Iso,
  expiresAt: Iso,
});
export type Plan = z.infer<typeof Plan>;

export const PLAN_STATUSES = ['proposed', 'approved', 'rejected', 'expired'] as const;
export const EXECUTION_STATES = [
  'checking',
  'sending',
  'waiting',
  'succeeded',
  'failed',
  'refused',
  'unknown',
  'stopped_waiting',
] as const;

/** What happened to an approved plan. */
export const Execution = z.object({
  executionId: z.string(),
  plan: Plan,
  state: z.enum(EXECUTION_STATES),
  approvedBy: z.string(),
  startedAt: Iso,
  finishedAt: Iso.nullable(),
  stateBefore: z.string().nullable(),
  stateNow: z.string().nullable(),
  /** Set when the end state was seen in AWS, not assumed. */
  verifiedAt: Iso.nullable(),
  requestId: z.string().nullable(),
  error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
  logLines: z.number().int(),
  /** When each state began, in order, from the journal's own times; absent where they were not kept. */
  steps: z.array(z.object({ state: z.enum(EXECUTION_STATES), at: Iso })).optional(),
});
export type Execution = z.infer<typeof Execution>;
export const PlanView = z.object({
  plan: Plan,
  status: z.enum(PLAN_STATUSES),
  execution: Execution.nullable(),
});
export type PlanView = z.infer<typeof PlanView>;

export const LogLine = z.object({ at: Iso, text: z.string(), level: z.enum(['info', 'warn', 'error']) });
export type LogLine = z.infer<typeof LogLine>;

/** A line of Activity: an execution, or a decision that led to none. */
export const ActivityRow = z.object({
  /** Unique in the list; of an execution its execution id. */
  id: z.string(),
  /** The plan this line is about; absent or null for lines that are about none. */
  planId: z.string().nullable().optional(),
  kind: z.enum(['execution', 'rejected', 'expired', 'unlock', 'lock', 'maintenance']),
  at: Iso,
  title: z.string(),
  state: z.enum([...EXECUTION_STATES, 'rejected', 'expired', 'recorded']),
  risk: Risk.nullable(),
  accountId: z.string().nullable(),
  region: z.string().nullable(),
  profile: z.string().nullable(),
  resourceId: z.string().nullable(),
  resourceName: z.string().nullable(),
  stateBefore: z.string().nullable(),
  stateNow: z.string().nullable(),
  durationMs: z.number().nullable(),
});
export type ActivityRow = z.infer<typeof ActivityRow>;
export const ActivityQuery = z.strictObject({
  text: z.string().max(200),
  states: z.array(ActivityRow.shape.state).optional(),
  accountIds: z.array(z.string()).optional(),
  risks: z.array(Risk).optional(),
});
export type ActivityQuery = z.infer<typeof ActivityQuery>;

// ── Chat ────────────────────────────────────────────────────────────────────

export const Conversation = z.object({
  conversationId: z.string(),
  title: z.string(),
  createdAt: Iso,
  updatedAt: Iso,
  messageCount: z.number().int(),
  pinned: z.boolean(),
  archived: z.boolean(),
  labels: z.array(z.string().max(40)).max(12),
});
export type Conversation = z.infer<typeof Conversation>;

/** Where an answer comes from: a cached resource and how old it is. */
export const Source = z.object({
  resourceId: z.string(),
  name: z.string(),
  resourceType: ResourceType,
  asOf: Iso,
});

/** The parts an assistant's message is made of. Text is plain: no markup is interpreted. */
export const MessagePart = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({
    kind: z.literal('facts'),
    title: z.string(),
    rows: z.array(z.object({ label: z.string(), value: z.string() })),
  }),
  z.object({
    kind: z.literal('resources'),
    total: z.number().int(),
    rows: z.array(ResourceSummary).max(20),
    query: ResourceQuery.nullable(),
  }),
  z.object({
    kind: z.literal('candidates'),
    question: z.string(),
    prompt: z.string(),
    rows: z.array(ResourceSummary).max(20),
  }),
  z.object({ kind: z.literal('suggestions'), texts: z.array(z.string()).max(6) }),
  z.object({ kind: z.literal('plan'), planId: z.string() }),
  z.object({ kind: z.literal('error'), code: z.enum(ERROR_CODES), text: z.string() }),
]);
export type MessagePart = z.infer<typeof MessagePart>;

export const ChatMessage = z.object({
  messageId: z.string(),
  conversationId: z.string(),
  /** 0, 1, 2 … without gaps or twins within a conversation. */
  messageIndex: z.number().int(),
  role: z.enum(['user', 'assistant', 'system']),
  timestamp: Iso,
  parts: z.array(MessagePart),
  sources: z.array(Source),
  /** The seeds' metadata. */
  metadata: z.object({ resourcesMentioned: z.array(z.string()), commandsExecuted: z.array(z.string()) }),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** A place in a conversation where the words were found. */
export const ConversationHit = z.object({
  conversationId: z.string(),
  title: z.string(),
  messageIndex: z.number().int(),
  timestamp: Iso,
  /** Some 160 characters around the first match. */
  excerpt: z.string(),
});
export type ConversationHit = z.infer<typeof ConversationHit>;

// ── Keys ────────────────────────────────────────────────────────────────────

export const SLOT_KINDS = ['recovery', 'passphrase'] as const;
/** A way to the master key beside its source; kept beside the data and in every backup manifest. */
export const KeySlotInfo = z.object({ kind: z.enum(SLOT_KINDS), createdAt: Iso });
export const KeyInfo = z.object({
  slots: z.array(KeySlotInfo),
  /** The person chose to be reminded later. */
  recoveryPostponed: z.boolean(),
  dataKeys: z.array(
    z.object({ purpose: z.string(), keyId: z.number().int(), createdAt: Iso, current: z.boolean() }),
  ),
  /** Records still sealed under an earlier data key. */
  toReencrypt: z.number().int(),
});
export type KeyInfo = z.infer<typeof KeyInfo>;

// ── Jobs and backups ────────────────────────────────────────────────────────

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
export const BackupSettings = z.object({
  s3: S3Place.nullable(),
  auto: z.boolean(),
  intervalHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 30),
  s3RetentionDays: z.number().int().min(1).max(3_650),
  localRetentionDays: z.number().int().min(1).max(365),
});
export type BackupSettings = z.infer<typeof BackupSettings>;
export const DEFAULT_BACKUP_SETTINGS: BackupSettings = {
  s3: null,
  auto: true,
  intervalHours: 24,
  s3RetentionDays: 30,
  localRetentionDays: 7,
};

export const BACKUP_PARTS = ['chat_history', 'aws_estate', 'state'] as const;
export const BackupInfo = z.object({
  backupId: z.string(),
  installId: z.string(),
  createdAt: Iso,
  place: z.enum(['local', 's3']),
  /** Whole size of its objects in bytes. */
  sizeBytes: z.number(),
  counts: z.record(z.enum(BACKUP_PARTS), z.number().int()),
  formatVersion: z.number().int(),
  appVersion: z.string(),
  /** `verified`: read back whole after writing, or proved since. */
  state: z.enum(['verified', 'unverified', 'damaged', 'newer']),
  provedAt: Iso.nullable(),
  /** Why it was made: by hand, by schedule, or before something. */
  reason: z.string(),
});
export type BackupInfo = z.infer<typeof BackupInfo>;
export const BackupOverview = z.object({
  settings: BackupSettings,
  backups: z.array(BackupInfo),
  lastGoodAt: Iso.nullable(),
  nextAt: Iso.nullable(),
  /** No good backup for 48 hours although one is wanted. */
  overdue: z.boolean(),
  /** The place's own problem, in words: missing, denied, wrong region … */
  problem: z.string().nullable(),
});
export type BackupOverview = z.infer<typeof BackupOverview>;

/** Where a backup is looked for; typed keys stay in memory. */
export const BackupSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('here') }),
  z.strictObject({ kind: z.literal('folder'), path: z.string() }),
  z.strictObject({ kind: z.literal('file'), path: z.string() }),
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

// ── The app ─────────────────────────────────────────────────────────────────

export const ENGINE_STATES = ['starting', 'ready', 'restarting', 'failed', 'stopped'] as const;
export const AppStatus = z.object({
  bootId: z.string(),
  version: z.string(),
  carrier: z.enum(['electron', 'browser']),
  workspace: z.object({ name: z.string(), path: z.string(), sample: z.boolean() }),
  /** `key` = the key is locked, absent or not yet chosen: a screen, not a failed start. */
  /** `locked`: the person or the idle lock put the keys away; `key.unlock` brings them back. */
  phase: z.enum(['starting', 'key', 'ready', 'failed', 'locked']),
  failure: z.object({ code: z.enum(ERROR_CODES), message: z.string(), canRetry: z.boolean() }).nullable(),
  key: z.object({
    source: z.enum(['keychain', 'env', 'file', 'none']),
    state: z.enum(['ok', 'locked', 'absent', 'unavailable', 'choose', 'wrong']),
    message: z.string(),
    filePath: z.string().nullable(),
  }),
  engine: z.object({ kind: z.enum(['sqlite', 'qdrant']), state: z.enum(ENGINE_STATES), message: z.string() }),
  /** Where meaning comes from: the built-in dictionary, or an embedding model by name. */
  meaning: z.string(),
  /** False until accounts are connected: the first-start screen. */
  onboarded: z.boolean(),
  offline: z.boolean(),
  /** No recovery key was made and none was declined: the status bar reminds. */
  recoveryMissing: z.boolean(),
  backup: z.object({ lastGoodAt: Iso.nullable(), overdue: z.boolean(), running: z.boolean() }),
  /** `encryption.enabled: false` in config.json: a permanent banner. */
  unencrypted: z.boolean(),
  resources: z.number().int(),
  /** The oldest completed cell's time: the estate is at least this fresh. */
  dataAsOf: Iso.nullable(),
});
export type AppStatus = z.infer<typeof AppStatus>;

export const CollectionHealth = z.object({
  name: z.string(),
  pointsCount: z.number().int(),
  status: z.string(),
});
export const StorageHealth = z.object({
  engine: z.enum(['sqlite', 'qdrant']),
  connected: z.boolean(),
  s3Configured: z.boolean(),
  diskSpaceMb: z.number(),
  diskUsedMb: z.number(),
  collections: z.array(CollectionHealth),
  warnings: z.array(z.string()),
});
export type StorageHealth = z.infer<typeof StorageHealth>;

export const Settings = z.strictObject({
  theme: z.enum(['system', 'dark', 'light']),
  density: z.enum(['compact', 'comfortable']),
  /** Accounts and regions the screens show; empty = all. */
  scope: z.strictObject({ accountIds: z.array(z.string()), regions: z.array(z.string()) }),
  defaultRegion: z.string().nullable(),
  /** Minutes without input after which keys leave memory; 0 = never. */
  idleLockMinutes: z.union([z.literal(0), z.literal(5), z.literal(15), z.literal(60)]),
});
export type Settings = z.infer<typeof Settings>;
export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  density: 'compact',
  scope: { accountIds: [], regions: [] },
  defaultRegion: null,
  idleLockMinutes: 0,
};
