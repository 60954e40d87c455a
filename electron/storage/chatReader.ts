import type { ChatMessage } from '../../preload/contract/models.ts';
import { intactMessage, isNewer, readConversation, type StoredConversation } from './chatRecords.ts';
import type { Condition, Filter, Point, PointStore, ScrollRequest } from './PointStore.ts';
import type { Sealer } from './sealing.ts';

const PAGE = 500;
export const CONVERSATIONS: Filter = { must: [{ key: 'kind', match: 'conversation' }] };
const MESSAGES: Filter = { must: [{ key: 'kind', match: 'message' }] };

/** What stands in the collection `chat_history`, read and opened. */
export class ChatReader {
  readonly #store: PointStore;
  readonly #collection: string;
  readonly #sealer: Sealer;
  /** Conversations that had to be left out because they are damaged. */
  readonly damaged = new Set<string>();

  constructor(store: PointStore, collection: string, sealer: Sealer) {
    this.#store = store;
    this.#collection = collection;
    this.#sealer = sealer;
  }

  async *pages(request: Omit<ScrollRequest, 'limit' | 'cursor'>): AsyncGenerator<Point[]> {
    let cursor: string | undefined;
    do {
      const page = await this.#store.scroll(this.#collection, { ...request, limit: PAGE, cursor });
      yield page.points;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  countMessages(): Promise<number> {
    return this.#store.count(this.#collection, MESSAGES);
  }

  /** All that are intact, newest first. */
  async *messagePages(): AsyncGenerator<ChatMessage[]> {
    const orderBy = { key: 'timestamp', direction: 'desc' } as const;
    // Without a filter: beside one, SQLite would sort all messages anew for each page.
    for await (const points of this.pages({ orderBy })) {
      yield this.#intact(points.filter(({ payload }) => payload.kind === 'message'));
    }
  }

  async messagesById(ids: string[]): Promise<ChatMessage[]> {
    return this.#intact(await this.#store.get(this.#collection, ids));
  }

  async newestMessages(conversationId: string, conditions: Condition[], limit: number): Promise<Point[]> {
    const must: Condition[] = [
      { key: 'context_id', match: conversationId },
      { key: 'kind', match: 'message' },
      ...conditions,
    ];
    const orderBy = { key: 'message_index', direction: 'desc' } as const;
    return (await this.#store.scroll(this.#collection, { filter: { must }, orderBy, limit })).points;
  }

  readable(point: Point): StoredConversation | null {
    try {
      return readConversation(this.#sealer, point);
    } catch (error) {
      if (isNewer(error)) throw error;
      this.damaged.add(point.id);
      return null;
    }
  }

  #intact(points: Point[]): ChatMessage[] {
    return points.flatMap((point) => intactMessage(this.#sealer, point) ?? []);
  }
}
