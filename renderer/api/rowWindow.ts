import type { RequestError } from './client.ts';

/** Rows per request; the contract allows 200. */
export const PAGE_ROWS = 200;
/** Pages kept: 8,000 rows around where the person is. */
const MAX_PAGES = 40;

export type FetchRows<T> = (resultId: string, offset: number, limit: number) => Promise<T[]>;

/**
 * The rows of one windowed list that were looked at, by page. After `setResult` (the same list asked again)
 * old rows stay visible until the new page is there, so that a refetch never blanks the table.
 */
export class RowWindow<T> {
  readonly #fetchRows: FetchRows<T>;
  readonly #onGone: () => void;
  readonly #listeners = new Set<() => void>();
  #resultId: string | null = null;
  #total = 0;
  /** In order of use, the last used last. */
  #pages = new Map<number, T[]>();
  #stale = new Map<number, T[]>();
  #loading = new Set<number>();
  #error: RequestError | null = null;
  #version = 0;

  /** `onGone`: the main side forgot the result (RESULT_GONE); ask the query again. */
  constructor(fetchRows: FetchRows<T>, onGone: () => void) {
    this.#fetchRows = fetchRows;
    this.#onGone = onGone;
  }

  get total(): number {
    return this.#total;
  }

  get resultId(): string | null {
    return this.#resultId;
  }

  get error(): RequestError | null {
    return this.#error;
  }

  /** Counts changes, for React's useSyncExternalStore. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  setResult(resultId: string | null, total: number): void {
    if (resultId === this.#resultId && total === this.#total) return;
    if (resultId !== this.#resultId) {
      this.#stale = new Map([...this.#stale, ...this.#pages]);
      this.#pages = new Map();
      this.#loading = new Set();
      this.#error = null;
    }
    this.#resultId = resultId;
    this.#total = total;
    this.#changed();
  }

  row(index: number): T | undefined {
    if (index < 0 || index >= this.#total) return undefined;
    const page = Math.floor(index / PAGE_ROWS);
    return (this.#pages.get(page) ?? this.#stale.get(page))?.[index % PAGE_ROWS];
  }

  /** True when the row comes from the present result, not from the one before. */
  isFresh(index: number): boolean {
    return this.#pages.has(Math.floor(index / PAGE_ROWS));
  }

  /** Fetches what is missing of rows `first`..`last`, both included. */
  ensure(first: number, last: number): void {
    if (this.#resultId === null || this.#total === 0 || this.#error) return;
    const from = Math.max(0, Math.floor(first / PAGE_ROWS));
    const to = Math.floor(Math.min(last, this.#total - 1) / PAGE_ROWS);
    for (let page = from; page <= to; page++) {
      const rows = this.#pages.get(page);
      if (rows) {
        this.#pages.delete(page);
        this.#pages.set(page, rows);
      } else if (!this.#loading.has(page)) void this.#load(this.#resultId, page);
    }
  }

  /** All rows `first`..`last`, both included, fetched where they are not here. Rejects with RequestError. */
  async range(first: number, last: number): Promise<T[]> {
    const found: T[] = [];
    for (let offset = first; offset <= last; ) {
      const page = Math.floor(offset / PAGE_ROWS);
      const end = Math.min(last + 1, (page + 1) * PAGE_ROWS);
      const known = this.#pages.get(page)?.slice(offset % PAGE_ROWS, end - page * PAGE_ROWS);
      found.push(...(known ?? (await this.#fetchRows(this.#resultId ?? '', offset, end - offset))));
      offset = end;
    }
    return found;
  }

  retry(): void {
    this.#error = null;
    this.#changed();
  }

  async #load(resultId: string, page: number): Promise<void> {
    this.#loading.add(page);
    const offset = page * PAGE_ROWS;
    try {
      const rows = await this.#fetchRows(resultId, offset, Math.min(PAGE_ROWS, this.#total - offset));
      if (resultId !== this.#resultId) return;
      this.#pages.set(page, rows);
      this.#stale.delete(page);
      this.#evict();
    } catch (thrown) {
      if (resultId !== this.#resultId) return;
      const error = thrown as RequestError;
      // Left in #loading: the caller must not be asked again for the same dead result.
      if (error.data?.code === 'RESULT_GONE') return this.#gone();
      this.#error = error;
    }
    this.#loading.delete(page);
    this.#changed();
  }

  #gone(): void {
    this.#resultId = null;
    this.#onGone();
  }

  #evict(): void {
    for (const pages of [this.#pages, this.#stale]) {
      for (const page of pages.keys()) {
        if (pages.size <= MAX_PAGES) break;
        pages.delete(page);
      }
    }
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}
