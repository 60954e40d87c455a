/** Every code an answer may carry. One closed list: both ends ship in one build. */
export const ERROR_CODES = [
  'INVALID_INPUT',
  'UNKNOWN_ROUTE',
  'NOT_READY',
  'NOT_FOUND',
  'RESULT_GONE',
  'KEY_LOCKED',
  'KEY_ABSENT',
  'KEY_WRONG',
  'WORKSPACE_IN_USE',
  'FORMAT_NEWER',
  'STORAGE_FAILED',
  'DISK_FULL',
  'ENGINE_MISSING',
  'ENGINE_FAILED',
  'PROFILE_UNSUPPORTED',
  'PROFILE_BROKEN',
  'ACCESS_DENIED',
  'DENIED_BY_SCP',
  'CREDENTIALS_EXPIRED',
  'CREDENTIALS_MISSING',
  'REGION_DISABLED',
  'UNSUPPORTED',
  'THROTTLED',
  'NETWORK',
  'INVALID_STATE',
  'TARGET_GONE',
  'AWS_FAILED',
  'SCAN_RUNNING',
  'READ_ONLY',
  'PLAN_EXPIRED',
  'PLAN_USED',
  'PLAN_CHANGED',
  'NAME_MISMATCH',
  'BACKUP_NOT_FOUND',
  'BACKUP_DAMAGED',
  'BACKUP_PLACE',
  'JOB_RUNNING',
  'CANCELLED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * What went wrong, in words for the user: what happened, to what, and what to do.
 * `details` holds facts a screen may show (an AWS request id, a path); never a secret.
 */
export interface AppErrorData {
  code: ErrorCode;
  message: string;
  details?: Record<string, string>;
}

export type Result<T> = { ok: true; data: T } | { ok: false; error: AppErrorData };
