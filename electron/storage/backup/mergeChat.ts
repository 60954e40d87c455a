import { ChatMessage } from '../../../preload/contract/models.ts';
import {
  conversationPoint,
  messagePoint,
  readConversation,
  readMessage,
  type StoredConversation,
} from '../chatRecords.ts';
import type { Point, PointStore } from '../PointStore.ts';
import type { Sealer } from '../sealing.ts';
import type { MergePlan } from './mergeEstate.ts';

const PAGE = 500;

interface Place {
  id: string;
  index: number;
  at: number;
}
interface Shared {
  ours: Point;
  theirs: Point | null;
  messages: Place[];
}

export interface ChatMergePlan extends MergePlan {
  /** Where a message goes whose index another one has. */
  moved: Map<string, number>;
  /** The merged conversations themselves. */
  conversations: Map<string, Point>;
}

/**
 * Conversations of a backup beside those present. One that both have keeps all messages of both: what was said
 * on both sides since they parted is put in the order of time, without gaps or twins of an index; title and
 * marks are those of the newer revision.
 */
export async function planChatMerge(
  store: PointStore,
  collection: string,
  sealer: Sealer,
  incoming: () => AsyncIterable<Point[]>,
): Promise<ChatMergePlan> {
  const plan: ChatMergePlan = {
    counts: { added: 0, updated: 0, kept: 0, skipped: 0 },
    wins: new Set(),
    moved: new Map(),
    conversations: new Map(),
  };
  const shared = new Map<string, Shared>();
  for await (const points of incoming()) {
    await findShared(store, collection, points, shared);
    const present = await store.get(
      collection,
      points.map(({ id }) => id),
    );
    const known = new Set(present.map(({ id }) => id));
    for (const point of points) take(plan, shared, point, known.has(point.id));
  }
  for (const [id, conversation] of shared) {
    await settle(store, collection, sealer, { id, conversation, plan });
  }
  return plan;
}

async function findShared(
  store: PointStore,
  collection: string,
  points: Point[],
  shared: Map<string, Shared>,
): Promise<void> {
  const conversations = points.filter(({ payload }) => payload.kind === 'conversation');
  const present = await store.get(
    collection,
    conversations.map(({ id }) => id),
  );
  for (const ours of present) {
    const theirs = conversations.find(({ id }) => id === ours.id) ?? null;
    shared.set(ours.id, { ours, theirs, messages: [] });
  }
}

/** Conversations come before messages in a backup, so that it is known here which are shared. */
function take(plan: ChatMergePlan, shared: Map<string, Shared>, point: Point, present: boolean): void {
  if (shared.has(point.id)) return;
  if (present) {
    plan.counts.kept += 1;
    return;
  }
  plan.counts.added += 1;
  plan.wins.add(point.id);
  const conversation = shared.get(String(point.payload.context_id));
  if (point.payload.kind === 'message') conversation?.messages.push(placeOf(point));
}

function placeOf({ id, payload }: Point): Place {
  return { id, index: Number(payload.message_index), at: Number(payload.timestamp) };
}

async function settle(
  store: PointStore,
  collection: string,
  sealer: Sealer,
  merge: { id: string; conversation: Shared; plan: ChatMergePlan },
): Promise<void> {
  const { id, conversation, plan } = merge;
  const { ours, theirs, messages } = conversation;
  const mine = readConversation(sealer, ours);
  const other = theirs === null ? mine : readConversation(sealer, theirs);
  const newer =
    other.revision > mine.revision || (other.revision === mine.revision && other.updatedAt > mine.updatedAt);
  let count = mine.messageCount;
  if (messages.length > 0) {
    const all = interleaved(await placesOf(store, collection, id), messages);
    for (const [index, place] of all.entries()) if (place.index !== index) plan.moved.set(place.id, index);
    count = all.length;
  }
  if (!newer && messages.length === 0) {
    plan.counts.kept += 1;
    return;
  }
  const merged: StoredConversation = {
    ...(newer ? other : mine),
    messageCount: count,
    updatedAt: mine.updatedAt > other.updatedAt ? mine.updatedAt : other.updatedAt,
    revision: Math.max(mine.revision, other.revision) + (messages.length > 0 ? 1 : 0),
  };
  plan.conversations.set(id, conversationPoint(sealer, merged));
  plan.counts.updated += 1;
}

/** Each side keeps its own order whatever its clock said, and what both had comes first. */
function interleaved(ours: Place[], theirs: Place[]): Place[] {
  const byIndex = (a: Place, b: Place) => a.index - b.index;
  ours.sort(byIndex);
  theirs.sort(byIndex);
  const parted = theirs[0]?.index ?? 0;
  const all = ours.filter(({ index }) => index < parted);
  const [mine, other] = [ours.slice(all.length), [...theirs]];
  for (;;) {
    const [a, b] = [mine[0], other[0]];
    const first = a !== undefined && (b === undefined || a.at <= b.at) ? mine.shift() : other.shift();
    if (first === undefined) return all;
    all.push(first);
  }
}

async function placesOf(store: PointStore, collection: string, conversationId: string): Promise<Place[]> {
  const places: Place[] = [];
  const must = [
    { key: 'context_id', match: conversationId },
    { key: 'kind', match: 'message' },
  ];
  let cursor: string | undefined;
  do {
    const page = await store.scroll(collection, { filter: { must }, limit: PAGE, cursor });
    places.push(...page.points.map(placeOf));
    cursor = page.next;
  } while (cursor !== undefined);
  return places;
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
