import type { AppErrorData, ErrorCode } from '../preload/contract/errors.ts';

/**
 * An error with a code of the contract and words for the user. Anything else that is thrown
 * reaches the screen as INTERNAL, without its text.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, string> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, string> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }

  toData(): AppErrorData {
    return { code: this.code, message: this.message, ...(this.details && { details: this.details }) };
  }
}

/** The Node error code (`ENOENT`, `ENOSPC`) of anything that was thrown, else undefined. */
export function nodeErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
