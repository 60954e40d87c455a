import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { Order } from './protocol.ts';

/** Shared by the two threads of a process that is to die: at which effect, and the estate's format. */
const NAME = 'torture';
const [LEFT, AFTER, FORMAT, HOLD] = [0, 1, 2, 3];

export class Control {
  readonly #cells: Int32Array;

  /** Before the data worker is started. */
  static make(): Control {
    const memory = new SharedArrayBuffer(16);
    setEnvironmentData(NAME, memory);
    return new Control(memory);
  }

  /** In the data worker. */
  static get(): Control {
    const memory = getEnvironmentData(NAME);
    if (!(memory instanceof SharedArrayBuffer))
      throw new Error('This worker was not started by the torture.');
    return new Control(memory);
  }

  private constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  arm({ nth, when }: NonNullable<Order['die']>): void {
    Atomics.store(this.#cells, AFTER, when === 'after' ? 1 : 0);
    Atomics.store(this.#cells, LEFT, nth);
  }

  /** After so many effects the next one never comes: the process waits for its end. */
  holdAfter(effects: number): void {
    Atomics.store(this.#cells, HOLD, effects + 1);
  }

  /** Counts one effect; false where nothing may happen any more. */
  mayGoOn(): boolean {
    // 0 = no limit; what is counted down to 1 has been used up.
    const left = Atomics.load(this.#cells, HOLD);
    if (left > 1) Atomics.store(this.#cells, HOLD, left - 1);
    return left !== 1;
  }

  /** Counts one effect; when it is the one, whether the end comes before or after it. */
  reached(): 'before' | 'after' | null {
    if (Atomics.sub(this.#cells, LEFT, 1) !== 1) return null;
    return Atomics.load(this.#cells, AFTER) === 1 ? 'after' : 'before';
  }

  get format(): number {
    return Math.max(1, Atomics.load(this.#cells, FORMAT));
  }

  set format(version: number) {
    Atomics.store(this.#cells, FORMAT, version);
  }
}
