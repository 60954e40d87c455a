import { AsyncLocalStorage } from 'node:async_hooks';
import type { Turn } from './protocol.ts';

/** Which of several writers at once a call belongs to; 0 = there is one alone. */
const lane = new AsyncLocalStorage<number>();

export const inLane = <T>(number: number, work: () => Promise<T>) => lane.run(number, work);
export const laneHere = () => lane.getStore() ?? 0;

/**
 * The order in which calls begin and end. In a first run each goes when it comes; in a replay each waits for its turn
 * in the recorded order, and what comes after the last one waits for the kill.
 */
export class Turns {
  readonly #left: Turn[] | null;
  readonly #waiting: { turn: Turn; go: () => void }[] = [];

  constructor(recorded: Turn[] | null) {
    this.#left = recorded && [...recorded];
  }

  take(what: Turn[1]): Promise<void> {
    if (this.#left === null) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ turn: [laneHere(), what], go: resolve });
    // Once it is awaited: else one that has waited for longer would go on before it.
    queueMicrotask(() => this.#go());
    return promise;
  }

  #go(): void {
    for (;;) {
      const next = this.#left?.[0];
      const at = this.#waiting.findIndex(({ turn }) => turn[0] === next?.[0] && turn[1] === next[1]);
      if (at < 0) return;
      this.#left?.shift();
      this.#waiting.splice(at, 1)[0]?.go();
    }
  }
}
