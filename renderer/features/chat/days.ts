import type { Conversation } from '../../../preload/contract/models.ts';
import { latestFirst, pastTime } from '../../../preload/contract/times.ts';

export interface Day {
  label: string;
  conversations: Conversation[];
}

/** Conversations by the day of their last message on the person's calendar, newest first. */
export function byDay(conversations: readonly Conversation[], now: number): Day[] {
  const days: Day[] = [];
  const sorted = conversations.toSorted(latestFirst(now));
  for (const conversation of sorted) {
    const label = dayLabel(conversation.updatedAt, now);
    const last = days.at(-1);
    if (last?.label === label) last.conversations.push(conversation);
    else days.push({ label, conversations: [conversation] });
  }
  return days;
}

function dayLabel(iso: string, now: number): string {
  const day = new Date(iso);
  // Written while the clock was ahead: nobody knows when.
  if (pastTime(day.getTime(), now) === 0) return 'Dated in the future';
  const ago = Math.round((midnight(new Date(now)) - midnight(day)) / 86_400_000);
  if (ago <= 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  if (ago < 7) return day.toLocaleDateString('en-GB', { weekday: 'long' });
  return day.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
