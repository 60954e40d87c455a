import type { Resource } from '../../../preload/contract/models.ts';
import { expansionOf } from './dictionary.ts';
import { initialsOf } from './tagWords.ts';
import { terms } from './text.ts';

/** What the lexical index knows of a resource. */
export interface Document {
  name: string[];
  text: string[];
}

const LONGEST_FACT = 100;

/** The facts, and what the dictionary adds, as text to index; short, since it waits in memory until it is indexed. */
export function textOf(resource: Resource, conceptBits: readonly number[]): string {
  const facts = Object.entries(resource.facts).flatMap(([key, value]) => {
    if (typeof value === 'boolean') return value ? [key] : [];
    return String(value).length <= LONGEST_FACT ? [String(value)] : [];
  });
  return [...facts, ...expansionOf(resource.resourceType, conceptBits)].join(' ');
}

/** The words of a row: its name and id in one field, tags and the given text in the other. */
export function documentOf(
  row: { name: string; nativeId: string; region: string },
  tags: Iterable<readonly [key: string, value: string]>,
  text: string,
): Document {
  const nameWords = terms(row.name);
  const name = [...nameWords];
  const compact = nameWords.join('');
  if (nameWords.length > 1 && compact.length <= 60) name.push(compact);
  if (row.nativeId !== row.name) name.push(...terms(shortId(row.nativeId)));
  const words = [...terms(text), ...terms(row.region)];
  for (const [key, value] of tags) {
    if (key === 'Name') continue;
    const valueWords = terms(value);
    words.push(...terms(key), ...valueWords);
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
