import { setImmediate } from 'node:timers/promises';
import { pastTime } from '../../preload/contract/times.ts';
import type { Filter, Payload, Point, PointStore } from './PointStore.ts';
import type { Sealer } from './sealing.ts';

/**
 * What stays of a deleted conversation: a point under its id, in its place, so that the same write ends the one and
 * stores the other. A stored format; it is kept for good and travels in backups, since without it a merge would
 * bring the conversation back. In clear: kind, the conversation's id, the revision that was deleted and when;
 * sealed is the same once more, so that every point of the collection opens alike.
 *
 * `deleting`: its messages may still be there; `deleted`: they are gone.
 */
const SCHEMA = 1;
const COLLECTION = 'chat_history';
const PAGE = 500;
const DELETION_KINDS = ['deleting', 'deleted'];
/** Conversations, present and deleted. */
export const HEADS: Filter = { must: [{ key: 'kind', any: ['conversation', ...DELETION_KINDS] }] };
/** Conversations that are there. */
export const PRESENT: Filter = { must: [{ key: 'kind', match: 'conversation' }] };
/** What a person would count. */
export const CHAT_CONTENT: Filter = { must: [{ key: 'kind', any: ['conversation', 'message'] }] };

export const isDeletion = ({ kind }: Payload) => DELETION_KINDS.includes(String(kind));
export const isHead = ({ payload }: Point) => payload.kind === 'conversation' || isDeletion(payload);

/** `deleted` in place of a conversation's point. */
export function deletionOf(
  sealer: Sealer,
  { id, payload }: Pick<Point, 'id' | 'payload'>,
  now: Date,
  kind: 'deleting' | 'deleted' = 'deleted',
): Point {
  const revision = Number(payload.revision);
  const deletedAt = isDeletion(payload) ? Number(payload.timestamp) : now.getTime();
  const address = { schema: SCHEMA, collection: COLLECTION, id, revision };
  const sealed = sealer.seal(address, { deletedAt: new Date(deletedAt).toISOString() }).toString('base64');
  return {
    id,
    vector: null,
    payload: { kind, context_id: id, timestamp: deletedAt, schema: SCHEMA, revision, sealed },
  };
}

/**
 * Whether conversation or deletion `a` is later than `b` of the same id: newer revision, then later time. Of a
 * conversation and its deletion that are equal in both, the deletion is the later one. A time in the future decides
 * nothing.
 */
export function isLater(a: Payload, b: Payload): boolean {
  const order =
    Number(a.revision) - Number(b.revision) ||
    pastTime(Number(a.timestamp)) - pastTime(Number(b.timestamp)) ||
    Number(isDeletion(a)) - Number(isDeletion(b));
  return order > 0;
}

/** The deletions of conversations in `chat_history`. Callers hold the conversation's lock. */
export class ChatDeletions {
  readonly #store: PointStore;
  readonly #collection: string;
  readonly #sealer: Sealer;

  constructor(store: PointStore, collection: string, sealer: Sealer) {
    this.#store = store;
    this.#collection = collection;
    this.#sealer = sealer;
  }

  /** Whether its messages are still to be removed. */
  async isUnderWay(conversationId: string): Promise<boolean> {
    const [head] = await this.#store.get(this.#collection, [conversationId]);
    return head?.payload.kind === 'deleting';
  }

  /** When this resolves the conversation is deleted for good, whatever becomes of its messages. */
  begin(conversationId: string, revision: number, now: Date): Promise<void> {
    const deleted = { id: conversationId, payload: { kind: 'conversation', revision } };
    return this.#store.upsert(this.#collection, [deletionOf(this.#sealer, deleted, now, 'deleting')]);
  }

  async finish(conversationId: string, now: Date): Promise<void> {
    const must = [
      { key: 'context_id', match: conversationId },
      { key: 'kind', match: 'message' },
    ];
    await this.#store.delete(this.#collection, { filter: { must } });
    const [head] = await this.#store.get(this.#collection, [conversationId]);
    if (head?.payload.kind !== 'deleting') return;
    await this.#store.upsert(this.#collection, [deletionOf(this.#sealer, head, now)]);
  }

  /** Conversations whose messages are still to be removed: a process was killed over it, or the engine failed. */
  async unfinished(): Promise<string[]> {
    const ids: string[] = [];
    for await (const heads of this.#pages({ must: [{ key: 'kind', match: 'deleting' }] })) {
      ids.push(...heads.map(({ id }) => id));
    }
    return ids;
  }

  /** What a collection holds once all conversations are deleted: their deletions, and the earlier ones. */
  async *ofAll(now: Date): AsyncGenerator<Point[]> {
    for await (const heads of this.#pages(HEADS)) {
      yield heads.map((head) => deletionOf(this.#sealer, head, now));
    }
  }

  async *#pages(filter: Filter): AsyncGenerator<Point[]> {
    let cursor: string | undefined;
    do {
      const page = await this.#store.scroll(this.#collection, { filter, limit: PAGE, cursor });
      yield page.points;
      cursor = page.next;
      await setImmediate();
    } while (cursor !== undefined);
  }
}
