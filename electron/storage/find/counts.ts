import type { CompiledFilter } from './sift.ts';

/** The store's own integers of a row. */
export interface Kind {
  account: number;
  type: number;
  state: number;
}

/**
 * How many rows there are of each account, type and state, kept as rows come, change and go: whoever only counts
 * reads a few hundred numbers here instead of every row.
 */
export class Counts {
  readonly #kinds = new Map<string, Kind & { rows: number }>();

  add(kind: Kind): void {
    const key = keyOf(kind);
    const known = this.#kinds.get(key);
    if (known) known.rows += 1;
    else this.#kinds.set(key, { ...kind, rows: 1 });
  }

  remove(kind: Kind): void {
    const key = keyOf(kind);
    const known = this.#kinds.get(key);
    if (!known) return;
    known.rows -= 1;
    if (known.rows === 0) this.#kinds.delete(key);
  }

  clear(): void {
    this.#kinds.clear();
  }

  /** Null where the filter asks for more than these counts know: regions, tags. */
  matching({ accounts, types, states, regions, tagGroups }: CompiledFilter): number | null {
    if (regions !== null || tagGroups.length > 0) return null;
    const fits = (selected: Uint8Array | null, id: number) => selected === null || selected[id] === 1;
    let total = 0;
    for (const { account, type, state, rows } of this.#kinds.values()) {
      if (fits(accounts, account) && fits(types, type) && fits(states, state)) total += rows;
    }
    return total;
  }

  /** By the account's integer. Accounts without rows are left out. */
  byAccount(): Map<number, number> {
    const rows = new Map<number, number>();
    for (const kind of this.#kinds.values()) {
      rows.set(kind.account, (rows.get(kind.account) ?? 0) + kind.rows);
    }
    return rows;
  }
}

const keyOf = ({ account, type, state }: Kind) => `${account}|${type}|${state}`;
