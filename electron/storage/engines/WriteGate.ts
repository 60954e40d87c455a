/**
 * Writes of a collection run side by side, but never beside its replacement: an acknowledged write must
 * not land in the data that is about to be dropped. Replacements of one collection run one after another.
 * A replacement whose batches write to the same collection would wait for itself.
 *
 * Between the look at the gate and the step through it nothing may be awaited, not even a function that answers at
 * once: whoever waits for the same opening goes on in the same turn, and would pass as well.
 */
export class WriteGate {
  readonly #closed = new Map<string, Promise<void>>();
  readonly #writing = new Map<string, Set<Promise<unknown>>>();

  async write<T>(collection: string, work: () => Promise<T>): Promise<T> {
    for (let busy = this.#closed.get(collection); busy; busy = this.#closed.get(collection)) await busy;
    const running = this.#writing.get(collection) ?? new Set();
    this.#writing.set(collection, running);
    const write = work();
    running.add(write);
    try {
      return await write;
    } finally {
      running.delete(write);
    }
  }

  /** Waits for the writes under way; those that come meanwhile wait for `work`. */
  async whileClosed<T>(collection: string, work: () => Promise<T>): Promise<T> {
    const open = await this.close(collection);
    try {
      return await work();
    } finally {
      open();
    }
  }

  /** The same for work of several steps: writes wait until what it resolves with is called, once or more often. */
  async close(collection: string): Promise<() => void> {
    for (let busy = this.#closed.get(collection); busy; busy = this.#closed.get(collection)) await busy;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed.set(collection, promise);
    await Promise.allSettled(this.#writing.get(collection) ?? []);
    return () => {
      // Called again, it must not open what another one has closed since.
      if (this.#closed.get(collection) === promise) this.#closed.delete(collection);
      resolve();
    };
  }
}
