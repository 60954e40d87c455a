import { z } from 'zod';
import { ScanCell } from '../../../preload/contract/models.ts';
import { AppDb, SCAN_CELL_KIND } from '../appDb.ts';
import { accountToken } from '../estateRecords.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Payload } from '../PointStore.ts';
import { Sealer } from '../sealing.ts';
import { appDbFile } from './workspaceParts.ts';

const PAGE = 1_000;
const Forgotten = z.object({
  at: z.string(),
  body: z.object({ kind: z.literal('maintenance'), accountId: z.string() }),
});

/**
 * What a workspace knows to be deleted, so that a merge does not bring it back: resources that a completed scan no
 * longer saw, and accounts that were forgotten and are not connected again.
 */
export class RecordedDeletions {
  /** By account token, region and service: when the scan cell last completed, in ms. */
  readonly #cells = new Map<string, number>();
  /** By account token, in ms. */
  readonly #forgotten = new Map<string, number>();
  readonly #accountToken: (accountId: string) => string;

  static async read(folder: string, keys: Keyring): Promise<RecordedDeletions> {
    const sealer = new Sealer(keys);
    const db = new AppDb(appDbFile(folder), keys, sealer);
    try {
      const deletions = new RecordedDeletions((accountId) => accountToken(sealer, accountId));
      await deletions.#readCells(db);
      await deletions.#readForgotten(db);
      return deletions;
    } finally {
      db.close();
    }
  }

  private constructor(token: (accountId: string) => string) {
    this.#accountToken = token;
  }

  /** When a resource that is not here was known to be gone, in ms; null when nothing is known. */
  goneAt({ account_token: account, region, service }: Payload): number | null {
    const times = [
      this.#cells.get([account, region, service].join('|')),
      this.#cells.get([account, 'global', service].join('|')),
      this.#forgotten.get(String(account)),
    ].filter((time) => time !== undefined);
    return times.length === 0 ? null : Math.max(...times);
  }

  isForgotten(accountId: string): boolean {
    return this.#forgotten.has(this.#accountToken(accountId));
  }

  async #readCells(db: AppDb): Promise<void> {
    for (const { value } of await db.list(SCAN_CELL_KIND)) {
      const cell = ScanCell.safeParse(value);
      if (!cell.success || cell.data.asOf === null) continue;
      const { accountId, region, service, asOf } = cell.data;
      this.#cells.set([this.#accountToken(accountId), region, service].join('|'), Date.parse(asOf));
    }
  }

  /** The journal says which accounts were forgotten; the list of accounts, which are connected again. */
  async #readForgotten(db: AppDb): Promise<void> {
    for (let from = 1; ; ) {
      const records = db.journal.read(from, PAGE);
      for (const { seq, bytes } of records) {
        from = seq + 1;
        const entry = Forgotten.safeParse(bytes === null ? null : parsed(bytes));
        if (!entry.success) continue;
        const { at, body } = entry.data;
        if ((await db.get('accounts', body.accountId)) === null) {
          this.#forgotten.set(this.#accountToken(body.accountId), Date.parse(at));
        }
      }
      if (records.length < PAGE) return;
    }
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}
