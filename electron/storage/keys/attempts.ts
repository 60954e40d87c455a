import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../errors.ts';

/** One is being tried and these wait: two screens and a finger that slipped, and no more. */
const AT_ONCE = 4;
/** Before a wrong one is answered, and the next one tried. */
const WRONG_MS = 1_000;

/**
 * The tries of what a person types to get at a key: one after the other, since each takes 128 MB and a second by
 * design, and few at a time, since whoever guesses is not served.
 */
export class Attempts {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Rejects with THROTTLED, and tries nothing, while too many are waiting. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#waiting >= AT_ONCE) {
      throw new AppError(
        'THROTTLED',
        'Other tries are still being checked. This one was not looked at. Wait for their answers, then try again.',
      );
    }
    this.#waiting += 1;
    const tried = this.#tail.then(attempt);
    const answered = tried.catch(async (error: unknown) => {
      if (error instanceof AppError && error.code === 'KEY_WRONG')
        await delay(WRONG_MS, undefined, { ref: false });
      throw error;
    });
    this.#tail = answered.catch(() => undefined);
    try {
      return await answered;
    } finally {
      this.#waiting -= 1;
    }
  }
}
