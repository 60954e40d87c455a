import type { Facets, ResourceFilter } from '../../../preload/contract/models.ts';
import type { Row, RowStore } from './rowStore.ts';

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
    const pairs = new Uint8Array(store.tags.capacity);
    groups.set(key, pairs);
    return pairs;
  };
  for (const text of texts) {
    const ids = store.tags.findText(text);
    // A pair nobody carries must still match nothing, not everything.
    if (ids.length === 0) group(text.split('=', 1)[0] ?? text);
    for (const id of ids) group(store.tags.get(id)?.key ?? '')[id] = 1;
  }
  return [...groups].map(([key, pairs]) => ({ key, pairs }));
}

const TYPE = 0;
const ACCOUNT = 1;
const REGION = 2;
const STATE = 3;
const FIRST_TAG_GROUP = 4;

/**
 * The dimension in which the row fails the filter: -1 none, -2 more than one.
 * Knowing the only failing one is what lets a facet count as if its own filter were not set.
 */
function failingDimension(row: Row, filter: CompiledFilter, store: RowStore): number {
  const { slot } = row;
  let failing = -1;
  if (filter.types && filter.types[store.type[slot] as number] !== 1) failing = TYPE;
  if (filter.accounts && filter.accounts[store.account[slot] as number] !== 1) {
    if (failing >= 0) return -2;
    failing = ACCOUNT;
  }
  if (filter.regions && filter.regions[store.region[slot] as number] !== 1) {
    if (failing >= 0) return -2;
    failing = REGION;
  }
  if (filter.states && filter.states[store.state[slot] as number] !== 1) {
    if (failing >= 0) return -2;
    failing = STATE;
  }
  for (let g = 0; g < filter.tagGroups.length; g++) {
    const pairs = filter.tagGroups[g]?.pairs;
    if (pairs && !row.tagIds.some((id) => pairs[id] === 1)) {
      if (failing >= 0) return -2;
      failing = FIRST_TAG_GROUP + g;
    }
  }
  return failing;
}

export function passes(row: Row, filter: CompiledFilter, store: RowStore): boolean {
  return failingDimension(row, filter, store) === -1;
}

/** The rows that pass, in their given order, and the facets over them. */
export function sift(
  rows: Iterable<Row>,
  filter: CompiledFilter,
  store: RowStore,
): { matched: Row[]; facets: Facets } {
  const matched: Row[] = [];
  const types = new Uint32Array(store.types.values.length);
  const accounts = new Uint32Array(store.accounts.values.length);
  const regions = new Uint32Array(store.regions.values.length);
  const states = new Uint32Array(store.states.values.length);
  const tags = new Uint32Array(store.tags.capacity);
  const add = (counts: Uint32Array, id: number) => {
    counts[id] = (counts[id] as number) + 1;
  };

  for (const row of rows) {
    const failing = failingDimension(row, filter, store);
    if (failing === -2) continue;
    const { slot } = row;
    if (failing === -1) matched.push(row);
    if (failing === -1 || failing === TYPE) add(types, store.type[slot] as number);
    if (failing === -1 || failing === ACCOUNT) add(accounts, store.account[slot] as number);
    if (failing === -1 || failing === REGION) add(regions, store.region[slot] as number);
    if (failing === -1 || failing === STATE) add(states, store.state[slot] as number);
    if (failing === -1) for (const id of row.tagIds) add(tags, id);
    else if (failing >= FIRST_TAG_GROUP) {
      const key = filter.tagGroups[failing - FIRST_TAG_GROUP]?.key;
      for (const id of row.tagIds) if (store.tags.get(id)?.key === key) add(tags, id);
    }
  }

  const facets = {
    resourceTypes: listed(types, store.types.values, filter.types),
    accountIds: listed(accounts, store.accounts.values, filter.accounts),
    regions: listed(regions, store.regions.values, filter.regions),
    states: listed(states, store.states.values, filter.states),
    tags: mostFrequentTags(tags, filter, store),
  };
  return { matched, facets };
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
  counts.forEach((count, id) => {
    const chosen = filter.tagGroups.some((group) => group.pairs[id] === 1);
    if (!chosen && (count === 0 || count < bar)) return;
    const pair = store.tags.get(id);
    if (!pair || (pair.key === 'Name' && !chosen)) return;
    const entry = { value: `${pair.key}=${pair.value}`, count };
    if (chosen) {
      selected.push(entry);
      return;
    }
    best.push(entry);
    if (best.length < TAGS_LISTED * 4) return;
    best.sort(byCount).length = TAGS_LISTED;
    bar = best.at(-1)?.count ?? 0;
  });
  return [...selected, ...best.sort(byCount).slice(0, TAGS_LISTED)].sort(byCount);
}
