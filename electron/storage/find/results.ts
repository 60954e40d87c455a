import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.ts';

const RESULTS_KEPT = 20;

/**
 * Results as lists of rows, fixed when the query ran: a scan that writes meanwhile never shifts them.
 * The least recently read result is dropped first.
 */
export class Results<T> {
  readonly #kept = new Map<string, readonly T[]>();

  keep(rows: readonly T[]): string {
    const resultId = randomUUID();
    this.#kept.set(resultId, rows);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= RESULTS_KEPT) break;
      this.#kept.delete(oldest);
    }
    return resultId;
  }

  page(resultId: string, offset: number, limit: number): T[] {
    const rows = this.#kept.get(resultId);
    if (!rows) {
      throw new AppError('RESULT_GONE', 'This list is no longer kept. Ask for it again to see it anew.');
    }
    this.#kept.delete(resultId);
    this.#kept.set(resultId, rows);
    return rows.slice(offset, offset + limit);
  }

  /** Every row that a kept result holds, some of them several times. */
  *all(): Generator<T> {
    for (const rows of this.#kept.values()) yield* rows;
  }

  clear(): void {
    this.#kept.clear();
  }
}
