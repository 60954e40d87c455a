import { z } from 'zod';
import { AccountId, Iso } from './common.ts';

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

/** Whose a profile is, or why that could not be learned. */
export const ConnectResult = z.object({
  profile: z.string(),
  identity: Identity.nullable(),
  error: z.string().nullable(),
});
export type ConnectResult = z.infer<typeof ConnectResult>;

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
