import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import * as m from './models.ts';

/** Codes any route may answer with, beside its own. */
export const COMMON_ERRORS = [
  'INVALID_INPUT',
  'NOT_READY',
  'STORAGE_FAILED',
  'DISK_FULL',
  'ENGINE_FAILED',
  'INTERNAL',
] as const satisfies readonly ErrorCode[];

const route = <I extends z.ZodType, O extends z.ZodType, const E extends readonly ErrorCode[] = []>(
  input: I,
  output: O,
  errors?: E,
) => ({ input, output, errors: (errors ?? []) as E });

const none = z.strictObject({});
const done = z.object({});
const AWS_ERRORS = [
  'ACCESS_DENIED',
  'DENIED_BY_SCP',
  'CREDENTIALS_EXPIRED',
  'CREDENTIALS_MISSING',
  'REGION_DISABLED',
  'THROTTLED',
  'NETWORK',
  'AWS_FAILED',
  'UNSUPPORTED',
] as const satisfies readonly ErrorCode[];
/** Wherever AWS is asked through a profile. */
const ACTING_ERRORS = [
  'PROFILE_BROKEN',
  'PROFILE_UNSUPPORTED',
  ...AWS_ERRORS,
] as const satisfies readonly ErrorCode[];
/** Wherever a place of backups is asked: a folder, a file, a bucket through a profile or typed keys. */
const PLACE_ERRORS = ['BACKUP_PLACE', ...ACTING_ERRORS] as const satisfies readonly ErrorCode[];
/** Wherever the key of a workspace, or one that opens it, is read, tried or kept. */
const KEY_ERRORS = [
  'KEY_ABSENT',
  'KEY_LOCKED',
  'KEY_WRONG',
  'FORMAT_NEWER',
] as const satisfies readonly ErrorCode[];

