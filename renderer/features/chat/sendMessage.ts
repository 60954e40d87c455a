import type { QueryClient } from '@tanstack/react-query';
import { RequestError, request } from '../../api/client.ts';
import { addOutgoing, changeOutgoing, dropOutgoing, NEW, select, setDraft, useChat } from './chatStore.ts';
import type { Outgoing } from './thread.ts';
import { addToThread, cachedThread } from './useThread.ts';

/** Shows the message at once and sends it; a new conversation is stored first. Failures stay on the message. */
export async function sendMessage(
  client: QueryClient,
  conversationId: string,
  text: string,
  resourceId: string | null = null,
): Promise<void> {
  const item: Outgoing = {
    localId: crypto.randomUUID(),
    conversationId,
    text,
    sentAt: new Date().toISOString(),
    after: cachedThread(client, conversationId)?.total ?? 0,
    error: null,
    resourceId,
  };
  addOutgoing(item);
  await deliver(client, item);
}

/** Once more, the same words. */
export async function resend(client: QueryClient, item: Outgoing): Promise<void> {
  const after = cachedThread(client, item.conversationId)?.total ?? 0;
  const again = { ...item, error: null, after, sentAt: new Date().toISOString() };
  changeOutgoing(item.localId, again);
  await deliver(client, again);
}

async function deliver(client: QueryClient, item: Outgoing): Promise<void> {
  const { localId, text, resourceId } = item;
  try {
    const conversationId = item.conversationId === NEW ? await begin(client, localId) : item.conversationId;
    const about = resourceId === null ? {} : { resourceId };
    const { user, assistant } = await request('chat.send', { conversationId, text, ...about });
    const page = { messages: [user, assistant], total: assistant.messageIndex + 1 };
    addToThread(client, conversationId, page);
    dropOutgoing(localId);
    void client.invalidateQueries({ queryKey: ['chat.conversations'] });
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown;
    changeOutgoing(localId, { error: thrown.message });
  }
}

/** Stores the new conversation; the message on its way, and the person if still there, move into it. */
async function begin(client: QueryClient, localId: string): Promise<string> {
  const conversation = await request('chat.create', {});
  const { conversationId } = conversation;
  addToThread(client, conversationId, { messages: [], total: 0 });
  client.setQueryData<{ conversations: (typeof conversation)[] }>(['chat.conversations', {}], (old) =>
    old
      ? {
          conversations: [
            conversation,
            ...old.conversations.filter((one) => one.conversationId !== conversationId),
          ],
        }
      : old,
  );
  changeOutgoing(localId, { conversationId });
  const { selected, drafts } = useChat.getState();
  if (selected === NEW || selected === null) {
    setDraft(conversationId, drafts[NEW] ?? '');
    setDraft(NEW, '');
    select(conversationId);
  }
  return conversationId;
}
