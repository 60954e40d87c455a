import { AND_WORDS, OF_WORDS } from './dictionary/grammar.ts';
import type { Facet } from './facet.ts';

const MODIFIER_WEIGHT = 0.3;

/**
 * Two types side by side are one thing, and the last is what it is (`database subnets`); after `of`, `for`,
 * `in`… it is the first (`disks of the web servers`); joined by `and` both are meant.
 */
export function weighTypes(facets: Facet[], words: string[]): void {
  const types = facets
    .filter((facet) => facet.chip.kind === 'type' && !facet.negated)
    .sort((a, b) => a.from - b.from);
  let head: Facet | undefined;
  for (const type of types) {
    if (!head) {
      head = type;
      continue;
    }
    const between = words.slice(head.to + 1, type.from);
    if (between.some((word) => AND_WORDS.has(word))) {
      head = type;
    } else if (between.some((word) => OF_WORDS.has(word))) {
      type.weight = MODIFIER_WEIGHT;
    } else if (between.length === 0) {
      head.weight = MODIFIER_WEIGHT;
      head = type;
    } else {
      type.weight = MODIFIER_WEIGHT;
    }
  }
}
