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
  /** Resources whose shorter name lies inside this one: "web" in "web server". */
  inside: T[];
}

const LONGEST = 600;
const OPENING = /[\s"'`‘“([]/;
const CLOSING = /[\s"'`’”)\]]/;
const QUOTES: Record<string, string> = { '"': '"', "'": "'", '`': '`', '‘': '’', '“': '”' };

/**
 * Finds whole names, without regard to case, at word boundaries: "web" is no name in "web-1" or "web-*".
 * Where they overlap the longest counts.
 */
export function findNames<T extends Named>(text: string, resources: readonly T[]): NameSpan<T>[] {
  const byKey = new Map<string, T[]>();
  for (const resource of resources) {
    for (const key of new Set([resource.name, resource.id, resource.arn].map((k) => k.toLowerCase()))) {
      if (key !== '') byKey.set(key, [...(byKey.get(key) ?? []), resource]);
    }
  }
  if (byKey.size === 0) return [];
  const found = stretches(text).flatMap(({ start, end }) => {
    const matching = byKey.get(text.slice(start, end).toLowerCase());
    return matching ? [{ start, end, resources: matching }] : [];
  });
  found.sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);

  const spans: NameSpan<T>[] = [];
  for (const { start, end, resources: matching } of found) {
    const over = spans.find((span) => start < span.end && span.start < end);
    if (over) {
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

/** Every part of a name of several words, for looking up shorter names inside it. */
export function partsOf(name: string): string[] {
  const words = name.split(/\s+/).filter(Boolean);
  const parts: string[] = [];
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= words.length; to++) {
      if (to - from < words.length) parts.push(words.slice(from, to).join(' '));
    }
  }
  return parts;
}

function stretches(text: string): { start: number; end: number }[] {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let i = 0; i <= text.length; i++) {
    const here = text[i] ?? ' ';
    const before = text[i - 1] ?? ' ';
    if (OPENING.test(before) && !/\s/.test(here)) starts.push(i);
    if (!/\s/.test(before) && endsHere(text, i)) ends.push(i);
  }
  return starts.flatMap((start) =>
    ends.filter((end) => end > start && end - start <= LONGEST).map((end) => ({ start, end })),
  );
}

/** At a space, a closing mark, or punctuation that ends a word. */
function endsHere(text: string, at: number): boolean {
  let i = at;
  while (/[.,!?;:…]/.test(text[i] ?? '')) i += 1;
  return i >= text.length || CLOSING.test(text[i] ?? '');
}
