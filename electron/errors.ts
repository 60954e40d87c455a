import type { AppErrorData, ErrorCode } from '../preload/contract/errors.ts';
import { cut, spelledOut } from '../preload/contract/text.ts';

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
    super(readable(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }

  toData(): AppErrorData {
    const { code, message, details } = this;
    if (details === undefined) return { code, message };
    const facts = Object.entries(details).map(([key, value]) => [key, readable(value)]);
    return { code, message, details: Object.fromEntries(facts) };
  }
}

/** Characters of a message; the longest sentences of the app have some 400. */
const LONGEST = 1_000;

/**
 * Errors echo what was asked for (a path, a name, an unknown key), which may be anything: on lines, without
 * control characters, and never longer than a screen can show.
 */
export function readable(message: string): string {
  return cut(message.split(/\r?\n/).map(spelledOut).join('\n'), LONGEST);
}

/** The Node error code (`ENOENT`, `ENOSPC`) of anything that was thrown, else undefined. */
export function nodeErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
