import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Row } from './rowStore.ts';

const RESULTS_KEPT = 20;

/**
 * Results as lists of rows, fixed when the query ran: a scan that writes meanwhile never shifts them.
 * A row shows its newest data; one that left the estate keeps its place with its last known data.
 * The least recently read result is dropped first.
 */
export class Results {
  readonly #kept = new Map<string, Row[]>();

  keep(rows: Row[]): string {
    const resultId = randomUUID();
    this.#kept.set(resultId, rows);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= RESULTS_KEPT) break;
      this.#kept.delete(oldest);
    }
    return resultId;
  }

  page(resultId: string, offset: number, limit: number): Row[] {
    const rows = this.#kept.get(resultId);
    if (!rows) {
      throw new AppError('RESULT_GONE', 'This list is no longer kept. Run the search again to see it anew.');
    }
    this.#kept.delete(resultId);
    this.#kept.set(resultId, rows);
    return rows.slice(offset, offset + limit);
  }

  clear(): void {
    this.#kept.clear();
  }
}
