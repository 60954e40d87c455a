import { create } from 'zustand';
import { latestFirst } from '../../../preload/contract/times.ts';
import { keepView } from '../../state/address.ts';
import type { Outgoing } from './thread.ts';

/** The conversation that does not exist yet: it is stored when its first message is sent. */
export const NEW = 'new';

interface ChatState {
  /** `null` = not chosen yet: the newest one is shown. */
  selected: string | null;
  /** What is typed and not sent, by conversation; outlives the screen and a reload, never sent anywhere. */
  drafts: Readonly<Record<string, string>>;
  outgoing: readonly Outgoing[];
  /** A message that a search led to; `visit` tells a second click on the same one from the first. */
  place: { conversationId: string; messageIndex: number; visit: number } | null;
}

export const useChat = create<ChatState>(() => ({
  selected: null,
  drafts: {},
  outgoing: [],
  place: null,
}));

keepView('chat', {
  read: () => {
    const { selected, drafts } = useChat.getState();
    return { selected, drafts: Object.fromEntries(Object.entries(drafts).filter(([, text]) => text !== '')) };
  },
  restore: (saved) => {
    const { selected, drafts } = saved as Partial<ChatState>;
    useChat.setState((now) => ({
      selected: typeof selected === 'string' ? selected : null,
      // What was typed since, on the way back too, is not taken away.
      drafts: { ...(typeof drafts === 'object' ? drafts : {}), ...now.drafts },
      place: null,
    }));
  },
  subscribe: useChat.subscribe,
  step: () => useChat.getState().selected ?? '',
});

export function select(conversationId: string): void {
  useChat.setState({ selected: conversationId, place: null });
}

/** Opens a conversation at one of its messages. */
export function openAt(conversationId: string, messageIndex: number): void {
  useChat.setState(({ place }) => ({
    selected: conversationId,
    place: { conversationId, messageIndex, visit: (place?.visit ?? 0) + 1 },
  }));
}

export function setDraft(conversationId: string, text: string): void {
  useChat.setState(({ drafts }) => ({ drafts: { ...drafts, [conversationId]: text } }));
}

export function addOutgoing(item: Outgoing): void {
  useChat.setState(({ outgoing }) => ({ outgoing: [...outgoing, item] }));
}

export function changeOutgoing(localId: string, patch: Partial<Outgoing>): void {
  useChat.setState(({ outgoing }) => ({
    outgoing: outgoing.map((item) => (item.localId === localId ? { ...item, ...patch } : item)),
  }));
}

export function dropOutgoing(localId: string): void {
  useChat.setState(({ outgoing }) => ({ outgoing: outgoing.filter((item) => item.localId !== localId) }));
}

/** The conversation to show: the chosen one while it exists, else the newest, else a new one. */
export function shownConversation(
  selected: string | null,
  conversations: readonly { conversationId: string; updatedAt: string }[],
): string {
  if (selected === NEW || conversations.some((item) => item.conversationId === selected))
    return selected ?? NEW;
  const [newest] = conversations.toSorted(latestFirst(Date.now()));
  return newest?.conversationId ?? NEW;
}
