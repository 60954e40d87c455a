import type { Conversation } from '../../../preload/contract/models.ts';
import { firstOf } from '../../../preload/contract/text.ts';
import { latestFirst } from '../../../preload/contract/times.ts';

export interface ListChoice {
  /** What is typed into the search. */
  text: string;
  archived: boolean;
  /** Only those with this label; null = all. */
  label: string | null;
}

/** What the list shows: archived ones apart, pinned ones first, titles and labels searched in any case. */
export function listed(
  conversations: readonly Conversation[],
  { text, archived, label }: ListChoice,
): { pinned: Conversation[]; others: Conversation[] } {
  const wanted = text.trim().toLowerCase();
  const found = conversations.filter(
    (item) =>
      item.archived === archived &&
      (label === null || item.labels.includes(label)) &&
      (item.title.toLowerCase().includes(wanted) ||
        item.labels.some((one) => one.toLowerCase().includes(wanted))),
  );
  const newest = found.toSorted(latestFirst(Date.now()));
  return { pinned: newest.filter(({ pinned }) => pinned), others: newest.filter(({ pinned }) => !pinned) };
}

/** All labels in use, in order of the alphabet. */
export function labelsOf(conversations: readonly Conversation[]): string[] {
  return [...new Set(conversations.flatMap(({ labels }) => labels))].toSorted((a, b) => a.localeCompare(b));
}

export const MAX_LABELS = 12;
export const MAX_LABEL = 40;

/** Labels as they are kept: trimmed, none twice in any case, no more and no longer than fit. */
export function cleanLabels(labels: readonly string[]): string[] {
  const kept = new Map<string, string>();
  for (const label of labels) {
    const text = firstOf(label.trim(), MAX_LABEL).trim();
    if (text !== '' && !kept.has(text.toLowerCase())) kept.set(text.toLowerCase(), text);
  }
  return [...kept.values()].slice(0, MAX_LABELS);
}

/** A text split at the searched words, so that they can be marked; nothing of it is lost or read as markup. */
export function marked(text: string, wanted: string): { text: string; hit: boolean }[] {
  const words = wanted.trim().split(/\s+/).filter(Boolean).map(literally);
  if (words.length === 0) return [{ text, hit: false }];
  const parts = text.split(new RegExp(`(${words.join('|')})`, 'giu'));
  return parts
    .map((part, index) => ({ text: part, hit: index % 2 === 1 }))
    .filter(({ text: part }) => part !== '');
}

const literally = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
