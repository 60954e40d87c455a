import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ChatMessage, Conversation } from '../../preload/contract/models.ts';
import { latestFirst } from '../../preload/contract/times.ts';
import { AppError } from '../errors.ts';
import type { ChatStorageApi, ConversationPatch, NewMessage } from './api.ts';
import { ChatDeletions } from './chatDeletions.ts';
import { ChatReader, CONVERSATIONS } from './chatReader.ts';
import {
  conversationPoint,
  messagePoint,
  readConversation,
  readMessage,
  type StoredConversation,
  titleOf,
  UNTITLED,
} from './chatRecords.ts';
import { ChatSearch, type ConversationSearch } from './chatSearch/ChatSearch.ts';
import { WriteGate } from './engines/WriteGate.ts';
import type { CollectionSpec, Condition, Point, PointStore } from './PointStore.ts';
import type { Sealer } from './sealing.ts';
import { KeyedSerial } from './serial.ts';

const HISTORY_LIMIT = 100;

/** Conversations and their messages, on the collection `chat_history`. */
export class ChatStorage implements ChatStorageApi {
  readonly #store: PointStore;
  readonly #collection: string;
  readonly #sealer: Sealer;
  readonly #now: () => Date;
  readonly #reader: ChatReader;
  readonly #deletions: ChatDeletions;
  readonly #serial = new KeyedSerial();
  readonly #gate = new WriteGate();
  /** Conversations as stored, with the number of messages counted from the messages themselves. */
  readonly #known = new Map<string, StoredConversation>();
  readonly #search: ChatSearch;
  /** All conversations by id, read once and then kept equal to what is stored; null = not read yet. */
  #listed: Map<string, StoredConversation> | null = null;
  #changes = 0;

