import type { Facets, ResourceFilter } from '../../../preload/contract/models.ts';
import type { RowStore } from './rowStore.ts';

type FacetValue = Facets['regions'][number];

/** A filter in the store's own integers. Null = no condition; a selected value is 1 at its id. */
export interface CompiledFilter {
  types: Uint8Array | null;
  accounts: Uint8Array | null;
  regions: Uint8Array | null;
  states: Uint8Array | null;
  /** One group per tag key: values of a key are alternatives, keys must all hold. */
  tagGroups: { key: string; pairs: Uint8Array }[];
}

export function compileFilter(filter: ResourceFilter, store: RowStore): CompiledFilter {
  const select = (values: string[] | undefined, interner: RowStore['regions']) => {
    if (!values || values.length === 0) return null;
    const selected = new Uint8Array(interner.values.length);
    for (const value of values) {
      const id = interner.find(value);
      if (id !== undefined) selected[id] = 1;
    }
    return selected;
  };
  return {
    types: select(filter.resourceTypes, store.types),
    accounts: select(filter.accountIds, store.accounts),
    regions: select(filter.regions, store.regions),
    states: select(filter.states, store.states),
    tagGroups: compileTags(filter.tags ?? [], store),
  };
}

function compileTags(texts: string[], store: RowStore): CompiledFilter['tagGroups'] {
  const groups = new Map<string, Uint8Array>();
  const group = (key: string) => {
    const known = groups.get(key);
    if (known) return known;
    const pairs = new Uint8Array(store.tags.pairs.capacity);
    groups.set(key, pairs);
    return pairs;
  };
  for (const text of texts) {
    const ids = store.tags.pairs.findText(text);
    // A pair nobody carries must still match nothing, not everything.
    if (ids.length === 0) group(text.split('=', 1)[0] ?? text);
    for (const id of ids) group(store.tags.pairs.get(id)?.key ?? '')[id] = 1;
  }
  return [...groups].map(([key, pairs]) => ({ key, pairs }));
}

const TYPE = 0;
const ACCOUNT = 1;
const REGION = 2;
const STATE = 3;
const FIRST_TAG_GROUP = 4;

/**
 * The dimension in which the slot fails the filter: -1 none, -2 more than one.
 * Knowing the only failing one is what lets a facet count as if its own filter were not set.
 */
function failingDimension(slot: number, filter: CompiledFilter, store: RowStore): number {
  let failing = -1;
  if (filter.types && filter.types[store.type.data[slot] as number] !== 1) failing = TYPE;
  if (filter.accounts && filter.accounts[store.account.data[slot] as number] !== 1) {
    if (failing >= 0) return -2;
    failing = ACCOUNT;
  }
  if (filter.regions && filter.regions[store.region.data[slot] as number] !== 1) {
    if (failing >= 0) return -2;
    failing = REGION;
  }
  if (filter.states && filter.states[store.state.data[slot] as number] !== 1) {
    if (failing >= 0) return -2;
    failing = STATE;
  }
  for (let g = 0; g < filter.tagGroups.length; g++) {
    const pairs = filter.tagGroups[g]?.pairs;
    if (pairs && !store.tags.carriesAny(slot, pairs)) {
      if (failing >= 0) return -2;
      failing = FIRST_TAG_GROUP + g;
    }
  }
  return failing;
}

export function passes(slot: number, filter: CompiledFilter, store: RowStore): boolean {
  return failingDimension(slot, filter, store) === -1;
}

export interface Sifted {
  /** By slot: 1 where the row passes. */
  matched: Uint8Array;
  total: number;
  facets: Facets;
}

