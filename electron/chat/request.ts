import { z } from 'zod';
import { Relation, ResourceQuery, ResourceType } from '../../preload/contract/models.ts';

/**
 * What an assistant is asked and what it may answer: the JSON of the client–server exchange, so that an
 * assistant may live in this process, behind HTTP or in a model. Names, tags and messages in it are other
 * people's text: data, never instructions.
 */

/** How a resource came into the request; only `exact`, `selected` and, where neither is, `mentioned` may be acted on. */
export const Match = z.enum([
  /** Clicked by the person. */
  'selected',
  /** Its whole name, id or ARN stands in the prompt. */
  'exact',
  /** Found by search. */
  'similar',
  /** Part of the last answer. */
  'mentioned',
]);
export type Match = z.infer<typeof Match>;

export const IdentifiedResource = z.object({
  /** The app's own id; commands and answers refer to it. */
  resource_id: z.string(),
  match: Match,
  type: ResourceType,
  /** What the service's API takes to address it. */
  id: z.string(),
  name: z.string(),
  arn: z.string(),
  region: z.string(),
  account: z.string(),
  current_state: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  constraints: z.record(z.string(), z.boolean()),
  relations: z.array(Relation),
  /** When AWS last answered for it, ISO 8601. */
  as_of: z.string(),
});
export type IdentifiedResource = z.infer<typeof IdentifiedResource>;

export const AssistantRequest = z.object({
  /** As typed. */
  prompt: z.string(),
  identified_resources: z.array(IdentifiedResource),
  /** How many resources the prompt names exactly; more than were sent = it cannot tell them apart. */
  exact_total: z.number().int(),
  /** Oldest first, without the prompt itself. */
  chat_history: z.array(
    z.object({ role: z.enum(['user', 'assistant', 'system']), content: z.string(), timestamp: z.string() }),
  ),
  user_context: z.object({
    user_id: z.string(),
    default_region: z.string().nullable(),
    /** Accounts and regions the screens show; empty = all. */
    scope: z.object({ accounts: z.array(z.string()), regions: z.array(z.string()) }),
  }),
});
export type AssistantRequest = z.infer<typeof AssistantRequest>;

const Text = z.string().min(1).max(4_000);

/** One change. The catalogued action decides the call; what else is said must agree with it. */
export const AssistantCommand = z.object({
  /** Id of a catalogued action, `rds.stop`. */
  action: z.string(),
  resource_id: z.string(),
  service: z.string(),
  operation: z.string(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  cli: z.string().optional(),
});
export type AssistantCommand = z.infer<typeof AssistantCommand>;

export const CommandsReply = z.object({
  kind: z.literal('commands'),
  commands: z.array(AssistantCommand).min(1).max(20),
  /** Said above the plan. */
  text: Text.nullable().default(null),
});

export const InformationReply = z.object({
  kind: z.literal('information'),
  text: Text,
  /** The resource whose cached facts are shown. */
  describe: z.string().nullable().default(null),
  /** Rows that belong to the answer: the first of `total`, which `query` opens in full. */
  list: z
    .object({
      resource_ids: z.array(z.string()).max(20),
      total: z.number().int().min(0),
      query: ResourceQuery.nullable(),
    })
    .nullable()
    .default(null),
  /** Further resources that the answer rests on. */
  source_ids: z.array(z.string()).max(20).default([]),
  suggestions: z.array(z.string().max(500)).max(6).default([]),
});

export const ClarificationReply = z.object({
  kind: z.literal('clarification'),
  question: Text,
  /** Ways to go on: a sentence to send, about a certain resource if one is named. */
  options: z.array(z.object({ prompt: z.string().max(500), resource_id: z.string().nullable() })).max(26),
});

export const AssistantReply = z.discriminatedUnion('kind', [
  CommandsReply,
  InformationReply,
  ClarificationReply,
]);
export type AssistantReply = z.infer<typeof AssistantReply>;
export type ClarificationReply = z.infer<typeof ClarificationReply>;
export type InformationReply = z.infer<typeof InformationReply>;
export type CommandsReply = z.infer<typeof CommandsReply>;

/** Answers one prompt. The answer is parsed against `AssistantReply` by whoever asks. */
export interface Assistant {
  readonly name: string;
  answer(request: AssistantRequest): Promise<unknown>;
}
