import type { DatabaseSync } from 'node:sqlite';
import { historyAddress, historyContent } from '../history/entries.ts';
import { HistoryTable } from '../history/historyTable.ts';
import type { Sealer } from '../sealing.ts';
import type { HistoryLine } from './lines.ts';
import type { RecordedDeletions } from './recordedDeletions.ts';
import { openRecord } from './records.ts';

/** Takes the history of a state into a database, inside the caller's transaction: what either side has, once. */
export class MergedHistory {
  readonly #db: DatabaseSync;
  readonly #sealer: Sealer;
  readonly #table: HistoryTable;
  readonly #deletions: Pick<RecordedDeletions, 'isForgotten' | 'removedUntil'> | null;

  /** @param options deletions: of the workspace merged into; null for a replacement. */
  constructor(
    db: DatabaseSync,
    sealer: Sealer,
    options: { deletions: Pick<RecordedDeletions, 'isForgotten' | 'removedUntil'> | null },
  ) {
    this.#db = db;
    this.#sealer = sealer;
    this.#table = new HistoryTable(db, sealer);
    this.#deletions = options.deletions;
  }

  /** Before a replacement. */
  clear(): void {
    this.#db.exec('DELETE FROM history');
  }

  take({ t: _, sealed, ...place }: HistoryLine): 'added' | 'kept' | 'skipped' {
    const bytes = openRecord(this.#sealer, historyAddress(place), sealed);
    if (this.#isRemoved(bytes, place.at)) return 'skipped';
    const added = this.#table.add({ ...place, sealed: Buffer.from(sealed, 'base64') }, bytes);
    return added ? 'added' : 'kept';
  }

  #isRemoved(bytes: Buffer | null, at: number): boolean {
    const accountId = bytes && historyContent(bytes)?.address.accountId;
    if (this.#deletions === null || !accountId) return false;
    return this.#deletions.isForgotten(accountId) || at < this.#deletions.removedUntil(accountId);
  }
}
