import { singular, terms } from './text.ts';

/** A name's words, and the same without what separates them. */
export interface ReadName {
  parts: string[];
  compact: string;
}

const readBefore = new Map<string, ReadName>();
const NAMES_KEPT = 20_000;

/** Read once for the queries of one person typing: they compare much the same names at every key. */
export function readName(name: string): ReadName {
  const known = readBefore.get(name);
  if (known) return known;
  if (readBefore.size >= NAMES_KEPT) readBefore.clear();
  const parts = terms(name);
  const read = { parts, compact: parts.join('') };
  readBefore.set(name, read);
  return read;
}

/**
 * How much a name looks like what was typed, 0 to 1: the whole, its beginning, a part of it, all its words,
 * or as many of its letter triples as the two share (Dice), which survives slips of the pen.
 */
export class NameScorer {
  readonly #compact: string;
  readonly #words: string[];
  readonly #triples: Set<string>;

  /** `words` = what the query says beyond types, regions and states. */
  constructor(words: readonly string[]) {
    this.#words = words.map(singular);
    this.#compact = words.join('');
    this.#triples = new Set(triplesOf(` ${words.join(' ')} `));
  }

  score({ parts, compact }: ReadName): number {
    if (this.#compact === '' || compact === '') return 0;
    if (compact === this.#compact) return 1;
    const share = Math.min(1, this.#compact.length / compact.length);
    if (compact.startsWith(this.#compact)) return 0.75 + 0.2 * share;
    if (this.#compact.length >= 3 && compact.includes(this.#compact)) return 0.6 + 0.25 * share;
    const known = this.#words.filter((word) => parts.some((part) => part === word || begins(part, word)));
    const coverage = known.length / this.#words.length;
    const covered = coverage * (0.55 + 0.25 * share);
    return coverage === 1 ? covered : Math.max(covered, this.#dice(parts));
  }

  #dice(parts: string[]): number {
    const triples = triplesOf(` ${parts.join(' ')} `);
    let shared = 0;
    for (const triple of triples) if (this.#triples.has(triple)) shared += 1;
    return (2 * shared) / (triples.length + this.#triples.size || 1);
  }
}

const begins = (part: string, word: string) => word.length >= 3 && part.startsWith(word);

function triplesOf(text: string): string[] {
  const triples: string[] = [];
  for (let i = 0; i + 3 <= text.length; i++) triples.push(text.slice(i, i + 3));
  return triples;
}
