/** When the keys are to be put away. Pure, so that neither a clock nor a window is needed to test it. */
export interface IdleWatch {
  /** Ms of the last sign of the person. */
  lastInput: number;
  /** Ms of the last look at the clock. */
  lastTick: number;
}

export const TICK_MS = 5_000;
/** Ticks are late by this much only when the machine, or this page, was asleep. */
const ASLEEP_MS = 60_000;

export const startIdle = (now: number): IdleWatch => ({ lastInput: now, lastTick: now });

/** A sign of the person. It must not hide that the machine slept: the tick that follows still sees the jump. */
export const sawInput = (watch: IdleWatch, now: number): IdleWatch => ({ ...watch, lastInput: now });

/**
 * One look at the clock, also before input counts: `lock` when nobody was there for `minutes`, or when the clock
 * jumped, forwards as after a sleep or backwards as when it was set. 0 minutes = never.
 */
export function tickIdle(
  watch: IdleWatch,
  now: number,
  minutes: number,
): { watch: IdleWatch; lock: 'idle' | 'sleep' | null } {
  const slept = now - watch.lastTick > TICK_MS + ASLEEP_MS || now < watch.lastTick - ASLEEP_MS;
  const idle = now - watch.lastInput >= minutes * 60_000;
  const lock = minutes === 0 ? null : slept ? 'sleep' : idle ? 'idle' : null;
  return { watch: { lastInput: slept ? now : watch.lastInput, lastTick: now }, lock };
}
