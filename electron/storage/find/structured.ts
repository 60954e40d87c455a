import type { Concept } from './dictionary/concept.ts';
import type { RegionConcept } from './dictionary/regions.ts';
import { keptConcepts, type Sense } from './dictionary.ts';
import type { Facet } from './facet.ts';
import type { LexicalIndex } from './lexical.ts';
import type { Measure } from './measures.ts';
import type { RowStore } from './rowStore.ts';
import type { Traits } from './traits.ts';

/** What the facets are asked of. */
export interface Estate {
  store: RowStore;
  traits: Traits;
  lexical: LexicalIndex;
}

type Test = (slot: number) => number;

/** A tag's value that is written in the name of an untagged resource. */
const NAMED_SO = 0.85;
const bitOf = new Map<Concept | RegionConcept, number>(keptConcepts.map((concept, bit) => [concept, bit]));

/** By slot: the weighted share of the facets that hold, 0 to 1. Null without facets. */
export function structuredScores(facets: readonly Facet[], estate: Estate): Float32Array | null {
  if (facets.length === 0) return null;
  const { slots, live } = estate.store;
  const scores = new Float32Array(slots);
  const total = facets.reduce((sum, facet) => sum + facet.weight, 0);
  const isLive = live.data;
  for (const facet of facets) {
    const test = facetTest(facet, estate);
    const weight = facet.weight / total;
    for (let slot = 0; slot < slots; slot++) {
      const held = test(slot);
      if (held > 0 && isLive[slot] === 1) scores[slot] = (scores[slot] as number) + weight * held;
    }
  }
  return scores;
}

/** How well a slot answers the facet, 0 to 1. */
export function facetTest(facet: Facet, estate: Estate): Test {
  const test = plainTest(facet, estate);
  if (!facet.negated) return test;
  const applies = applicability(facet, estate);
  return (slot) => (applies(slot) ? 1 - test(slot) : 0);
}

function plainTest({ asked }: Facet, estate: Estate): Test {
  const { store, traits } = estate;
  switch (asked.kind) {
    case 'senses':
      return sensesTest(asked.senses, estate);
    case 'state':
      return equals(store.state.data, store.states.find(asked.state));
    case 'account':
      return equals(store.account.data, store.accounts.find(asked.accountId));
    case 'tag':
      return tagTest(asked.pairs, asked.words, estate);
    case 'tagKey': {
      const mask = pairMask(asked.pairs, estate);
      return (slot) => (store.tags.carriesAny(slot, mask) ? 1 : 0);
    }
    case 'measure':
      return measureTest(asked.measure, traits);
    case 'id':
      return (slot) => (store.rows[slot]?.nativeId.startsWith(asked.start) ? 1 : 0);
    case 'word': {
      const has = new Uint8Array(store.slots);
      estate.lexical.forEachWith(asked.word, (slot) => {
        has[slot] = 1;
      });
      return (slot) => has[slot] as number;
    }
  }
}

function equals(column: Uint32Array, value: number | undefined): Test {
  return value === undefined ? () => 0 : (slot) => (column[slot] === value ? 1 : 0);
}

/** The best of the phrase's meanings. */
function sensesTest(senses: readonly Sense[], estate: Estate): Test {
  const tests = senses.map(({ concept, weight }) => ({ test: conceptTest(concept, estate), weight }));
  const [only, other] = tests;
  if (only && !other) return only.weight === 1 ? only.test : (slot) => only.weight * only.test(slot);
  return (slot) => {
    let best = 0;
    for (const { test, weight } of tests) best = Math.max(best, weight * test(slot));
    return best;
  };
}

function conceptTest(concept: Concept | RegionConcept, { store, traits }: Estate): Test {
  if ('includes' in concept) {
    const included = Uint8Array.from(store.regions.values, (region) => (concept.includes(region) ? 1 : 0));
    return (slot) => included[store.region.data[slot] as number] as number;
  }
  const bit = bitOf.get(concept);
  if (bit === undefined) return equals(store.type.data, store.types.find(concept.types?.[0] ?? ''));
  const { column, mask } = traits.concept(bit);
  return (slot) => (((column[slot] as number) & mask) === 0 ? 0 : 1);
}

function pairMask(pairs: ReadonlySet<number>, { store }: Estate): Uint8Array {
  const mask = new Uint8Array(store.tags.pairs.capacity);
  for (const id of pairs) mask[id] = 1;
  return mask;
}

/** Carries the tag, or is untagged there and has the value's words in its name. */
function tagTest(pairs: ReadonlySet<number>, words: readonly string[], estate: Estate): Test {
  const { store, lexical } = estate;
  const mask = pairMask(pairs, estate);
  const named = new Uint8Array(store.slots);
  for (const word of words) {
    lexical.forEachWith(word, (slot, timesInName) => {
      if (timesInName > 0) named[slot] = (named[slot] as number) + 1;
    });
  }
  if (words.length > 1) {
    lexical.forEachWith(words.join(''), (slot, timesInName) => {
      if (timesInName > 0) named[slot] = words.length;
    });
  }
  const needed = words.length || Number.POSITIVE_INFINITY;
  return (slot) => (store.tags.carriesAny(slot, mask) ? 1 : (named[slot] as number) >= needed ? NAMED_SO : 0);
}

function measureTest({ quantity, min, max }: Measure, traits: Traits): Test {
  const within = (value: number) => (value >= min && value <= max ? 1 : 0);
  if (quantity === 'created') {
    const created = traits.created.data;
    return (slot) => within(created[slot] as number);
  }
  if (quantity === 'time-out') {
    const timeout = traits.timeout.data;
    return (slot) => within(timeout[slot] as number);
  }
  const storage = traits.storage.data;
  const memory = traits.memory.data;
  return (slot) => within(storage[slot] as number) || within((memory[slot] as number) / 1_024);
}

/** What a negated facet may credit: "not multi-AZ" says nothing about a queue. */
function applicability({ asked }: Facet, { store }: Estate): (slot: number) => boolean {
  if (asked.kind === 'state') return (slot) => store.rows[slot]?.state !== null;
  if (asked.kind !== 'senses') return () => true;
  const concept = asked.senses[0]?.concept;
  if (!concept || !('kind' in concept)) return () => true;
  if (concept.kind === 'state') return (slot) => store.rows[slot]?.state !== null;
  const { types } = concept;
  if (!types || concept.kind === 'type') return () => true;
  const ids = new Set(types.map((type) => store.types.find(type)));
  return (slot) => ids.has(store.type.data[slot]);
}
