import type { Resource, ResourceType } from '../../../preload/contract/models.ts';
import { type Concept, ResourceView, type Wording } from './dictionary/concept.ts';
import { environmentConcepts, environmentWordings } from './dictionary/environments.ts';
import { factConcepts, factWordings } from './dictionary/facts.ts';
import { type RegionConcept, regionConcepts, regionWordings } from './dictionary/regions.ts';
import { stateConcepts, stateWordings } from './dictionary/states.ts';
import { typeConcepts, typeWordings } from './dictionary/types.ts';
import { editDistance, isIdPart, singular, splitWords } from './text.ts';

/** One meaning of a phrase. Region concepts are asked by region, the others were resolved per resource. */
export interface Sense {
  concept: Concept | RegionConcept;
  weight: number;
}

export interface PhraseMatch {
  senses: Sense[];
  /** How many words of the query it took. */
  length: number;
}

/** Concepts whose truth is kept per resource, in the order of their bit. Types and regions have columns. */
export const keptConcepts: readonly Concept[] = [...stateConcepts, ...environmentConcepts, ...factConcepts];

/** The lowest certainty that counts as true where one bit is kept. */
const HOLDS = 0.5;

const concepts = new Map<string, Concept | RegionConcept>(
  [...typeConcepts, ...keptConcepts, ...regionConcepts].map((concept) => [concept.id, concept]),
);
const allWordings: Wording[] = [
  ...typeWordings,
  ...regionWordings,
  ...stateWordings,
  ...environmentWordings,
  ...factWordings,
];

const phrases = new Map<string, Sense[]>();
const dictionaryWords = new Set<string>();
let longestPhrase = 1;

for (const { phrase, concept: id, weight } of allWordings) {
  const concept = concepts.get(id);
  if (!concept) throw new Error(`The dictionary has no concept ${id}`);
  const words = splitWords(phrase).map(singular);
  const key = words.join(' ');
  const senses = phrases.get(key) ?? [];
  if (!senses.some((sense) => sense.concept === concept)) senses.push({ concept, weight });
  phrases.set(key, senses);
  longestPhrase = Math.max(longestPhrase, words.length);
  for (const word of words) dictionaryWords.add(word);
}
for (const senses of phrases.values()) senses.sort((a, b) => b.weight - a.weight);

const keptByType = new Map<ResourceType, number[]>();

function keptFor(type: ResourceType): number[] {
  const known = keptByType.get(type);
  if (known) return known;
  const bits = keptConcepts.flatMap((concept, bit) =>
    !concept.types || concept.types.includes(type) ? [bit] : [],
  );
  keptByType.set(type, bits);
  return bits;
}

/** Bits (indexes in `keptConcepts`) of what is true of the resource. */
export function conceptBits(resource: Resource): number[] {
  const view = new ResourceView(resource);
  return keptFor(resource.resourceType).filter((bit) => (keptConcepts[bit]?.holds(view) ?? 0) >= HOLDS);
}

/** The longest phrase of the dictionary that starts at `start`. Words are singular and lower-case. */
export function matchPhrase(words: readonly string[], start: number): PhraseMatch | null {
  for (let length = Math.min(longestPhrase, words.length - start); length > 0; length--) {
    const senses = phrases.get(words.slice(start, start + length).join(' '));
    if (senses) return { senses, length };
  }
  return null;
}

export const isDictionaryWord = (word: string) => dictionaryWords.has(word);

const MISSPELT_FROM = 5;
const TWICE_MISSPELT_FROM = 8;

/**
 * The dictionary word that is one slip away (two in long words that start alike); null when none or several are.
 */
export function correctWord(word: string): string | null {
  if (word.length < MISSPELT_FROM || isIdPart(word) || /\d/.test(word) || dictionaryWords.has(word))
    return null;
  const limit = word.length >= TWICE_MISSPELT_FROM ? 2 : 1;
  let best: string | null = null;
  let distance = limit + 1;
  for (const known of dictionaryWords) {
    if (known.length < MISSPELT_FROM - 1) continue;
    const edits = editDistance(word, known, limit);
    if (edits > 1 && known[0] !== word[0]) continue;
    if (edits < distance) {
      best = known;
      distance = edits;
    }
  }
  return best;
}

const expansions = new Map<Concept, string[]>();

/**
 * The words by which a resource with these facts may also be asked for: what the dictionary writes into the
 * indexed text. States are left out, since they change at every scan and are known exactly.
 */
export function expansionOf(type: ResourceType, bits: readonly number[]): string[] {
  const words: string[] = [];
  const typeConcept = typeConcepts.find((concept) => concept.types?.includes(type));
  // A type that this version does not know is asked for by its id.
  words.push(...(typeConcept ? wordsOf(typeConcept) : splitWords(type).map(singular)));
  for (const bit of bits) {
    const concept = keptConcepts[bit];
    if (concept && concept.kind !== 'state') words.push(...wordsOf(concept));
  }
  return words;
}

/** The single words that surely say the concept. */
function wordsOf(concept: Concept): string[] {
  const known = expansions.get(concept);
  if (known) return known;
  const words = new Set<string>();
  for (const { phrase, concept: id, weight } of allWordings) {
    const parts = splitWords(phrase);
    if (id === concept.id && weight === 1 && parts.length === 1 && parts[0]) words.add(singular(parts[0]));
  }
  const listed = [...words];
  expansions.set(concept, listed);
  return listed;
}
