import type { ScanCell } from '../../preload/contract/models.ts';
import type { DocsApi } from '../storage/api.ts';
import { readCell, SCAN_CELL_KIND, type StoredCell } from '../storage/scanCells.ts';

const FLUSH_AT = 25;

const keyOf = (cell: Pick<ScanCell, 'accountId' | 'region' | 'service'>) =>
  `${cell.accountId}|${cell.region}|${cell.service}`;

/** All cells ever scanned, with what is happening to them now. Only how a cell ended is stored. */
export class CellStore {
  readonly #docs: Pick<DocsApi, 'list' | 'putCells'>;
  readonly #unsaved = new Map<string, StoredCell>();
  #cells: Map<string, StoredCell> | undefined;

  constructor(docs: Pick<DocsApi, 'list' | 'putCells'>) {
    this.#docs = docs;
  }

  async load(): Promise<void> {
    if (this.#cells) return;
    const stored = await this.#docs.list(SCAN_CELL_KIND);
    this.#cells ??= new Map(
      stored.flatMap(({ value }) => {
        const cell = readCell(value);
        return cell === null ? [] : [[keyOf(cell), cell] as const];
      }),
    );
  }

  all(): StoredCell[] {
    return [...this.#known().values()];
  }

  /** Regions in which this account was scanned before. */
  regionsOf(accountId: string): string[] {
    const own = this.all().filter((cell) => cell.accountId === accountId && cell.region !== 'global');
    return [...new Set(own.map((cell) => cell.region))];
  }

  /** What is known of an address; a new one is pending. */
  get(address: Pick<ScanCell, 'accountId' | 'region' | 'service'>): StoredCell {
    const { accountId, region, service } = address;
    const known = this.#known().get(keyOf(address));
    if (known) return known;
    const never = { status: 'pending', count: 0, asOf: null, message: null, listed: {} } as const;
    return { accountId, region, service, ...never };
  }

  /** For the screens alone: `pending`, `running`. */
  show(cell: StoredCell): void {
    this.#known().set(keyOf(cell), cell);
  }

  /** How a cell ended: stored with the next batch. */
  async end(cell: StoredCell): Promise<void> {
    this.show(cell);
    this.#unsaved.set(keyOf(cell), cell);
    if (this.#unsaved.size >= FLUSH_AT) await this.flush();
  }

  async flush(): Promise<void> {
    const cells = [...this.#unsaved.values()];
    this.#unsaved.clear();
    if (cells.length > 0) await this.#docs.putCells(cells);
  }

  #known(): Map<string, StoredCell> {
    if (!this.#cells) throw new Error('CellStore.load comes first');
    return this.#cells;
  }
}
