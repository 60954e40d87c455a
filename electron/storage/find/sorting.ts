import type { ResourceSort } from '../../../preload/contract/models.ts';
import type { Row } from './rowStore.ts';

/** Relevance as whole steps: finer differences between two scores are noise. */
const RELEVANCE_STEPS = 65_535;

/**
 * Rows by several fields. `rows` come by name; each pass is a stable counting sort from the last field
 * to the first, so that 100,000 rows cost a few passes and never n log n comparisons.
 * `scoreOf` is null without text, when relevance has no meaning and is skipped.
 */
export function sortRows(rows: Row[], sort: ResourceSort[], scoreOf: ((row: Row) => number) | null): Row[] {
  const fields = sort.length > 0 ? sort : [{ field: 'relevance' as const, descending: true }];
  let sorted = rows;
  for (const { field, descending } of [...fields].reverse()) {
    if (field === 'relevance') {
      if (scoreOf) sorted = byRelevance(sorted, scoreOf);
    } else if (field === 'name') {
      sorted = byRank(sorted, nameRanks(rows), descending);
    } else {
      sorted = byRank(
        sorted,
        valueRanks(sorted, (row) => row[field]),
        descending,
      );
    }
  }
  return sorted;
}

interface Ranks {
  rankOf: (row: Row) => number;
  count: number;
}

/** `rows` are in the order of names already; equal names get equal ranks so that the next field decides. */
function nameRanks(rows: Row[]): Ranks {
  const ranks = new Map<string, number>();
  for (const row of rows) if (!ranks.has(row.name)) ranks.set(row.name, ranks.size);
  return { rankOf: (row) => ranks.get(row.name) ?? 0, count: ranks.size };
}

function valueRanks(rows: Row[], read: (row: Row) => string | null): Ranks {
  const values = new Set<string>();
  for (const row of rows) values.add(read(row) ?? '');
  const ranks = new Map([...values].sort().map((value, rank) => [value, rank]));
  return { rankOf: (row) => ranks.get(read(row) ?? '') ?? 0, count: ranks.size };
}

function byRelevance(rows: Row[], scoreOf: (row: Row) => number): Row[] {
  let best = 0;
  for (const row of rows) best = Math.max(best, scoreOf(row));
  if (best <= 0) return rows;
  const rankOf = (row: Row) => Math.round((Math.max(0, scoreOf(row)) / best) * RELEVANCE_STEPS);
  return byRank(rows, { rankOf, count: RELEVANCE_STEPS + 1 }, true);
}

/** A stable counting sort. */
function byRank(rows: Row[], { rankOf, count }: Ranks, descending: boolean): Row[] {
  const ranks = new Uint32Array(rows.length);
  const starts = new Uint32Array(count + 1);
  rows.forEach((row, i) => {
    const rank = descending ? count - 1 - rankOf(row) : rankOf(row);
    ranks[i] = rank;
    starts[rank + 1] = (starts[rank + 1] as number) + 1;
  });
  for (let r = 0; r < count; r++) starts[r + 1] = (starts[r + 1] as number) + (starts[r] as number);
  const sorted = new Array<Row>(rows.length);
  rows.forEach((row, i) => {
    const rank = ranks[i] as number;
    const place = starts[rank] as number;
    sorted[place] = row;
    starts[rank] = place + 1;
  });
  return sorted;
}
