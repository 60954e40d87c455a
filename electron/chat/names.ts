import { asTyped, likeness } from '../../preload/contract/spelling.ts';
import { stretches } from '../storage/find/stretches.ts';

/** What a resource may be called by in a sentence. */
export interface Named {
  name: string;
  id: string;
  arn: string;
}

/** A stretch of a sentence that is the whole name, id or ARN of one or more resources. */
export interface NameSpan<T extends Named> {
  /** Quotes included. */
  start: number;
  end: number;
  /** Without quotes, as written. */
  text: string;
  quoted: boolean;
  resources: T[];
  /**
   * Resources whose shorter name lies inside this one: "web" in "web server", "web-1" in "web-1.". Quotes rule out
   * all but those that differ in punctuation, which a sentence puts inside quotes too.
   */
  inside: T[];
}

const QUOTES: Record<string, string> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '‘': '’',
  '“': '”',
  '„': '“',
  '«': '»',
  '<': '>',
};

/**
 * Finds whole names, without regard to case, at word boundaries: "web" is no name in "web-1" or "web-*".
 * Where they overlap the longest counts. To a name with
 * odd letters come all that look the same: which of them is meant is for a person to say.
 */
export function findNames<T extends Named>(text: string, resources: readonly T[]): NameSpan<T>[] {
  const byKey = grouped(resources, asTyped);
  if (byKey.size === 0) return [];
  const byLooks = grouped(resources, likeness);
  const found = stretches(text).flatMap(({ start, end }) => {
    const part = text.slice(start, end);
    const typed = asTyped(part);
    const looks = likeness(part);
    const matching = byKey.get(typed);
    const alike = looks === typed ? [] : (byLooks.get(looks) ?? []);
    return matching ? [{ start, end, resources: [...new Set([...matching, ...alike])] }] : [];
  });
  found.sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);

  const spans: NameSpan<T>[] = [];
  for (const { start, end, resources: matching } of found) {
    const over = spans.find((span) => start < span.end && span.start < end);
    if (over) {
      if (over.quoted && !isSameWords(over.text, text.slice(start, end))) continue;
      over.inside.push(...matching.filter((r) => !over.resources.includes(r) && !over.inside.includes(r)));
      continue;
    }
    const closing = QUOTES[text[start - 1] ?? ''];
    const quoted = closing !== undefined && text[end] === closing;
    spans.push({
      start: quoted ? start - 1 : start,
      end: quoted ? end + 1 : end,
      text: text.slice(start, end),
      quoted,
      resources: matching,
      inside: [],
    });
  }
  return spans.sort((a, b) => a.start - b.start);
}

const OUTER_MARKS = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
const isSameWords = (a: string, b: string) => a.replace(OUTER_MARKS, '') === b.replace(OUTER_MARKS, '');

function grouped<T extends Named>(
  resources: readonly T[],
  keyOf: (text: string) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const resource of resources) {
    for (const key of new Set([resource.name, resource.id, resource.arn].map(keyOf))) {
      if (key !== '') groups.set(key, [...(groups.get(key) ?? []), resource]);
    }
  }
  return groups;
}
