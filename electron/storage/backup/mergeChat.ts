import { ChatMessage } from '../../../preload/contract/models.ts';
import { isDeletion, isHead, isLater } from '../chatDeletions.ts';
import {
  conversationPoint,
  isNewer,
  messagePoint,
  readConversation,
  readMessage,
  type StoredConversation,
} from '../chatRecords.ts';
import type { Point, PointStore } from '../PointStore.ts';
import type { Sealer } from '../sealing.ts';
import { interleaved, type Place, placeOf } from './interleave.ts';
import type { MergePlan } from './mergeEstate.ts';
import { pastTime } from '../../../preload/contract/times.ts';
import { noCounts } from './restoreFile.ts';

const PAGE = 500;

/** A conversation that both sides have. */
interface Shared {
  ours: Point;
  theirs: Point;
  /** All messages of theirs, and whether any of them is not here. */
  messages: Place[];
  isLonger: boolean;
}

export interface ChatMergePlan extends MergePlan {
  /** Where a message goes whose index another one has. */
  moved: Map<string, number>;
  /** The merged conversations themselves. */
  conversations: Map<string, Point>;
}

interface Ground {
  store: PointStore;
  collection: string;
  sealer: Sealer;
}

/**
 * Conversations of a backup beside those present. One that both have keeps all messages of both: what was said
 * on both sides since they parted is put in the order of time, without gaps or twins of an index; title and
 * marks are those of the newer revision. One that was deleted on one side is deleted, unless the other side's is
 * of a newer revision, or of the same and was used after the deletion.
 *
 * Of each conversation and message in the backup the counts say once whether it was added, updated, kept or
 * skipped; `deleted` are those that were here.
 */
export async function planChatMerge(
  ground: Ground,
  incoming: () => AsyncIterable<Point[]>,
): Promise<ChatMergePlan> {
  const merge = new ChatMerge(ground);
  for await (const points of incoming()) await merge.take(points);
  return merge.finish();
}

