import { setImmediate, setTimeout } from 'node:timers/promises';
import type { ChatMessage, Conversation, ConversationHit } from '../../../preload/contract/models.ts';
import { excerptOf } from './excerpt.ts';
import { MessageIndex, type MessageRef } from './MessageIndex.ts';
import { visibleText } from './visibleText.ts';
import { questionWords, wordsOf } from './words.ts';

export interface ConversationSearch {
  hits: ConversationHit[];
  /** The index is being built: `indexed` of `total` messages are searched so far. */
  indexing: boolean;
  indexed: number;
  total: number;
}

/** What the search reads from. Messages come newest first, decrypted; damaged ones are left out. */
export interface ChatSource {
  countMessages(): Promise<number>;
  pages(): AsyncIterable<ChatMessage[]>;
  /** Those that still exist. */
  messages(messageIds: string[]): Promise<ChatMessage[]>;
  conversations(): Promise<Conversation[]>;
}

/** A first search of a small store has its whole answer within this time. */
const PATIENCE_MS = 250;

/**
 * Search over what was said. The index lives in memory only: it is built by the first search, in slices, and
 * then follows what is written.
 */
export class ChatSearch {
  readonly #source: ChatSource;
  #index: MessageIndex | null = null;
  #building: Promise<void> | null = null;
  #expected = 0;

  constructor(source: ChatSource) {
    this.#source = source;
  }

  appended(message: ChatMessage): void {
    this.#index?.add(refOf(message), visibleText(message));
  }

  removed(conversationId: string): void {
    this.#index?.removeConversation(conversationId);
  }

  /** The next search builds anew: the stored messages were replaced as a whole. */
  reset(): void {
    this.#index = null;
    this.#building = null;
  }

  async search(text: string, limit: number): Promise<ConversationSearch> {
    const words = questionWords(text);
    const index = await this.#begin();
    const conversations = new Map(
      (await this.#source.conversations()).map((one) => [one.conversationId, one] as const),
    );
    const titles = titleHits([...conversations.values()], words, limit);
    const found = await this.#hits(index.search(words, limit), words, conversations);
    const shown = new Set(titles.map(placeOf));
    return {
      hits: [...titles, ...found.filter((hit) => !shown.has(placeOf(hit)))].slice(0, limit),
      indexing: this.#building !== null,
      indexed: index.size,
      total: Math.max(this.#expected, index.size),
    };
  }

  async #begin(): Promise<MessageIndex> {
    if (this.#index === null) {
      const index = new MessageIndex();
      this.#index = index;
      const building = this.#build(index);
      this.#building = building;
      building.then(
        () => this.#end(building),
        // The engine failed; the next search tries again.
        () => this.#building === building && this.reset(),
      );
    }
    const index = this.#index;
    if (this.#building !== null)
      await Promise.race([this.#building, setTimeout(PATIENCE_MS, undefined, { ref: false })]);
    return index;
  }

  #end(building: Promise<void>): void {
    if (this.#building === building) this.#building = null;
  }

  async #build(index: MessageIndex): Promise<void> {
    this.#expected = await this.#source.countMessages();
    for await (const page of this.#source.pages()) {
      if (this.#index !== index) return;
      for (const message of page) index.load(refOf(message), visibleText(message));
      // Between two slices appends and other calls have their turn.
      await setImmediate();
    }
    this.#expected = 0;
  }

  async #hits(
    refs: MessageRef[],
    words: string[],
    conversations: Map<string, Conversation>,
  ): Promise<ConversationHit[]> {
    const messages = await this.#source.messages(refs.map(({ messageId }) => messageId));
    return messages.flatMap((message) => {
      const conversation = conversations.get(message.conversationId);
      if (conversation === undefined) return [];
      return {
        conversationId: message.conversationId,
        title: conversation.title,
        messageIndex: message.messageIndex,
        timestamp: message.timestamp,
        excerpt: excerptOf(visibleText(message), words),
      };
    });
  }
}

function refOf({ messageId, conversationId }: ChatMessage): MessageRef {
  return { messageId, conversationId };
}

function placeOf({ conversationId, messageIndex }: ConversationHit): string {
  return `${conversationId}/${messageIndex}`;
}

/** Conversations whose title and labels hold all of the words: their first message. */
function titleHits(conversations: Conversation[], words: string[], limit: number): ConversationHit[] {
  if (words.length === 0) return [];
  return conversations
    .filter(({ messageCount }) => messageCount > 0)
    .flatMap((conversation) => {
      const { conversationId, title, labels, updatedAt: timestamp } = conversation;
      const text = [title, ...labels].join(' · ');
      const own = Array.from(wordsOf(text), (word) => word.text);
      const holdsAll = words.every((word) => own.some((one) => one.startsWith(word)));
      return holdsAll
        ? { conversationId, title, messageIndex: 0, timestamp, excerpt: excerptOf(text, words) }
        : [];
    })
    .slice(0, limit);
}
