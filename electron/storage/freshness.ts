import { pastTime } from '../../preload/contract/times.ts';
import { readCell } from './scanCells.ts';

/** Where the listings of services that are the same everywhere are kept. */
export const GLOBAL_REGION = 'global';

/**
 * The document that says since when the estate has been written by this install's scans alone (ISO). What a restore
 * brings, rows or cells, makes it begin anew: a listing of before says nothing of the rows that lie here now.
 */
export const ESTATE_SINCE = { kind: 'estate', key: 'since' } as const;

/** In ms; null for none, and for a time that has not come yet. */
export function sinceOf(value: unknown): number | null {
  const time = typeof value === 'string' ? pastTime(Date.parse(value)) : 0;
  return time > 0 ? time : null;
}

/** Where a row lies, as far as listings go. `account` may be an id or a token, as long as one Freshness has one of both. */
export interface ListedAt {
  account: string;
  region: string;
  resourceType: string;
}

/**
 * When the listing of each account, region and type last came to its end, in ms. A row that is unchanged is not
 * written by a scan: it is as old as the later of its own time and this one.
 */
export class Freshness {
  readonly #times = new Map<string, number>();

  /** From stored scan cells; with `since` (ms) only from listings of then and later. */
  static of(cells: Iterable<unknown>, options: { since?: number; account?: (id: string) => string } = {}) {
    const { since = 0, account = (id: string) => id } = options;
    const freshness = new Freshness();
    for (const value of cells) {
      const cell = readCell(value);
      if (cell === null) continue;
      const { region } = cell;
      for (const [resourceType, listed] of Object.entries(cell.listed)) {
        const at = Date.parse(listed);
        if (at >= since) freshness.note({ account: account(cell.accountId), region, resourceType }, at);
      }
    }
    return freshness;
  }

  /** A time in the future (the clock was ahead) says nothing, and an earlier one takes nothing back. */
  note(place: ListedAt, at: number): void {
    const time = pastTime(at);
    const key = keyOf(place);
    if (time > (this.#times.get(key) ?? 0)) this.#times.set(key, time);
  }

  /** In ms; 0 = no listing of it is known to have come to its end. */
  at(place: ListedAt): number {
    const own = this.#times.get(keyOf(place)) ?? 0;
    return Math.max(own, this.#times.get(keyOf({ ...place, region: GLOBAL_REGION })) ?? 0);
  }

  /** The same with accounts by another name, as they stand now. */
  renamed(account: (id: string) => string): Freshness {
    const freshness = new Freshness();
    for (const [key, time] of this.#times) {
      const [id = '', region = '', resourceType = ''] = key.split('|');
      freshness.note({ account: account(id), region, resourceType }, time);
    }
    return freshness;
  }
}

const keyOf = ({ account, region, resourceType }: ListedAt) => `${account}|${region}|${resourceType}`;