  constructor(options: { store: PointStore; collection: string; sealer: Sealer; now?: () => Date }) {
    this.#store = options.store;
    this.#collection = options.collection;
    this.#sealer = options.sealer;
    this.#now = options.now ?? (() => new Date());
    this.#reader = new ChatReader(this.#store, this.#collection, this.#sealer);
    this.#deletions = new ChatDeletions(this.#store, this.#collection, this.#sealer);
    this.#search = new ChatSearch({
      countMessages: () => this.#reader.countMessages(),
      pages: () => this.#reader.messagePages(),
      messages: (ids) => this.#reader.messagesById(ids),
      conversations: () => this.getAllContexts(),
    });
  }

  /** Keeps all other writers of a conversation away while `work` runs. */
  exclusively<T>(conversationId: string, work: () => Promise<T>): Promise<T> {
    return this.#serial.run(conversationId, () => this.#gate.write(this.#collection, work));
  }

  /**
   * Keeps all writers away while `work` replaces the collection as a whole. Those who waited then find their
   * conversation as it is stored, or gone: nothing of the old one is written into the new.
   */
  replaced<T>(work: () => Promise<T>): Promise<T> {
    return this.#gate.whileClosed(this.#collection, () => work().finally(() => this.#forgetAll()));
  }

  /** Every conversation and message; that they were deleted stays. Answers how many conversations there were. */
  deleteAll(spec: CollectionSpec): Promise<{ conversations: number }> {
    return this.replaced(async () => {
      const conversations = await this.#store.count(this.#collection, CONVERSATIONS);
      await this.#store.replaceCollection(spec, this.#deletions.ofAll(this.#now()));
      return { conversations };
    });
  }

  /** How many conversations a list has had to leave out because they are damaged. */
  get damaged(): number {
    return this.#reader.damaged.size;
  }

  /** At opening: removes the messages of conversations whose deletion was cut off. */
  async finishDeletions(): Promise<void> {
    for (const id of await this.#deletions.unfinished()) {
      await this.exclusively(id, () => this.#deletions.finish(id, this.#now()));
    }
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
      pinned: false,
      archived: false,
      labels: [],
    };
    return publicPart(await this.exclusively(created.conversationId, () => this.#write(created, [])));
  }

  append(conversationId: string, message: NewMessage): Promise<ChatMessage> {
    return this.exclusively(conversationId, async () => {
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
      this.#search.appended(appended);
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
    const page = await this.#reader.newestMessages(conversationId, older, limit);
    return { messages: page.map((point) => readMessage(this.#sealer, point)).reverse(), total };
  }

  /** Deleting what is not there is NOT_FOUND. One write deletes it for good; then its messages are removed. */
  delete(conversationId: string): Promise<void> {
    return this.exclusively(conversationId, async () => {
      try {
        if (!isUuid(conversationId) || !(await this.#deletions.isUnderWay(conversationId))) {
          const { revision } = await this.#load(conversationId);
          this.#forget(conversationId);
          await this.#deletions.begin(conversationId, revision, this.#now());
        }
        await this.#deletions.finish(conversationId, this.#now());
      } finally {
        // Also after a failure: whether it is still there is asked anew.
        this.#forget(conversationId);
      }
      this.#search.removed(conversationId);
    });
  }

  async getAllContexts(): Promise<Conversation[]> {
    const listed = this.#listed ?? (await this.#list());
    return Array.from(listed.values(), publicPart).sort(latestFirst(this.#now().getTime()));
  }

  /** The activity time stays: tidying up must not bring an old conversation to the top. */
  updateContext(conversationId: string, patch: ConversationPatch): Promise<Conversation> {
    return this.exclusively(conversationId, async () => {
      const conversation = await this.#load(conversationId);
      const { title, pinned, archived, labels } = patch;
      const changed: StoredConversation = {
        ...conversation,
        ...(title !== undefined && { title, titled: true }),
        ...(pinned !== undefined && { pinned }),
        ...(archived !== undefined && { archived }),
        ...(labels !== undefined && { labels: tidyLabels(labels) }),
      };
      if (isDeepStrictEqual(changed, conversation)) return publicPart(conversation);
      return publicPart(await this.#write({ ...changed, revision: conversation.revision + 1 }, []));
    });
  }

  searchConversations(text: string, limit: number): Promise<ConversationSearch> {
    return this.#search.search(text, limit);
  }

  /** One write for the conversation and its new message: both are stored or neither is. */
  async #write(conversation: StoredConversation, messages: Point[]): Promise<StoredConversation> {
    const points = [...messages, conversationPoint(this.#sealer, conversation)];
    try {
      await this.#store.upsert(this.#collection, points);
    } catch (error) {
      // Whether it was stored is not known (the engine may have died after it): ask again before the next one.
      this.#forget(conversation.conversationId);
      throw error;
    }
    this.#known.set(conversation.conversationId, conversation);
    this.#listed?.set(conversation.conversationId, conversation);
    this.#changes += 1;
    return conversation;
  }

  #forgetAll(): void {
    this.#known.clear();
    this.#listed = null;
    this.#changes += 1;
    this.#reader.damaged.clear();
    this.#search.reset();
  }

  #forget(conversationId: string): void {
    this.#known.delete(conversationId);
    this.#listed = null;
    this.#changes += 1;
  }

  async #list(): Promise<Map<string, StoredConversation>> {
    const before = this.#changes;
    const found = new Map<string, StoredConversation>();
    for await (const points of this.#reader.pages({ filter: CONVERSATIONS })) {
      for (const point of points) {
        const conversation = this.#known.get(point.id) ?? this.#reader.readable(point);
        if (conversation !== null) found.set(point.id, conversation);
      }
    }
    // What was written beside the reading may be missing from a page that was read before.
    if (this.#changes === before) this.#listed = found;
    return found;
  }

  /** Only under the conversation's lock: a count read beside an append would give two messages one index. */
  async #load(conversationId: string): Promise<StoredConversation> {
    const known = this.#known.get(conversationId);
    if (known !== undefined) return known;
    const before = this.#changes;
    const point = isUuid(conversationId)
      ? (await this.#store.get(this.#collection, [conversationId]))[0]
      : undefined;
    if (point === undefined || point.payload.kind !== 'conversation') throw notFound();
    const stored = readConversation(this.#sealer, point);
    const [newest] = await this.#reader.newestMessages(conversationId, [], 1);
    const messageCount = newest === undefined ? 0 : Number(newest.payload.message_index) + 1;
    const conversation = { ...stored, messageCount };
    // A replacement of the whole collection beside this reading makes it worthless.
    if (this.#changes === before) this.#known.set(conversationId, conversation);
    return conversation;
  }
}

function publicPart(stored: StoredConversation): Conversation {
  const { titled: _titled, revision: _revision, ...conversation } = stored;
  return conversation;
}

/** Without what cannot be seen, empty ones and twins. */
function tidyLabels(labels: string[]): string[] {
  const tidy = labels.map((label) => label.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()).filter(Boolean);
  return tidy.filter(
    (label, at) => tidy.findIndex((one) => one.toLowerCase() === label.toLowerCase()) === at,
  );
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function notFound(): AppError {
  return new AppError('NOT_FOUND', 'This conversation does not exist any more. Start a new one.');
}
