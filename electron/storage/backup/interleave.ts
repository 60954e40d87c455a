import type { Point } from '../PointStore.ts';

/** Where a message stands in its conversation. */
export interface Place {
  id: string;
  index: number;
  /** When it was said, in ms. */
  at: number;
}

export function placeOf({ id, payload }: Point): Place {
  return { id, index: Number(payload.message_index), at: Number(payload.timestamp) };
}

/**
 * The messages of both sides in one order: each side keeps its own whatever its clock said, and between two that
 * both have, what only one has goes by time. The same result whichever side is `ours`.
 */
export function interleaved(ours: Place[], theirs: Place[]): Place[] {
  const [mine, other] = [new Queue(ours), new Queue(theirs)];
  const all: Place[] = [];
  for (;;) {
    const [a, b] = [mine.first, other.first];
    const next = a === undefined || b === undefined ? (a ?? b) : choice(a, b, mine, other);
    if (next === undefined) return all;
    all.push(next);
    mine.take(next);
    other.take(next);
  }
}

/** What the other side has too, and further on, waits for what comes before it there. */
function choice(a: Place, b: Place, mine: Queue, other: Queue): Place {
  const [aWaits, bWaits] = [other.has(a.id) && a.id !== b.id, mine.has(b.id) && a.id !== b.id];
  if (aWaits !== bWaits) return aWaits ? b : a;
  return a.at < b.at || (a.at === b.at && a.id <= b.id) ? a : b;
}

/** The messages of one side in their order, less those that were taken. */
class Queue {
  readonly #places: Place[];
  readonly #left: Set<string>;
  #at = 0;

  constructor(places: Place[]) {
    this.#places = places.toSorted((a, b) => a.index - b.index);
    this.#left = new Set(places.map(({ id }) => id));
  }

  get first(): Place | undefined {
    return this.#places[this.#at];
  }

  has(id: string): boolean {
    return this.#left.has(id);
  }

  take({ id }: Place): void {
    this.#left.delete(id);
    for (let next = this.first; next !== undefined && !this.#left.has(next.id); next = this.first) {
      this.#at += 1;
    }
  }
}
