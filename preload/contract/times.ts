/** Two machines' clocks may differ by this much and both be right enough. */
const SKEW_MS = 60_000;

/**
 * A time, in ms, as far as it can decide between two records: one that has not come yet was written while a clock was
 * ahead, says nothing about which is the later, and so never wins.
 */
export function pastTime(time: number, now = Date.now()): number {
  return time > now + SKEW_MS ? 0 : time;
}

/** Of what was made at `createdAt` the latest first; times that have not come yet come last. */
export const newestFirst =
  (now = Date.now()) =>
  (a: { createdAt: string }, b: { createdAt: string }): number =>
    pastTime(Date.parse(b.createdAt), now) - pastTime(Date.parse(a.createdAt), now) ||
    b.createdAt.localeCompare(a.createdAt);

/** Of what was used at `updatedAt` the latest first; times that have not come yet come last. */
export const latestFirst =
  (now: number) =>
  (a: { updatedAt: string }, b: { updatedAt: string }): number =>
    pastTime(Date.parse(b.updatedAt), now) - pastTime(Date.parse(a.updatedAt), now) ||
    b.updatedAt.localeCompare(a.updatedAt);
