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

/** The only list of what the app can be asked. `noun.verb`; inputs are strict, so a misspelt key is refused. */
export const routes = {
  'app.status': route(none, m.AppStatus),
  'app.retry': route(none, m.AppStatus),
  'app.health': route(none, m.StorageHealth),
  'workspace.open': route(z.strictObject({ name: z.enum(['default', 'sample']) }), m.AppStatus, [
    'WORKSPACE_IN_USE',
    'KEY_ABSENT',
  ]),
  /** First start without a keychain: keep the key in a file only the user may read. */
  'key.useFile': route(none, m.AppStatus, ['KEY_ABSENT', 'KEY_WRONG']),

  'settings.get': route(none, m.Settings),
  'settings.set': route(z.strictObject({ patch: m.Settings.partial() }), m.Settings),

  'profiles.list': route(none, z.object({ files: z.array(z.string()), profiles: z.array(m.Profile) }), [
    'PROFILE_BROKEN',
  ]),
  'accounts.connect': route(
    z.strictObject({ profiles: z.array(z.string()).min(1).max(500) }),
    z.object({
      accounts: z.array(m.Account),
      results: z.array(
        z.object({ profile: z.string(), identity: m.Identity.nullable(), error: z.string().nullable() }),
      ),
    }),
    ['PROFILE_UNSUPPORTED', 'PROFILE_BROKEN'],
  ),
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

  'resources.query': route(
    m.ResourceQuery,
    m.Window.extend({ chips: z.array(m.QueryChip), facets: m.Facets, indexing: z.boolean() }),
  ),
  'resources.rows': route(m.RowsRequest, z.object({ rows: z.array(m.ResourceSummary) }), ['RESULT_GONE']),
  'resources.get': route(z.strictObject({ id: z.string() }), m.ResourceDetail, ['NOT_FOUND']),
  'resources.refresh': route(z.strictObject({ id: z.string() }), m.ResourceDetail, [
    'NOT_FOUND',
    'TARGET_GONE',
    ...AWS_ERRORS,
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
    ...AWS_ERRORS,
  ]),
  'plans.get': route(z.strictObject({ planId: z.string() }), m.PlanView, ['NOT_FOUND']),
  'plans.approve': route(
    z.strictObject({ planId: z.string(), digest: z.string(), typedName: z.string().optional() }),
    m.PlanView,
    ['NOT_FOUND', 'PLAN_EXPIRED', 'PLAN_USED', 'PLAN_CHANGED', 'NAME_MISMATCH', 'READ_ONLY'],
  ),
  'plans.reject': route(z.strictObject({ planId: z.string() }), m.PlanView, ['NOT_FOUND', 'PLAN_USED']),

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
