import { firstOf } from '../../preload/contract/text.ts';
import { AppError } from '../errors.ts';

const WAYS_OUT =
  'Ways out (Settings → Storage): start the engine again; set its data aside and rebuild from the last backup; or move to SQLite.';
const MAX_REASON = 200;

/** What an early exit of Qdrant means that no further try would cure; `retry` for a lost race for the port. */
export function explainExit(log: string): AppError | 'retry' | undefined {
  if (/address (already )?in use|os error (98|48|10048)\b/i.test(log)) return 'retry';
  // Only the lock itself: a damaged write-ahead log "can't be initialised" either.
  if (/kind: WouldBlock|Kind\(WouldBlock\)|os error (11|35|33)\b/i.test(log)) {
    return new AppError(
      'WORKSPACE_IN_USE',
      'Another process uses the data folder of the Qdrant engine. Close it and try again.',
    );
  }
  if (/no space left|os error (28|112)\b/i.test(log)) {
    return new AppError(
      'DISK_FULL',
      'The disk is full: the Qdrant engine cannot start. Free some space and try again.',
    );
  }
  if (/unsupported system page size/i.test(log)) {
    return new AppError(
      'ENGINE_FAILED',
      'The Qdrant program does not run on this machine: its memory pages are larger than 4 KB. Use the SQLite engine.',
    );
  }
  return undefined;
}

/** What it means that every try of the budget ended. */
export function explainCrashLoop(log: string): AppError {
  const reason = panicReason(log);
  const message =
    reason === null
      ? `The Qdrant engine keeps ending unexpectedly. ${WAYS_OUT}`
      : `The Qdrant engine cannot read its data folder and ends each time: ${reason} ${WAYS_OUT}`;
  return new AppError('ENGINE_FAILED', message);
}

/** The words of a panic, without Qdrant's source files; null when it said nothing of the kind. */
function panicReason(log: string): string | null {
  const match =
    /Panic occurred in file \S+ at line \d+: (.*)/.exec(log) ??
    /panicked at [^\n]*:\n(.*)/.exec(log) ??
    /^Error: (Service internal error.*)$/m.exec(log);
  const words = match?.[1]?.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (words === undefined || words === '') return null;
  return words.length <= MAX_REASON ? `${words}.` : `${firstOf(words, MAX_REASON).replace(/[\s.]+$/, '')} …`;
}
