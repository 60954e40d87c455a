/** Runs async work one after the other, in the order of the calls; a failure does not stop what follows. */
export class Serial {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  get idle(): boolean {
    return this.#waiting === 0;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const result = this.#tail.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/** One `Serial` per key: calls of different keys run side by side. */
export class KeyedSerial {
  readonly #serials = new Map<string, Serial>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const serial = this.#serials.get(key) ?? new Serial();
    this.#serials.set(key, serial);
    try {
      return await serial.run(work);
    } finally {
      if (serial.idle) this.#serials.delete(key);
    }
  }
}
