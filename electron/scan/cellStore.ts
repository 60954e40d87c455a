import { ScanCell } from '../../preload/contract/models.ts';
import type { DocsApi } from '../storage/api.ts';

/** Under this kind `DocsApi.putCells` keeps the cells. */
const KIND = 'scan_cell';
const FLUSH_AT = 25;

const keyOf = (cell: Pick<ScanCell, 'accountId' | 'region' | 'service'>) =>
  `${cell.accountId}|${cell.region}|${cell.service}`;

/** All cells ever scanned, with what is happening to them now. Only how a cell ended is stored. */
export class CellStore {
  readonly #docs: Pick<DocsApi, 'list' | 'putCells'>;
  readonly #unsaved = new Map<string, ScanCell>();
  #cells: Map<string, ScanCell> | undefined;

  constructor(docs: Pick<DocsApi, 'list' | 'putCells'>) {
    this.#docs = docs;
  }

  async load(): Promise<void> {
    if (this.#cells) return;
    const stored = await this.#docs.list(KIND);
    this.#cells ??= new Map(
      stored.flatMap(({ value }) => {
        const cell = ScanCell.safeParse(value);
        return cell.success ? [[keyOf(cell.data), cell.data] as const] : [];
      }),
    );
  }

  all(): ScanCell[] {
    return [...this.#known().values()];
  }

  /** Regions in which this account was scanned before. */
  regionsOf(accountId: string): string[] {
    const own = this.all().filter((cell) => cell.accountId === accountId && cell.region !== 'global');
    return [...new Set(own.map((cell) => cell.region))];
  }

  /** What is known of an address; a new one is pending. */
  get(address: Pick<ScanCell, 'accountId' | 'region' | 'service'>): ScanCell {
    const { accountId, region, service } = address;
    const known = this.#known().get(keyOf(address));
    return known ?? { accountId, region, service, status: 'pending', count: 0, asOf: null, message: null };
  }

  /** For the screens alone: `pending`, `running`. */
  show(cell: ScanCell): void {
    this.#known().set(keyOf(cell), cell);
  }

  /** How a cell ended: stored with the next batch. */
  async end(cell: ScanCell): Promise<void> {
    this.show(cell);
    this.#unsaved.set(keyOf(cell), cell);
    if (this.#unsaved.size >= FLUSH_AT) await this.flush();
  }

  async flush(): Promise<void> {
    const cells = [...this.#unsaved.values()];
    this.#unsaved.clear();
    if (cells.length > 0) await this.#docs.putCells(cells);
  }

  #known(): Map<string, ScanCell> {
    if (!this.#cells) throw new Error('CellStore.load comes first');
    return this.#cells;
  }
}
