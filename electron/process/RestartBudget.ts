export interface RestartPolicy {
  /** Restarts allowed within the window; one more and the process has failed. */
  limit: number;
  windowMs: number;
  /** The first wait; each further one within the window is twice as long. */
  firstDelayMs: number;
  maxDelayMs: number;
}

/** How long to wait before the next restart, or that there shall be none. */
export class RestartBudget {
  readonly #policy: RestartPolicy;
  #used: number[] = [];

  constructor(policy: RestartPolicy) {
    this.#policy = policy;
  }

  /** @param now milliseconds on a clock that never goes back. Null = the budget is spent. */
  next(now: number): number | null {
    const { limit, windowMs, firstDelayMs, maxDelayMs } = this.#policy;
    this.#used = this.#used.filter((at) => now - at < windowMs);
    if (this.#used.length >= limit) return null;
    const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** this.#used.length);
    this.#used.push(now);
    return delay;
  }

  reset(): void {
    this.#used = [];
  }
}
