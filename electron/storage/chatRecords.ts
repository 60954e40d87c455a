import { z } from 'zod';
import { type ChatMessage, Conversation } from '../../preload/contract/models.ts';
import { firstOf } from '../../preload/contract/text.ts';
import type { Point } from './PointStore.ts';
import { refuseNewerRecord } from './recordFormat.ts';
import type { Sealer } from './sealing.ts';

/**
 * The points of `chat_history`, a stored format. In clear: kind, context_id (a random UUID), message_index,
 * role and times. The sealed part repeats what the clear part says, so that a moved point is noticed.
 */
const SCHEMA = 1;
const COLLECTION = 'chat_history';
export const UNTITLED = 'New conversation';
const TITLE_LENGTH = 80;

const SealedConversation = z.object({
  title: z.string(),
  /** Whether the title is the person's or taken from a message; else the next user message gives it. */
  titled: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
  messageCount: z.number().int(),
  // Absent in what earlier versions stored.
  pinned: z.boolean().default(false),
  archived: z.boolean().default(false),
  labels: Conversation.shape.labels.default([]),
});

export interface StoredConversation extends Conversation {
  titled: boolean;
  revision: number;
}

export function conversationPoint(sealer: Sealer, conversation: StoredConversation): Point {
  const { conversationId: id, revision, ...content } = conversation;
  const { updatedAt } = content;
  const address = { schema: SCHEMA, collection: COLLECTION, id, revision };
  const sealed = sealer.seal(address, content);
  return {
    id,
    vector: null,
    payload: {
      kind: 'conversation',
      context_id: id,
      timestamp: Date.parse(updatedAt),
      schema: SCHEMA,
      revision,
      sealed: sealed.toString('base64'),
    },
  };
}

/** Throws STORAGE_FAILED for a damaged point, FORMAT_NEWER for one of a newer app. */
export function readConversation(sealer: Sealer, point: Point): StoredConversation {
  const revision = Number(point.payload.revision);
  const content = SealedConversation.parse(openPoint(sealer, point, revision));
  return { conversationId: point.id, revision, ...content };
}

export function messagePoint(sealer: Sealer, message: ChatMessage): Point {
  const address = { schema: SCHEMA, collection: COLLECTION, id: message.messageId, revision: 0 };
  return {
    id: message.messageId,
    vector: null,
    payload: {
      kind: 'message',
      context_id: message.conversationId,
      message_index: message.messageIndex,
      role: message.role,
      timestamp: Date.parse(message.timestamp),
      schema: SCHEMA,
      sealed: sealer.seal(address, message).toString('base64'),
    },
  };
}

/** The message, or, for a damaged one, a message in its place that says so. */
export function readMessage(sealer: Sealer, point: Point): ChatMessage {
  return (
    intactMessage(sealer, point) ?? {
      messageId: point.id,
      conversationId: String(point.payload.context_id),
      messageIndex: Number(point.payload.message_index),
      role: 'system',
      timestamp: new Date(Number(point.payload.timestamp) || 0).toISOString(),
      parts: [{ kind: 'error', code: 'STORAGE_FAILED', text: 'This message is damaged and cannot be read.' }],
      sources: [],
      metadata: { resourcesMentioned: [], commandsExecuted: [] },
    }
  );
}

/** Null for a damaged message, or one moved to another place. Throws FORMAT_NEWER. */
export function intactMessage(sealer: Sealer, point: Point): ChatMessage | null {
  let message: ChatMessage;
  try {
    // Authenticated by the seal under a known schema: only this module wrote it.
    message = openPoint(sealer, point, 0) as ChatMessage;
  } catch (error) {
    if (isNewer(error)) throw error;
    return null;
  }
  const { context_id, message_index } = point.payload;
  return message.conversationId === context_id && message.messageIndex === message_index ? message : null;
}

export function isNewer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'FORMAT_NEWER';
}

/** The first line of what the person wrote, cut at a word; null when they wrote no text. */
export function titleOf(message: Pick<ChatMessage, 'parts'>): string | null {
  const text = message.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join(' ');
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (line === '') return null;
  if (line.length <= TITLE_LENGTH) return line;
  const cut = firstOf(line, TITLE_LENGTH);
  const space = cut.lastIndexOf(' ');
  return `${(space > TITLE_LENGTH / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

function openPoint(sealer: Sealer, point: Point, revision: number): unknown {
  const schema = Number(point.payload.schema);
  refuseNewerRecord(COLLECTION, schema, SCHEMA);
  const sealed = Buffer.from(String(point.payload.sealed), 'base64');
  return sealer.open({ schema, collection: COLLECTION, id: point.id, revision }, sealed);
}
