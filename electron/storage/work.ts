import { AppError } from '../errors.ts';

/**
 * How long work tells where it is and hears that it should stop. A job's handle fits. As the last argument of a
 * storage call it works across the data worker too: reports come by message, an abort goes there by message.
 */
export interface Work {
  readonly signal: AbortSignal;
  /** A new step, counted from zero; `total` null = not known. */
  step(words: string, total?: number | null, unit?: WorkUnit): void;
  progress(done: number, total?: number | null): void;
}
export type WorkUnit = 'records' | 'bytes' | 'steps';

/** What travels of it from the worker. */
export type WorkReport =
  | { step: string; total: number | null; unit: WorkUnit }
  | { done: number; total?: number | null };

/** For callers that want neither progress nor cancel. */
export function quietWork(): Work {
  return { signal: new AbortController().signal, step: () => undefined, progress: () => undefined };
}

export function isWork(value: unknown): value is Work {
  return (
    typeof value === 'object' && value !== null && 'signal' in value && value.signal instanceof AbortSignal
  );
}

/** In the worker: the other half of a Work whose signal is `signal`. */
export function reportingWork(signal: AbortSignal, report: (report: WorkReport) => void): Work {
  return {
    signal,
    step: (step, total = null, unit = 'steps') => report({ step, total, unit }),
    progress: (done, total) => report(total === undefined ? { done } : { done, total }),
  };
}

export function passOn(report: WorkReport, work: Work): void {
  if ('step' in report) work.step(report.step, report.total, report.unit);
  else work.progress(report.done, report.total);
}

/** The reason of an abort: what `signal.throwIfAborted()` throws in the worker. */
export function cancelled(): AppError {
  return new AppError('CANCELLED', 'Cancelled. What was there before is unchanged.');
}