/** Which rows pass the filter, and the facets over them. `candidates` (1 by slot) limits both; null = all rows. */
export function sift(store: RowStore, filter: CompiledFilter, candidates: Uint8Array | null): Sifted {
  const matched = new Uint8Array(store.slots);
  const counts = newCounts(store);
  const live = store.live.data;
  let total = 0;
  for (let slot = 0; slot < matched.length; slot++) {
    if (live[slot] !== 1 || (candidates !== null && candidates[slot] !== 1)) continue;
    const failing = failingDimension(slot, filter, store);
    if (failing === -2) continue;
    if (failing === -1) {
      matched[slot] = 1;
      total += 1;
    }
    count(slot, failing, counts, filter, store);
  }
  const facets = {
    resourceTypes: listed(counts.types, store.types.values, filter.types),
    accountIds: listed(counts.accounts, store.accounts.values, filter.accounts),
    regions: listed(counts.regions, store.regions.values, filter.regions),
    states: listed(counts.states, store.states.values, filter.states),
    tags: mostFrequentTags(counts.tags, filter, store),
  };
  return { matched, total, facets };
}

const newCounts = (store: RowStore) => ({
  types: new Uint32Array(store.types.values.length),
  accounts: new Uint32Array(store.accounts.values.length),
  regions: new Uint32Array(store.regions.values.length),
  states: new Uint32Array(store.states.values.length),
  tags: new Uint32Array(store.tags.pairs.capacity),
});

function count(
  slot: number,
  failing: number,
  counts: ReturnType<typeof newCounts>,
  filter: CompiledFilter,
  store: RowStore,
): void {
  if (failing === -1 || failing === TYPE) increment(counts.types, store.type.data[slot] as number);
  if (failing === -1 || failing === ACCOUNT) increment(counts.accounts, store.account.data[slot] as number);
  if (failing === -1 || failing === REGION) increment(counts.regions, store.region.data[slot] as number);
  if (failing === -1 || failing === STATE) increment(counts.states, store.state.data[slot] as number);
  if (failing !== -1 && failing < FIRST_TAG_GROUP) return;
  const { pool, start, count: lengths, pairs } = store.tags;
  const key = filter.tagGroups[failing - FIRST_TAG_GROUP]?.key;
  const from = start[slot] as number;
  const end = from + (lengths[slot] as number);
  for (let i = from; i < end; i++) {
    const id = pool[i] as number;
    if (key === undefined || pairs.get(id)?.key === key) increment(counts.tags, id);
  }
}

function increment(counts: Uint32Array, id: number): void {
  counts[id] = (counts[id] as number) + 1;
}

const byCount = (a: FacetValue, b: FacetValue) => b.count - a.count || (a.value < b.value ? -1 : 1);

/** Values that occur, and selected ones even at zero, so that a person can always take a choice back. */
function listed(counts: Uint32Array, values: string[], selected: Uint8Array | null): FacetValue[] {
  const list: FacetValue[] = [];
  counts.forEach((count, id) => {
    const value = values[id];
    if (value !== undefined && (count > 0 || selected?.[id] === 1)) list.push({ value, count });
  });
  return list.sort(byCount);
}

const TAGS_LISTED = 50;

/** The most frequent 50 and the selected ones. `Name` is left out: it is the name, not a group. */
function mostFrequentTags(counts: Uint32Array, filter: CompiledFilter, store: RowStore): FacetValue[] {
  const selected: FacetValue[] = [];
  const best: FacetValue[] = [];
  let bar = 0;
  const { pairs } = store.tags;
  const chosen = (id: number) => filter.tagGroups.some((group) => group.pairs[id] === 1);
  for (let id = 0; id < counts.length; id++) {
    const count = counts[id] as number;
    if ((count <= bar || pairs.grouping[id] !== 1) && !(filter.tagGroups.length > 0 && chosen(id))) continue;
    const pair = pairs.get(id);
    if (!pair) continue;
    (chosen(id) ? selected : best).push({ value: `${pair.key}=${pair.value}`, count });
    if (best.length < TAGS_LISTED * 8) continue;
    best.sort(byCount).length = TAGS_LISTED;
    bar = best.at(-1)?.count ?? 0;
  }
  return [...selected, ...best.sort(byCount).slice(0, TAGS_LISTED)].sort(byCount);
}
