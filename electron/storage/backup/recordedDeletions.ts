import { z } from 'zod';
import { AppDb } from '../appDb.ts';
import { accountToken, ownTime, placeOf } from '../estateRecords.ts';
import { ESTATE_SINCE, Freshness, sinceOf } from '../freshness.ts';
import type { Keyring } from '../keys/keyring.ts';
import { REMOVED_KIND, RemovedResources } from '../maintenance/removedResources.ts';
import type { Payload } from '../PointStore.ts';
import { SCAN_CELL_KIND } from '../scanCells.ts';
import { Sealer } from '../sealing.ts';
import type { Line } from './lines.ts';
import { docAddress, openRecord } from './records.ts';
import { appDbFile } from './workspaceParts.ts';

const PAGE = 1_000;
/** How versions before `removedResources.ts` said that an account was forgotten. */
const Forgotten = z.object({
  at: z.string(),
  body: z.object({ kind: z.literal('maintenance'), accountId: z.string() }),
});

/**
 * What a workspace knows to be deleted, so that a merge does not bring it back: resources that a completed scan no
 * longer saw, those that were deleted with everything, and accounts that were forgotten and are not connected again.
 */
export class RecordedDeletions {
  /** By account token: when each listing last completed, whichever rows it was of. */
  #listed = new Freshness();
  /** The same of listings that were written into the rows as they lie here. */
  #written = new Freshness();
  /** By account token: when its resources were removed, in ms, and whether the account was forgotten with them. */
  readonly #removed = new Map<string, { at: number; forgotten: boolean }>();
  readonly #connected = new Set<string>();
  readonly #accountToken: (accountId: string) => string;

  /** Since when the estate is as it lies here (`ESTATE_SINCE`), in ms; null when that is not known. */
  since: number | null = null;

  /** `since`: where it is known already, and the document may be forgotten. */
  static async read(folder: string, keys: Keyring, since?: number | null): Promise<RecordedDeletions> {
    const sealer = new Sealer(keys);
    const db = new AppDb(appDbFile(folder), keys, sealer);
    try {
      const deletions = new RecordedDeletions(sealer);
      const cells = (await db.list(SCAN_CELL_KIND)).map(({ value }) => value);
      deletions.#listed = Freshness.of(cells, { account: deletions.#accountToken });
      const { kind, key } = ESTATE_SINCE;
      deletions.since = since === undefined ? sinceOf(await db.get(kind, key)) : since;
      deletions.#written = Freshness.of(cells, {
        account: deletions.#accountToken,
        since: deletions.since ?? Number.POSITIVE_INFINITY,
      });
      for (const { key } of await db.list('accounts')) deletions.#connected.add(deletions.#accountToken(key));
      deletions.#readJournal(db);
      for (const { value } of await db.list(REMOVED_KIND)) deletions.#takeRemoved(value);
      return deletions;
    } finally {
      db.close();
    }
  }

  /**
   * What the scan cells of a staged backup say. Which accounts another install has forgotten is its own matter:
   * what is connected here stays.
   */
  static async ofBackup(staged: AsyncIterable<Line[]>, keys: Keyring): Promise<RecordedDeletions> {
    const sealer = new Sealer(keys);
    const deletions = new RecordedDeletions(sealer);
    const cells: unknown[] = [];
    for await (const page of staged) {
      for (const line of page) {
        if (line.t !== 'doc' || line.kind !== SCAN_CELL_KIND) continue;
        const content = openRecord(sealer, docAddress(line), line.sealed);
        const doc = content === null ? null : parsed(content);
        if (typeof doc === 'object' && doc !== null && 'value' in doc) cells.push(doc.value);
      }
    }
    deletions.#listed = Freshness.of(cells, { account: deletions.#accountToken });
    return deletions;
  }

  private constructor(sealer: Sealer) {
    this.#accountToken = (accountId) => accountToken(sealer, accountId);
  }

  /** When a resource that is not here was known to be gone, in ms; null when nothing is known. */
  goneAt(payload: Payload): number | null {
    const token = String(payload.account_token);
    return Math.max(this.#listed.at(placeOf(payload)), this.#standing(token)?.at ?? 0) || null;
  }

  /** When a resource that is here was last seen, in ms: by itself, or unchanged in a listing that completed. */
  seenAt(payload: Payload): number {
    return Math.max(ownTime(payload), this.#written.at(placeOf(payload)));
  }

  isForgotten(accountId: string): boolean {
    return this.#standing(this.#accountToken(accountId))?.forgotten === true;
  }

  /** What was observed of an account before this time, in ms, does not come back; 0 = nothing was removed. */
  removedUntil(accountId: string): number {
    return this.#standing(this.#accountToken(accountId))?.at ?? 0;
  }

  /** When the resources of an account were last removed here, in ms; 0 for never. */
  removedAt(accountId: string): number {
    return this.#removed.get(this.#accountToken(accountId))?.at ?? 0;
  }

  /** A removal that counts: that of a forgotten account ends once it is connected again. */
  #standing(token: string): { at: number; forgotten: boolean } | undefined {
    const removed = this.#removed.get(token);
    return removed?.forgotten && this.#connected.has(token) ? undefined : removed;
  }

  #takeRemoved(value: unknown): void {
    const removed = RemovedResources.safeParse(value);
    if (!removed.success) return;
    const { accountId, at, forgotten } = removed.data;
    // A person did this, whatever the clock said: if not then, at the latest now.
    const when = Math.min(Date.parse(at), Date.now());
    this.#removed.set(this.#accountToken(accountId), { at: when, forgotten });
  }

  #readJournal(db: AppDb): void {
    for (let from = 1; ; ) {
      const records = db.journal.read(from, PAGE);
      for (const { seq, bytes } of records) {
        from = seq + 1;
        const entry = Forgotten.safeParse(bytes === null ? null : parsed(bytes));
        if (!entry.success) continue;
        const { at, body } = entry.data;
        this.#takeRemoved({ accountId: body.accountId, at, forgotten: true });
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
