import type { ResourceSort } from '../../../preload/contract/models.ts';
import type { Interner } from './interner.ts';
import type { RowStore } from './rowStore.ts';

/** Relevance as whole steps: finer differences between two scores are noise. */
const RELEVANCE_STEPS = 65_535;

interface Ranks {
  rankOf: (slot: number) => number;
  /** One above the highest rank. */
  count: number;
}

/**
 * Slots by several fields. They come by name; each pass is a stable counting sort from the last field
 * to the first, so that 100,000 rows cost a few passes and never n log n comparisons.
 * `scores` (by slot) is null without text, when relevance has no meaning and is skipped.
 */
export function sortSlots(
  slots: Uint32Array<ArrayBuffer>,
  sort: ResourceSort[],
  store: RowStore,
  scores: Float32Array | null,
): Uint32Array<ArrayBuffer> {
  const fields = sort.length > 0 ? sort : [{ field: 'relevance' as const, descending: true }];
  let sorted = slots;
  // They come by name: that pass is done when it is the last.
  const last = fields.at(-1);
  const passes = last?.field === 'name' && !last.descending ? fields.slice(0, -1) : fields;
  for (const { field, descending } of passes.toReversed()) {
    if (field === 'relevance') {
      if (scores) sorted = byRank(sorted, relevanceRanks(sorted, scores), descending);
    } else {
      sorted = byRank(sorted, fieldRanks(field, slots, store), descending);
    }
  }
  return sorted;
}

function fieldRanks(
  field: Exclude<ResourceSort['field'], 'relevance'>,
  slots: Uint32Array,
  store: RowStore,
): Ranks {
  switch (field) {
    case 'name':
      return nameRanks(slots, store);
    case 'asOf':
      return timeRanks(slots, store);
    case 'resourceType':
      return internedRanks(store.types, store.type.data);
    case 'accountId':
      return internedRanks(store.accounts, store.account.data);
    case 'region':
      return internedRanks(store.regions, store.region.data);
    case 'state':
      return internedRanks(store.states, store.state.data);
  }
}

function internedRanks(interner: Interner, column: Uint32Array): Ranks {
  const ranks = new Uint32Array(interner.values.length);
  interner.values.toSorted().forEach((value, rank) => {
    ranks[interner.id(value)] = rank;
  });
  return { rankOf: (slot) => ranks[column[slot] as number] as number, count: interner.values.length };
}

/** `slots` are in the order of names already; equal names get equal ranks so that the next field decides. */
function nameRanks(slots: Uint32Array, store: RowStore): Ranks {
  const ranks = new Uint32Array(store.slots);
  let rank = 0;
  let former: string | undefined;
  for (const slot of slots) {
    const name = store.rows[slot]?.name;
    if (former !== undefined && name !== former) rank += 1;
    former = name;
    ranks[slot] = rank;
  }
  return { rankOf: (slot) => ranks[slot] as number, count: rank + 1 };
}

function timeRanks(slots: Uint32Array, store: RowStore): Ranks {
  const times = new Float64Array(store.slots);
  for (const slot of slots) {
    const row = store.rows[slot];
    if (row) times[slot] = store.asOf(row);
  }
  const ranks = new Map([...new Set(times)].sort((a, b) => a - b).map((time, rank) => [time, rank]));
  return { rankOf: (slot) => ranks.get(times[slot] as number) ?? 0, count: ranks.size };
}

function relevanceRanks(slots: Uint32Array, scores: Float32Array): Ranks {
  let best = 0;
  for (const slot of slots) best = Math.max(best, scores[slot] as number);
  const scale = best > 0 ? RELEVANCE_STEPS / best : 0;
  return {
    rankOf: (slot) => Math.round(Math.max(0, scores[slot] as number) * scale),
    count: RELEVANCE_STEPS + 1,
  };
}

/** A stable counting sort. */
function byRank(
  slots: Uint32Array<ArrayBuffer>,
  { rankOf, count }: Ranks,
  descending: boolean,
): Uint32Array<ArrayBuffer> {
  const ranks = new Uint32Array(slots.length);
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < slots.length; i++) {
    const rank = rankOf(slots[i] as number);
    const place = descending ? count - 1 - rank : rank;
    ranks[i] = place;
    starts[place + 1] = (starts[place + 1] as number) + 1;
  }
  for (let r = 0; r < count; r++) starts[r + 1] = (starts[r + 1] as number) + (starts[r] as number);
  const sorted = new Uint32Array(slots.length);
  for (let i = 0; i < slots.length; i++) {
    const rank = ranks[i] as number;
    const place = starts[rank] as number;
    sorted[place] = slots[i] as number;
    starts[rank] = place + 1;
  }
  return sorted;
}
