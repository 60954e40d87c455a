/**
 * While a collection is being replaced its writes wait, so that an acknowledged write never lands in
 * the data that is about to be dropped. Replacements of one collection run one after another.
 * A replacement whose batches write to the same collection would wait for itself.
 */
export class WriteGate {
  readonly #closed = new Map<string, Promise<void>>();

  async open(collection: string): Promise<void> {
    for (let busy = this.#closed.get(collection); busy; busy = this.#closed.get(collection)) await busy;
  }

  async whileClosed<T>(collection: string, work: () => Promise<T>): Promise<T> {
    await this.open(collection);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed.set(collection, promise);
    try {
      return await work();
    } finally {
      this.#closed.delete(collection);
      resolve();
    }
  }
}