/** The only list of what the app can be asked. `noun.verb`; inputs are strict, so a misspelt key is refused. */
export const routes = {
  'app.status': route(none, m.AppStatus),
  'app.retry': route(none, m.AppStatus, KEY_ERRORS),
  /** The person has read `notice`; it is not shown again. */
  'app.noticeRead': route(none, m.AppStatus),
  'app.health': route(none, m.StorageHealth),
  'workspace.open': route(z.strictObject({ name: z.enum(['default', 'sample']) }), m.AppStatus, [
    'WORKSPACE_IN_USE',
    ...KEY_ERRORS,
  ]),
  /**
   * First start without a keychain: keep the key in a file only the user may read; with a passphrase the key in
   * it is wrapped, and each start asks for the passphrase (`key.unlock`).
   */
  'key.useFile': route(
    z.strictObject({ passphrase: z.string().min(1).max(1_000).optional() }),
    m.AppStatus,
    KEY_ERRORS,
  ),

  /** Opens a locked or keyless workspace. A recovered key is put back into its source where that works. */
  'key.unlock': route(z.strictObject({ secret: m.Secret }), m.AppStatus, [
    'NOT_FOUND',
    'THROTTLED',
    ...KEY_ERRORS,
  ]),
  'key.info': route(none, m.KeyInfo),
  /** Shown once: the key in groups, and which groups (from 0) must be typed back. Not valid before `confirmRecovery`. */
  'key.createRecovery': route(
    none,
    z.object({ groups: z.array(z.string()), ask: z.array(z.number().int()) }),
    KEY_ERRORS,
  ),
  'key.confirmRecovery': route(z.strictObject({ typed: z.array(z.string().max(20)) }), m.KeyInfo, [
    'NOT_FOUND',
    ...KEY_ERRORS,
  ]),
  /** Hands the shown key to the person as a file; only between create and confirm. */
  'key.saveRecovery': route(
    none,
    z.object({ saved: z.enum(['file', 'download', 'cancelled']), where: z.string() }),
    ['NOT_FOUND'],
  ),
  'key.postponeRecovery': route(none, m.KeyInfo),
  'key.setPassphrase': route(
    z.strictObject({ passphrase: z.string().min(1).max(1_000) }),
    m.KeyInfo,
    KEY_ERRORS,
  ),
  'key.revoke': route(z.strictObject({ kind: z.enum(m.SLOT_KINDS) }), m.KeyInfo, [
    'NOT_FOUND',
    ...KEY_ERRORS,
  ]),
  /** A new data key for records; old records are sealed anew when written, or all of them now. */
  'key.rotate': route(
    z.strictObject({ reencryptNow: z.boolean() }),
    m.KeyInfo.extend({ job: m.Job.nullable() }),
    ['JOB_RUNNING', ...KEY_ERRORS],
  ),
  'key.rebuildIndexKey': route(none, m.Job, ['JOB_RUNNING', ...KEY_ERRORS]),
  'key.lock': route(none, m.AppStatus),
  /** The person is at the screen (pointer or keyboard, at most once in 20 s): puts the idle lock off. */
  'app.active': route(none, done),

  'settings.get': route(none, m.Settings),
  'settings.set': route(z.strictObject({ patch: m.Settings.partial() }), m.Settings),

  'profiles.list': route(none, z.object({ files: z.array(z.string()), profiles: z.array(m.Profile) }), [
    'PROFILE_BROKEN',
  ]),
  /** Each result also comes as `accounts.connecting` as soon as it is there. */
  'accounts.connect': route(
    z.strictObject({ profiles: z.array(z.string()).min(1).max(10_000) }),
    z.object({ accounts: z.array(m.Account), results: z.array(m.ConnectResult) }),
    ['PROFILE_UNSUPPORTED', 'PROFILE_BROKEN'],
  ),
  /** Ends every connect under way; what had answered by then is connected. */
  'accounts.cancelConnect': route(none, done),
  'accounts.list': route(none, z.object({ accounts: z.array(m.Account) })),
  'accounts.update': route(
    z.strictObject({
      accountId: z.string(),
      patch: z.strictObject({
        name: z.string().min(1).max(100).optional(),
        production: z.boolean().optional(),
        color: z.string().max(20).optional(),
        scanningProfile: z.string().optional(),
      }),
    }),
    m.Account,
    ['NOT_FOUND'],
  ),
  'profiles.unlock': route(
    z.strictObject({ profile: z.string(), minutes: z.number().int().min(1).max(480) }),
    m.Account,
    ['NOT_FOUND'],
  ),
  'profiles.lock': route(z.strictObject({ profile: z.string() }), m.Account, ['NOT_FOUND']),

  'scan.start': route(
    z.strictObject({
      accountIds: z.array(z.string()).optional(),
      regions: z.array(z.string()).optional(),
      services: z.array(z.string()).optional(),
    }),
    m.ScanRun,
    ['SCAN_RUNNING', 'NOT_FOUND'],
  ),
  'scan.cancel': route(z.strictObject({ runId: z.string() }), m.ScanRun, ['NOT_FOUND']),
  'scan.status': route(none, m.ScanStatus),
  /** Problems first; `groups` are runs of rows with one reason. A running scan changes nothing in a list once asked for. */
  'scan.cells': route(
    m.CellsFilter,
    m.Window.extend({ problems: z.number().int(), groups: z.array(m.CellGroup) }),
  ),
  'scan.cellRows': route(m.RowsRequest, z.object({ rows: z.array(m.CellRow) }), ['RESULT_GONE']),

  'resources.query': route(
    m.ResourceQuery,
    m.Window.extend({ chips: z.array(m.QueryChip), facets: m.Facets, indexing: z.boolean() }),
  ),
  'resources.rows': route(m.RowsRequest, z.object({ rows: z.array(m.ResourceSummary) }), ['RESULT_GONE']),
  'resources.get': route(z.strictObject({ id: z.string() }), m.ResourceDetail, ['NOT_FOUND']),
  'resources.refresh': route(z.strictObject({ id: z.string() }), m.ResourceDetail, [
    'NOT_FOUND',
    'TARGET_GONE',
    ...ACTING_ERRORS,
  ]),
  /** Hands the rows of a result to the person: Electron asks where to save, a browser gets a one-time download path. */
  'resources.export': route(
    z.strictObject({ resultId: z.string(), format: z.enum(['csv', 'json']) }),
    z.object({
      rows: z.number().int(),
      saved: z.enum(['file', 'download', 'cancelled']),
      where: z.string(),
    }),
    ['RESULT_GONE'],
  ),

  'chat.conversations': route(none, z.object({ conversations: z.array(m.Conversation) })),
  'chat.create': route(none, m.Conversation),
  'chat.update': route(
    z.strictObject({
      conversationId: z.string(),
      patch: z.strictObject({
        title: z.string().min(1).max(200).optional(),
        pinned: z.boolean().optional(),
        archived: z.boolean().optional(),
        labels: z.array(z.string().min(1).max(40)).max(12).optional(),
      }),
    }),
    m.Conversation,
    ['NOT_FOUND'],
  ),
  /** `indexing`: the index over the decrypted messages is being built; `hits` grow until it is done. */
  'chat.search': route(
    z.strictObject({ text: z.string().min(1).max(200), limit: z.number().int().min(1).max(100) }),
    z.object({
      hits: z.array(m.ConversationHit),
      indexing: z.boolean(),
      indexed: z.number().int(),
      total: z.number().int(),
    }),
  ),
  'chat.export': route(
    z.strictObject({ conversationId: z.string(), format: z.enum(['markdown', 'json']) }),
    z.object({
      messages: z.number().int(),
      saved: z.enum(['file', 'download', 'cancelled']),
      where: z.string(),
    }),
    ['NOT_FOUND'],
  ),
  'chat.delete': route(z.strictObject({ conversationId: z.string() }), done, ['NOT_FOUND']),
  /** The `limit` messages before index `before` (null = the newest), oldest first. */
  'chat.messages': route(
    z.strictObject({
      conversationId: z.string(),
      before: z.number().int().nullable(),
      limit: z.number().int().min(1).max(200),
    }),
    z.object({ messages: z.array(m.ChatMessage), total: z.number().int() }),
    ['NOT_FOUND'],
  ),
  'chat.send': route(
    z.strictObject({
      conversationId: z.string(),
      text: z.string().min(1).max(8_000),
      /** The candidate a person clicked; the text is then about exactly this resource. */
      resourceId: z.string().optional(),
    }),
    z.object({ user: m.ChatMessage, assistant: m.ChatMessage }),
    ['NOT_FOUND'],
  ),
  'chat.suggestions': route(none, z.object({ texts: z.array(z.string()) })),

  /** A plan for one catalogued action on one resource, from a button instead of a sentence. */
  'plans.propose': route(z.strictObject({ resourceId: z.string(), action: z.string() }), m.PlanView, [
    'NOT_FOUND',
    'INVALID_STATE',
    'TARGET_GONE',
    ...ACTING_ERRORS,
  ]),
  'plans.get': route(z.strictObject({ planId: z.string() }), m.PlanView, ['NOT_FOUND']),
  'plans.approve': route(
    z.strictObject({ planId: z.string(), digest: z.string(), typedName: z.string().optional() }),
    m.PlanView,
    ['NOT_FOUND', 'INVALID_STATE', 'PLAN_EXPIRED', 'PLAN_USED', 'PLAN_CHANGED', 'NAME_MISMATCH', 'READ_ONLY'],
  ),
  'plans.reject': route(z.strictObject({ planId: z.string() }), m.PlanView, [
    'NOT_FOUND',
    'PLAN_USED',
    'PLAN_EXPIRED',
  ]),

  'activity.query': route(m.ActivityQuery, m.Window),
  'activity.rows': route(m.RowsRequest, z.object({ rows: z.array(m.ActivityRow) }), ['RESULT_GONE']),
  'executions.get': route(z.strictObject({ executionId: z.string() }), m.Execution, ['NOT_FOUND']),
  'executions.log': route(
    z.strictObject({
      executionId: z.string(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(200),
    }),
    z.object({ lines: z.array(m.LogLine), total: z.number().int() }),
    ['NOT_FOUND'],
  ),
  /** Ends the waiting, not the change: AWS goes on with what it accepted. */
  'executions.stopWaiting': route(z.strictObject({ executionId: z.string() }), m.Execution, [
    'NOT_FOUND',
    'INVALID_STATE',
  ]),

  /** Everything known of an account leaves this machine. `typed` is the account's name or id. */
  'accounts.forget': route(z.strictObject({ accountId: z.string(), typed: z.string() }), m.Job, [
    'NOT_FOUND',
    'NAME_MISMATCH',
    'JOB_RUNNING',
  ]),
  /** All conversations and resources. `typed` is `delete everything`. */
  'storage.deleteAll': route(z.strictObject({ typed: z.string() }), m.Job, ['NAME_MISMATCH', 'JOB_RUNNING']),
  'storage.moveEngine': route(
    z.strictObject({
      to: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('sqlite') }),
        z.strictObject({ kind: z.literal('qdrant') }),
        z.strictObject({ kind: z.literal('remote'), url: z.string(), apiKey: z.string().nullable() }),
      ]),
    }),
    m.Job,
    ['ENGINE_MISSING', 'INVALID_STATE', 'JOB_RUNNING'],
  ),

  /** Answers also while the workspace did not open. */
  'storage.rescueOptions': route(none, m.RescueOptions, PLACE_ERRORS),
  /** Puts the data of an engine that failed aside and goes on; `backup` null = empty, to be filled by scans. */
  'storage.rescue': route(
    z.strictObject({
      to: z.enum(m.RESCUE_TARGETS),
      backup: z.strictObject({ backupId: z.string(), place: z.enum(['local', 's3']) }).nullable(),
    }),
    m.Job,
    ['INVALID_STATE', 'BACKUP_NOT_FOUND', 'JOB_RUNNING', ...PLACE_ERRORS],
  ),
  /** Of the Qdrant server elsewhere that keeps the data; kept in the keychain once it opens the data. */
  'storage.useApiKey': route(z.strictObject({ apiKey: z.string().max(1_000).nullable() }), m.AppStatus, [
    'INVALID_STATE',
    'JOB_RUNNING',
    ...KEY_ERRORS,
  ]),

  'jobs.list': route(none, z.object({ jobs: z.array(m.Job) })),
  'jobs.cancel': route(z.strictObject({ jobId: z.string() }), m.Job, ['NOT_FOUND']),

  'backup.overview': route(none, m.BackupOverview),
  'backup.configure': route(
    z.strictObject({ patch: m.BackupSettings.partial() }),
    m.BackupOverview,
    PLACE_ERRORS,
  ),
  /** What the bucket and the role must allow, as JSON to copy. */
  'backup.policies': route(
    z.strictObject({ bucket: z.string() }),
    z.object({ bucketPolicy: z.string(), rolePolicy: z.string() }),
  ),
  /** Without `parts`, of everything. */
  'backup.create': route(z.strictObject({ parts: z.array(m.BackupPart).min(1).optional() }), m.Job, [
    'JOB_RUNNING',
  ]),
  'backup.prove': route(z.strictObject({ backupId: z.string(), place: z.enum(['local', 's3']) }), m.Job, [
    'BACKUP_NOT_FOUND',
    'JOB_RUNNING',
    ...PLACE_ERRORS,
  ]),
  'backup.delete': route(
    z.strictObject({ backupId: z.string(), place: z.enum(['local', 's3']) }),
    m.BackupOverview,
    ['BACKUP_NOT_FOUND', 'INVALID_STATE', 'JOB_RUNNING', ...PLACE_ERRORS],
  ),
  /** One encrypted file for the person, opened again by recovery key or passphrase. */
  'backup.export': route(none, m.Job, ['JOB_RUNNING', 'KEY_ABSENT']),

  /** The restore wizard, also before there is a key: which installs and backups a place holds. */
  'restore.discover': route(
    z.strictObject({ source: m.BackupSource }),
    z.object({ installs: z.array(z.object({ installId: z.string(), backups: z.array(m.BackupInfo) })) }),
    ['BACKUP_NOT_FOUND', 'BACKUP_DAMAGED', 'FORMAT_NEWER', ...PLACE_ERRORS],
  ),
  /** Opens the slot of one backup: proves the secret without touching anything. */
  'restore.open': route(
    z.strictObject({ source: m.BackupSource, installId: z.string(), backupId: z.string(), secret: m.Secret }),
    m.BackupInfo,
    ['BACKUP_NOT_FOUND', 'BACKUP_DAMAGED', 'KEY_WRONG', 'FORMAT_NEWER', ...PLACE_ERRORS],
  ),
  'restore.run': route(
    z.strictObject({
      source: m.BackupSource,
      installId: z.string(),
      backupId: z.string(),
      secret: m.Secret,
      mode: z.enum(['replace', 'merge']),
      parts: z.array(m.BackupPart).min(1),
      /** Parts that the backup does not hold, from others of the same install in the same place. */
      others: z
        .array(z.strictObject({ backupId: z.string(), parts: z.array(m.BackupPart).min(1) }))
        .max(2)
        .optional(),
    }),
    m.Job,
    ['BACKUP_NOT_FOUND', 'BACKUP_DAMAGED', 'KEY_WRONG', 'FORMAT_NEWER', 'JOB_RUNNING', ...PLACE_ERRORS],
  ),
  /** Asks the person for a file or folder; a browser answers with an upload path to PUT the file to. */
  'shell.pick': route(
    z.strictObject({ what: z.enum(['file', 'folder']) }),
    z.object({ path: z.string().nullable(), uploadTo: z.string().nullable() }),
  ),

  /** Opens an https page of a known host; `opened: false` leaves it to the browser the screen runs in. */
  'shell.openUrl': route(z.strictObject({ url: z.string().max(2_000) }), z.object({ opened: z.boolean() }), [
    'UNSUPPORTED',
  ]),
};

export type Routes = typeof routes;
export type RouteName = keyof Routes;
export type RouteInput<R extends RouteName> = z.input<Routes[R]['input']>;
export type RouteParsed<R extends RouteName> = z.output<Routes[R]['input']>;
export type RouteOutput<R extends RouteName> = z.output<Routes[R]['output']>;
export type RouteError<R extends RouteName> =
  | Routes[R]['errors'][number]
  | (typeof COMMON_ERRORS)[number]
  | 'UNKNOWN_ROUTE';

/** What travels, whichever carrier takes it. */
export const RequestMessage = z.strictObject({
  id: z.number().int(),
  route: z.string().max(100),
  input: z.unknown(),
});
export type RequestMessage = z.infer<typeof RequestMessage>;

/** A message is at most this long, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 1_048_576;
