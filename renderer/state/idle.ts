/**
 * What this page knows of whether somebody is there. Pure, so that neither a clock nor a window is needed to test
 * it. When nobody is, the main side locks: it hears of every page.
 */
export interface IdleWatch {
  /** Ms when the main side was last told that somebody is there. */
  lastTold: number;
  /** Ms of the last look at the clock. */
  lastTick: number;
}

export const TICK_MS = 5_000;
/** Ticks are late by this much only when the machine, or this page, was asleep. */
const ASLEEP_MS = 60_000;
/** Input comes in hundreds a second; the shortest idle lock is five minutes. */
const TELL_EVERY_MS = 20_000;

export const startIdle = (now: number): IdleWatch => ({
  lastTold: Number.NEGATIVE_INFINITY,
  lastTick: now,
});

/** A sign of the person: `tell` when the main side is to hear of it. It does not hide that the machine slept. */
export function sawInput(watch: IdleWatch, now: number): { watch: IdleWatch; tell: boolean } {
  const since = now - watch.lastTold;
  const tell = since >= TELL_EVERY_MS || since < 0;
  return { watch: tell ? { ...watch, lastTold: now } : watch, tell };
}

/**
 * One look at the clock, also before input counts: `slept` when the clock jumped, forwards as after a sleep or
 * backwards as when it was set.
 */
export function tickIdle(watch: IdleWatch, now: number): { watch: IdleWatch; slept: boolean } {
  const slept = now - watch.lastTick > TICK_MS + ASLEEP_MS || now < watch.lastTick - ASLEEP_MS;
  return { watch: { ...watch, lastTick: now }, slept };
}
