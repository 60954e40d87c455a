import type { Resource } from '../../../preload/contract/models.ts';
import { expansionOf } from './dictionary.ts';
import type { Row } from './rowStore.ts';
import { initialsOf } from './tagWords.ts';
import { terms, termsOfRepeated } from './text.ts';

/** What the lexical index knows of a resource. */
export interface Document {
  name: string[];
  text: string[];
}

const LONGEST_FACT = 100;
const IS_TIME = /^\d{4}-\d\d-\d\dT/;

/** What has to be kept of a resource until its words are indexed. */
export interface Pending {
  facts: string[];
  conceptBits: number[];
}

export function pendingOf(resource: Resource, conceptBits: number[]): Pending {
  const facts: string[] = [];
  // A flag says nothing as a word (`PublicAccessBlocked` holds "public"): the dictionary says what it means.
  for (const value of Object.values(resource.facts)) {
    if (typeof value === 'boolean') continue;
    const text = String(value);
    if (text.length <= LONGEST_FACT && !IS_TIME.test(text)) facts.push(shortId(text));
  }
  return { facts, conceptBits };
}

/** The words of a row: its name and id in one field; tags, facts and what the dictionary adds in the other. */
export function documentOf(
  row: Pick<Row, 'name' | 'nativeId' | 'region' | 'resourceType'>,
  tags: Iterable<readonly [key: string, value: string]>,
  { facts, conceptBits }: Pending,
): Document {
  const nameWords = terms(row.name);
  const name = [...nameWords];
  if (row.nativeId !== row.name) name.push(...terms(shortId(row.nativeId)));
  const words = [...expansionOf(row.resourceType, conceptBits), ...termsOfRepeated(row.region)];
  for (const fact of facts) words.push(...termsOfRepeated(fact));
  for (const [key, value] of tags) {
    if (key === 'Name') continue;
    const valueWords = termsOfRepeated(value);
    words.push(...termsOfRepeated(key), ...valueWords);
    const initials = initialsOf(valueWords);
    if (initials) words.push(initials);
  }
  words.push(...initialsIn(nameWords));
  return { name, text: words };
}

/** The last part of an ARN or URL, which is all that differs. */
function shortId(nativeId: string): string {
  if (nativeId.startsWith('arn:')) return nativeId.split(':').slice(5).join(' ');
  return nativeId.startsWith('http') ? (nativeId.split('/').at(-1) ?? nativeId) : nativeId;
}

/** `customer-portal-api-prod-1` -> cp, cpa, cpap: people shorten names to the initials of their first words. */
function initialsIn(nameWords: readonly string[]): string[] {
  const found: string[] = [];
  for (let length = 2; length <= Math.min(4, nameWords.length); length++) {
    const initials = initialsOf(nameWords.slice(0, length));
    if (initials) found.push(initials);
  }
  return found;
}