class ChatMerge {
  readonly #ground: Ground;
  readonly #plan: ChatMergePlan;
  readonly #shared = new Map<string, Shared>();
  /** Deleted here, and not used since on the other side. */
  readonly #refused = new Set<string>();
  /** Deleted on the other side, and not used since here. */
  readonly #dropped = new Set<string>();

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#plan = {
      counts: noCounts(),
      wins: new Set(),
      drops: ({ payload }) => payload.kind === 'message' && this.#dropped.has(String(payload.context_id)),
      moved: new Map(),
      conversations: new Map(),
    };
  }

  /** Conversations come before messages in a backup, so that it is known here what becomes of them. */
  async take(points: Point[]): Promise<void> {
    const { store, collection } = this.#ground;
    const ids = points.map(({ id }) => id);
    const present = new Map((await store.get(collection, ids)).map((point) => [point.id, point]));
    for (const point of points) {
      if (isHead(point)) await this.#head(point, present.get(point.id));
      else this.#message(point, present.has(point.id));
    }
  }

  async finish(): Promise<ChatMergePlan> {
    for (const [id, conversation] of this.#shared) await this.#settle(id, conversation);
    return this.#plan;
  }

  async #head(theirs: Point, ours: Point | undefined): Promise<void> {
    const { counts, wins } = this.#plan;
    const [deletedThere, deletedHere] = [isDeletion(theirs.payload), isDeletion(ours?.payload ?? {})];
    if (ours !== undefined && !deletedThere && !deletedHere) {
      this.#shared.set(theirs.id, { ours, theirs, messages: [], isLonger: false });
      return;
    }
    const taken = ours === undefined || isLater(theirs.payload, ours.payload);
    if (taken) wins.add(theirs.id);
    if (!deletedThere) {
      counts[taken ? 'added' : 'skipped'] += 1;
      if (!taken) this.#refused.add(theirs.id);
    } else if (taken && ours !== undefined && !deletedHere) {
      this.#dropped.add(theirs.id);
      counts.deleted += 1 + (await this.#countMessages(theirs.id));
    }
  }

  #message(point: Point, present: boolean): void {
    const { counts, wins } = this.#plan;
    const conversationId = String(point.payload.context_id);
    const shared = this.#shared.get(conversationId);
    shared?.messages.push(placeOf(point));
    if (this.#refused.has(conversationId)) counts.skipped += 1;
    else if (present) counts.kept += 1;
    else {
      counts.added += 1;
      wins.add(point.id);
      if (shared !== undefined) shared.isLonger = true;
    }
  }

  async #settle(id: string, { ours, theirs, messages, isLonger }: Shared): Promise<void> {
    const { counts, moved, conversations } = this.#plan;
    const [mine, other] = [this.#readable(ours), this.#readable(theirs)];
    let messageCount = mine?.messageCount ?? 0;
    if (isLonger) {
      const present = await this.#placesOf(id);
      const indexHere = new Map([...messages, ...present].map((place) => [place.id, place.index]));
      const all = interleaved(present, messages);
      for (const [index, place] of all.entries()) {
        if (indexHere.get(place.id) !== index) moved.set(place.id, index);
      }
      messageCount = all.length;
    }
    const newer = other !== null && (mine === null || isNewerRevision(other, mine));
    const base = newer ? other : mine;
    if (base === null || (!newer && !isLonger)) {
      counts.kept += 1;
      return;
    }
    const both = [mine, other].flatMap((one) => one ?? []);
    const merged: StoredConversation = {
      ...base,
      messageCount,
      updatedAt: both.map(({ updatedAt }) => updatedAt).reduce((a, b) => (usedAt(a) >= usedAt(b) ? a : b)),
      revision: Math.max(...both.map(({ revision }) => revision)) + (isLonger ? 1 : 0),
    };
    conversations.set(id, conversationPoint(this.#ground.sealer, merged));
    counts.updated += 1;
  }

  /** Null for a damaged one: what can be read of the other side's stands. */
  #readable(point: Point): StoredConversation | null {
    try {
      return readConversation(this.#ground.sealer, point);
    } catch (error) {
      if (isNewer(error)) throw error;
      return null;
    }
  }

  async #placesOf(conversationId: string): Promise<Place[]> {
    const { store, collection } = this.#ground;
    const places: Place[] = [];
    let cursor: string | undefined;
    do {
      const request = { filter: messagesOf(conversationId), limit: PAGE, cursor };
      const page = await store.scroll(collection, request);
      places.push(...page.points.map(placeOf));
      cursor = page.next;
    } while (cursor !== undefined);
    return places;
  }

  #countMessages(conversationId: string): Promise<number> {
    return this.#ground.store.count(this.#ground.collection, messagesOf(conversationId));
  }
}

function messagesOf(conversationId: string) {
  return {
    must: [
      { key: 'context_id', match: conversationId },
      { key: 'kind', match: 'message' },
    ],
  };
}

const usedAt = (updatedAt: string) => pastTime(Date.parse(updatedAt));

/** Newer revision, then later use; two that are equal in both are told apart alike on either side. */
function isNewerRevision(a: StoredConversation, b: StoredConversation): boolean {
  if (a.revision !== b.revision) return a.revision > b.revision;
  const later = usedAt(a.updatedAt) - usedAt(b.updatedAt);
  if (later !== 0) return later > 0;
  const marks = ({ title, titled, pinned, archived, labels }: StoredConversation) =>
    JSON.stringify([title, titled, pinned, archived, labels]);
  return marks(a) > marks(b);
}

/** The point as it is stored after the merge. */
export function mergedPoint(plan: ChatMergePlan, sealer: Sealer, point: Point): Point {
  const conversation = plan.conversations.get(point.id);
  if (conversation !== undefined) return conversation;
  const index = plan.moved.get(point.id);
  if (index === undefined) return point;
  const message = ChatMessage.parse(readMessage(sealer, point));
  return messagePoint(sealer, { ...message, messageIndex: index });
}
