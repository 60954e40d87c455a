import { setTimeout as delay } from 'node:timers/promises';
import { type Pluggable, SMITHY_CONTEXT_KEY } from '@smithy/types';

/** Lets `burst` calls pass at once and `rate` per second after that; waiting callers go in order. */
export class TokenBucket {
  readonly #burst: number;
  readonly #rate: number;
  #tokens: number;
  #at = performance.now();

  constructor(limits: { burst: number; rate: number }) {
    this.#burst = limits.burst;
    this.#rate = limits.rate;
    this.#tokens = limits.burst;
  }

  /** Rejects when `signal` fires while waiting. */
  async take(signal?: AbortSignal): Promise<void> {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1_000) * this.#rate) - 1;
    this.#at = now;
    if (this.#tokens >= 0) return;
    try {
      await delay((-this.#tokens / this.#rate) * 1_000, undefined, signal ? { signal } : {});
    } catch (error) {
      this.#tokens += 1;
      throw error;
    }
  }
}

/**
 * Calls per second of one account, region and service. EC2's numbers are AWS's own (describe: burst 100,
 * refill 20); the others stay well below what AWS grants, so that a scan never starves the account's own tools.
 */
const LIMITS: Record<string, { burst: number; rate: number }> = {
  EC2: { burst: 50, rate: 20 },
  S3: { burst: 100, rate: 100 },
  SQS: { burst: 400, rate: 400 },
  // Half of the calls are ListTagsOfResource, of which AWS allows ten a second.
  DynamoDB: { burst: 20, rate: 20 },
  Lambda: { burst: 50, rate: 50 },
};
const DEFAULT_LIMIT = { burst: 20, rate: 10 };

/** Makes each attempt of a client, retries included, wait for its bucket. */
export function rateLimit(serviceId: string): Pluggable<object, object> {
  const bucket = new TokenBucket(LIMITS[serviceId] ?? DEFAULT_LIMIT);
  return {
    applyToStack: (stack) => {
      stack.add(
        (next, context) => async (args) => {
          const smithy = context[SMITHY_CONTEXT_KEY] as { abortSignal?: AbortSignal } | undefined;
          await bucket.take(smithy?.abortSignal);
          return next(args);
        },
        { step: 'finalizeRequest', priority: 'low', name: 'cloudopsRateLimit' },
      );
    },
  };
}
