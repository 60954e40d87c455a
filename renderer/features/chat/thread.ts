import type { ChatMessage } from '../../../preload/contract/models.ts';

/** The loaded, gapless part of a conversation, oldest first; `total` counts all that is stored. */
export interface Thread {
  messages: readonly ChatMessage[];
  total: number;
}

/**
 * Puts a page into what is loaded. Messages are immutable and numbered without gaps, so the index decides.
 * A page that does not touch what is loaded replaces it: a hole would hide messages silently.
 */
export function mergePage(loaded: Thread | undefined, page: Thread): Thread {
  if (!loaded || loaded.messages.length === 0) return page;
  if (page.messages.length === 0) return { messages: loaded.messages, total: page.total };
  const [first, last] = range(loaded);
  const [pageFirst, pageLast] = range(page);
  if (pageFirst > last + 1 || pageLast < first - 1) return page;
  const byIndex = new Map(loaded.messages.map((message) => [message.messageIndex, message]));
  for (const message of page.messages) byIndex.set(message.messageIndex, message);
  const messages = [...byIndex.values()].sort((a, b) => a.messageIndex - b.messageIndex);
  return { messages, total: Math.max(page.total, loaded.total) };
}

function range(thread: Thread): [number, number] {
  return [thread.messages[0]?.messageIndex ?? 0, thread.messages.at(-1)?.messageIndex ?? -1];
}

/** A message on its way: shown at once, dropped when its stored twin arrives. */
export interface Outgoing {
  localId: string;
  conversationId: string;
  text: string;
  sentAt: string;
  /** The number of stored messages when it was sent: its twin has this index or a later one. */
  after: number;
  /** Why it could not be sent, in words; null while it is on its way. */
  error: string | null;
  resourceId: string | null;
}

export interface PendingView {
  outgoing: Outgoing;
  /** The stored user message is there already; only the answer (or the error) is missing. */
  stored: boolean;
}

/**
 * Which outgoing messages are still to be drawn. The main side announces the stored user message before the
 * answer returns, so without this one question would be seen twice. Each stored message claims one twin.
 */
export function pendingViews(messages: readonly ChatMessage[], outgoing: readonly Outgoing[]): PendingView[] {
  const claimed = new Set<number>();
  return outgoing.map((item) => {
    const twin = messages.find(
      (message) =>
        message.role === 'user' &&
        message.messageIndex >= item.after &&
        !claimed.has(message.messageIndex) &&
        plainText(message) === item.text,
    );
    if (twin) claimed.add(twin.messageIndex);
    return { outgoing: item, stored: twin !== undefined };
  });
}

function plainText(message: ChatMessage): string {
  return message.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

/** The slice of the loaded messages in the DOM, by message index; `to` null = up to the newest. */
export interface Slice {
  from: number;
  to: number | null;
}

export const PAGE = 50;
/** At most this many messages are in the DOM at once, however long the conversation is. */
export const MAX_SHOWN = 150;

export function newestSlice(total: number): Slice {
  return { from: Math.max(0, total - PAGE), to: null };
}

/** The slice to begin with when a search led to message `index`: some before it, so that it is read in its place. */
export function sliceAt(index: number, total: number): Slice {
  const from = Math.max(0, index - 10);
  const to = from + PAGE;
  return { from, to: to >= total ? null : to };
}

/** One page further back; drops as much at the far end as is needed to stay bounded. */
export function slideUp(slice: Slice, total: number): Slice {
  const from = Math.max(0, slice.from - PAGE);
  const end = slice.to ?? total;
  return end - from > MAX_SHOWN ? { from, to: from + MAX_SHOWN } : { from, to: slice.to };
}

/** One page towards the newest; null again once it is reached, so that new messages follow. */
export function slideDown(slice: Slice, total: number): Slice {
  if (slice.to === null) return slice;
  const end = slice.to + PAGE;
  const to = end >= total ? null : end;
  return { from: Math.max(slice.from, Math.min(end, total) - MAX_SHOWN), to };
}

/** For a person who reads the newest: what grew above them beyond the bound is dropped again. */
export function trimmed(slice: Slice, total: number): Slice {
  return slice.to === null && total - slice.from > MAX_SHOWN ? newestSlice(total) : slice;
}

export function inSlice(messages: readonly ChatMessage[], slice: Slice): ChatMessage[] {
  return messages.filter(
    ({ messageIndex }) => messageIndex >= slice.from && (slice.to === null || messageIndex < slice.to),
  );
}
