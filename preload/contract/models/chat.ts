import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { Iso } from './common.ts';
import { ResourceQuery, ResourceSummary, ResourceType } from './resources.ts';

export const Conversation = z.object({
  conversationId: z.string(),
  title: z.string(),
  createdAt: Iso,
  updatedAt: Iso,
  messageCount: z.number().int(),
  pinned: z.boolean(),
  archived: z.boolean(),
  labels: z.array(z.string().max(40)).max(12),
});
export type Conversation = z.infer<typeof Conversation>;

/** Where an answer comes from: a cached resource and how old it is. */
export const Source = z.object({
  resourceId: z.string(),
  name: z.string(),
  resourceType: ResourceType,
  asOf: Iso,
});

/** The parts an assistant's message is made of. Text is plain: no markup is interpreted. */
export const MessagePart = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({
    kind: z.literal('facts'),
    title: z.string(),
    rows: z.array(z.object({ label: z.string(), value: z.string() })),
  }),
  z.object({
    kind: z.literal('resources'),
    total: z.number().int(),
    rows: z.array(ResourceSummary).max(20),
    query: ResourceQuery.nullable(),
  }),
  z.object({
    kind: z.literal('candidates'),
    question: z.string(),
    prompt: z.string(),
    rows: z.array(ResourceSummary).max(20),
  }),
  z.object({ kind: z.literal('suggestions'), texts: z.array(z.string()).max(6) }),
  z.object({ kind: z.literal('plan'), planId: z.string() }),
  z.object({ kind: z.literal('error'), code: z.enum(ERROR_CODES), text: z.string() }),
]);
export type MessagePart = z.infer<typeof MessagePart>;

export const ChatMessage = z.object({
  messageId: z.string(),
  conversationId: z.string(),
  /** 0, 1, 2 … without gaps or twins within a conversation. */
  messageIndex: z.number().int(),
  role: z.enum(['user', 'assistant', 'system']),
  timestamp: Iso,
  parts: z.array(MessagePart),
  sources: z.array(Source),
  /** The seeds' metadata. */
  metadata: z.object({ resourcesMentioned: z.array(z.string()), commandsExecuted: z.array(z.string()) }),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** A place in a conversation where the words were found. */
export const ConversationHit = z.object({
  conversationId: z.string(),
  title: z.string(),
  messageIndex: z.number().int(),
  timestamp: Iso,
  /** Some 160 characters around the first match. */
  excerpt: z.string(),
});
export type ConversationHit = z.infer<typeof ConversationHit>;
