import { randomUUID } from 'node:crypto';
import type { ChatMessage, Conversation } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { ChatStorageApi, NewMessage } from './api.ts';
import {
  conversationPoint,
  isNewer,
  messagePoint,
  readConversation,
  readMessage,
  type StoredConversation,
  titleOf,
  UNTITLED,
} from './chatRecords.ts';
import type { Condition, Filter, Point, PointStore } from './PointStore.ts';
import type { Sealer } from './sealing.ts';
import { KeyedSerial } from './serial.ts';

const PAGE = 500;
const HISTORY_LIMIT = 100;

/** Conversations and their messages, on the collection `chat_history`. */
export class ChatStorage implements ChatStorageApi {
  readonly #store: PointStore;
  readonly #collection: string;
  readonly #sealer: Sealer;
  readonly #now: () => Date;
  readonly #serial = new KeyedSerial();
  /** Conversations as stored, with the number of messages counted from the messages themselves. */
  readonly #known = new Map<string, StoredConversation>();
  readonly #damaged = new Set<string>();

  constructor(options: { store: PointStore; collection: string; sealer: Sealer; now?: () => Date }) {
    this.#store = options.store;
    this.#collection = options.collection;
    this.#sealer = options.sealer;
    this.#now = options.now ?? (() => new Date());
  }

  /** How many conversations a list has had to leave out because they are damaged. */
  get damaged(): number {
    return this.#damaged.size;
  }

  async createConversation(): Promise<Conversation> {
    const at = this.#now().toISOString();
    const created: StoredConversation = {
      conversationId: randomUUID(),
      title: UNTITLED,
      titled: false,
      createdAt: at,
      updatedAt: at,
      messageCount: 0,
      revision: 1,
    };
    await this.#store.upsert(this.#collection, [conversationPoint(this.#sealer, created)]);
    this.#known.set(created.conversationId, created);
    return publicPart(created);
  }

  append(conversationId: string, message: NewMessage): Promise<ChatMessage> {
    return this.#serial.run(conversationId, async () => {
      const conversation = await this.#load(conversationId);
      const appended: ChatMessage = {
        messageId: randomUUID(),
        conversationId,
        messageIndex: conversation.messageCount,
        role: message.role,
        timestamp: this.#now().toISOString(),
        parts: message.parts,
        sources: message.sources,
        metadata: message.metadata,
      };
      const title = conversation.titled || message.role !== 'user' ? null : titleOf(message);
      await this.#write(
        {
          ...conversation,
          ...(title !== null && { title, titled: true }),
          updatedAt: appended.timestamp,
          messageCount: conversation.messageCount + 1,
          revision: conversation.revision + 1,
        },
        [messagePoint(this.#sealer, appended)],
      );
      return appended;
    });
  }

  async getHistory(
    conversationId: string,
    options: { before?: number | null; limit?: number } = {},
  ): Promise<{ messages: ChatMessage[]; total: number }> {
    const { messageCount: total } = await this.#serial.run(conversationId, () => this.#load(conversationId));
    const { before = null, limit = HISTORY_LIMIT } = options;
    const older: Condition[] = before === null ? [] : [{ key: 'message_index', range: { lt: before } }];
    const page = await this.#newestMessages(conversationId, older, limit);
    return { messages: page.map((point) => readMessage(this.#sealer, point)).reverse(), total };
  }

  /** Deleting what is not there is NOT_FOUND. */
  delete(conversationId: string): Promise<void> {
    return this.#serial.run(conversationId, async () => {
      await this.#load(conversationId);
      this.#known.delete(conversationId);
      const filter: Filter = { must: [{ key: 'context_id', match: conversationId }] };
      await this.#store.delete(this.#collection, { filter });
    });
  }

  async getAllContexts(): Promise<Conversation[]> {
    const filter: Filter = { must: [{ key: 'kind', match: 'conversation' }] };
    const found: Conversation[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.scroll(this.#collection, { filter, limit: PAGE, cursor });
      for (const point of page.points) {
        const conversation = this.#known.get(point.id) ?? this.#readable(point);
        if (conversation !== null) found.push(publicPart(conversation));
      }
      cursor = page.next;
    } while (cursor !== undefined);
    return found.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  }

  updateContext(conversationId: string, patch: { title?: string }): Promise<Conversation> {
    return this.#serial.run(conversationId, async () => {
      const conversation = await this.#load(conversationId);
      if (patch.title === undefined) return publicPart(conversation);
      const revision = conversation.revision + 1;
      return publicPart(
        await this.#write({ ...conversation, title: patch.title, titled: true, revision }, []),
      );
    });
  }

  /** One write for the conversation and its new message: both are stored or neither is. */
  async #write(conversation: StoredConversation, messages: Point[]): Promise<StoredConversation> {
    const points = [...messages, conversationPoint(this.#sealer, conversation)];
    try {
      await this.#store.upsert(this.#collection, points);
    } catch (error) {
      // Whether it was stored is not known (the engine may have died after it): ask again before the next one.
      this.#known.delete(conversation.conversationId);
      throw error;
    }
    this.#known.set(conversation.conversationId, conversation);
    return conversation;
  }

  /** Only under the conversation's lock: a count read beside an append would give two messages one index. */
  async #load(conversationId: string): Promise<StoredConversation> {
    const known = this.#known.get(conversationId);
    if (known !== undefined) return known;
    const point = isUuid(conversationId)
      ? (await this.#store.get(this.#collection, [conversationId]))[0]
      : undefined;
    if (point === undefined || point.payload.kind !== 'conversation') throw notFound();
    const stored = readConversation(this.#sealer, point);
    const [newest] = await this.#newestMessages(conversationId, [], 1);
    const messageCount = newest === undefined ? 0 : Number(newest.payload.message_index) + 1;
    const conversation = { ...stored, messageCount };
    this.#known.set(conversationId, conversation);
    return conversation;
  }

  async #newestMessages(conversationId: string, conditions: Condition[], limit: number): Promise<Point[]> {
    const must: Condition[] = [
      { key: 'context_id', match: conversationId },
      { key: 'kind', match: 'message' },
      ...conditions,
    ];
    const orderBy = { key: 'message_index', direction: 'desc' } as const;
    return (await this.#store.scroll(this.#collection, { filter: { must }, orderBy, limit })).points;
  }

  #readable(point: Point): StoredConversation | null {
    try {
      return readConversation(this.#sealer, point);
    } catch (error) {
      if (isNewer(error)) throw error;
      this.#damaged.add(point.id);
      return null;
    }
  }
}

function publicPart(stored: StoredConversation): Conversation {
  const { conversationId, title, createdAt, updatedAt, messageCount } = stored;
  return { conversationId, title, createdAt, updatedAt, messageCount };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function notFound(): AppError {
  return new AppError('NOT_FOUND', 'This conversation does not exist any more. Start a new one.');
}
