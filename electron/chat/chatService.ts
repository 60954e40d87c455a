import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ChatMessage, Conversation, MessagePart, Resource } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { ChatStorageApi, ConversationPatch, EstateStorageApi, FindApi } from '../storage/api.ts';
import { KeyedSerial } from '../storage/serial.ts';
import {
  type Answer,
  clarificationAnswer,
  informationAnswer,
  type Lookup,
  sourcesOf,
  summary,
  textAnswer,
} from './parts.ts';
import type { Planner, PlanOrigin } from './planner.ts';
import {
  type Assistant,
  AssistantReply,
  type AssistantRequest,
  type CommandsReply,
  type IdentifiedResource,
} from './request.ts';
import { RequestBuilder, type RequestBuilderPorts } from './requestBuilder.ts';
import { suggestionsFor } from './suggestions.ts';

export interface ChatServicePorts {
  chat: ChatStorageApi;
  find: FindApi;
  estate: EstateStorageApi;
  planner: Planner;
  assistant: Assistant;
  emit: Emit;
  settings: RequestBuilderPorts['settings'];
  /** The install's id, known once storage is open. */
  userId: () => string;
  /** Takes errors whose text must not reach the screen. */
  report: (error: unknown) => void;
}

export interface SendInput {
  conversationId: string;
  text: string;
  /** The candidate that was clicked: the text is about exactly this resource. */
  resourceId?: string | undefined;
}

/** Conversations, and the way from a sentence to an answer or a plan. Runs nothing: plans wait for approval. */
export class ChatService {
  readonly #ports: ChatServicePorts;
  readonly #requests: RequestBuilder;
  readonly #serial = new KeyedSerial();

  constructor(ports: ChatServicePorts) {
    this.#ports = ports;
    this.#requests = new RequestBuilder(ports);
  }

  conversations(): Promise<Conversation[]> {
    return this.#ports.chat.getAllContexts();
  }

  async create(): Promise<Conversation> {
    const conversation = await this.#ports.chat.createConversation();
    this.#announce(conversation.conversationId);
    return conversation;
  }

  /** Title, pin, labels, archive. Rejects with NOT_FOUND. */
  async update(
    conversationId: string,
    patch: { [K in keyof ConversationPatch]?: ConversationPatch[K] | undefined },
  ): Promise<Conversation> {
    const given: ConversationPatch = Object.fromEntries(
      Object.entries(patch).filter(([, value]) => value !== undefined),
    );
    const conversation = await this.#serial.run(conversationId, () =>
      this.#ports.chat.updateContext(conversationId, given),
    );
    this.#announce(conversationId);
    return conversation;
  }

  /** Rejects with NOT_FOUND. */
  async delete(conversationId: string): Promise<void> {
    await this.#serial.run(conversationId, () => this.#ports.chat.delete(conversationId));
    this.#announce(conversationId);
  }

  /** The `limit` messages before index `before` (null = the newest), oldest first. */
  messages(
    conversationId: string,
    before: number | null,
    limit: number,
  ): Promise<{ messages: ChatMessage[]; total: number }> {
    return this.#ports.chat.getHistory(conversationId, { before, limit });
  }

  async suggestions(): Promise<string[]> {
    const { scope } = await this.#ports.settings();
    return suggestionsFor(this.#ports.find, {
      ...(scope.accountIds.length > 0 && { accountIds: scope.accountIds }),
      ...(scope.regions.length > 0 && { regions: scope.regions }),
    });
  }

  /**
   * Stores the sentence, answers it and stores the answer: question and answer of one conversation stay
   * together however many are sent at once. What fails after the sentence is stored becomes the answer.
   */
  send(input: SendInput): Promise<{ user: ChatMessage; assistant: ChatMessage }> {
    return this.#serial.run(input.conversationId, async () => {
      const { chat } = this.#ports;
      const { conversationId, resourceId } = input;
      const picked = resourceId === undefined ? Promise.resolve(null) : this.#get(resourceId);
      // A failure to look it up must not lose the sentence: it becomes the answer.
      const selected = await picked.catch(() => null);
      const clicked: MessagePart[] = selected
        ? [{ kind: 'resources', total: 1, rows: [summary(selected)], query: null }]
        : [];
      const user = await chat.append(conversationId, {
        role: 'user',
        parts: [{ kind: 'text', text: input.text }, ...clicked],
        sources: [],
        metadata: { resourcesMentioned: selected ? [selected.id] : [], commandsExecuted: [] },
      });
      this.#announce(conversationId);
      const answer = await this.#answerSafely(input, user, picked);
      const assistant = await chat.append(conversationId, {
        role: 'assistant',
        parts: answer.parts,
        sources: answer.sources,
        // A proposal is no execution: what was run is in the journal, under the plan's id.
        metadata: { resourcesMentioned: answer.resourcesMentioned, commandsExecuted: [] },
      });
      this.#announce(conversationId);
      return { user, assistant };
    });
  }

  async #answerSafely(
    input: SendInput,
    user: ChatMessage,
    picked: Promise<Resource | null>,
  ): Promise<Answer> {
    try {
      const selected = await picked;
      if (input.resourceId !== undefined && !selected)
        throw new AppError('TARGET_GONE', 'The resource you picked is no longer in the estate. Ask again.');
      return await this.#answer(input, user, selected);
    } catch (error) {
      const { report } = this.#ports;
      const known = error instanceof AppError;
      // What is asked for is so already: an answer, not a failure.
      if (known && error.details?.already !== undefined) return textAnswer(error.message);
      if (!known) report(error);
      const text = known
        ? error.message
        : 'The app failed while answering. Nothing was changed; the log has the place.';
      const code = known ? error.code : 'INTERNAL';
      return { parts: [{ kind: 'error', code, text }], sources: [], resourcesMentioned: [] };
    }
  }

  async #answer(input: SendInput, user: ChatMessage, selected: Resource | null): Promise<Answer> {
    const { assistant } = this.#ports;
    const { conversationId, text } = input;
    const { messageIndex } = user;
    const request = await this.#requests.build({ conversationId, messageIndex, text, selected });
    const parsed = AssistantReply.safeParse(await assistant.answer(request));
    if (!parsed.success)
      throw new AppError(
        'INTERNAL',
        `The ${assistant.name} assistant gave an answer this app cannot read. Nothing is planned.`,
      );
    const reply = parsed.data;
    if (reply.kind === 'information') return informationAnswer(reply, this.#lookup);
    if (reply.kind === 'clarification') return clarificationAnswer(reply, this.#lookup);
    const kind = isCommandLine(text) ? 'command' : 'sentence';
    return this.#plan({ kind, conversationId, messageId: user.messageId }, request, reply);
  }

  /** Whatever the assistant is, a plan is made of one catalogued action on a resource that the person meant. */
  async #plan(origin: PlanOrigin, request: AssistantRequest, reply: CommandsReply): Promise<Answer> {
    const { planner, estate } = this.#ports;
    const [command, ...more] = reply.commands;
    if (!command || more.length > 0)
      return textAnswer('One change at a time: ask for each of them by itself.');
    const target = request.identified_resources.find(
      ({ resource_id }) => resource_id === command.resource_id,
    );
    if (!target || !mayBeMeant(request, target))
      throw new AppError('INVALID_INPUT', 'Nothing is planned: the resource was not named in full.');
    const action = planner.actionsFor(target.type).find(({ id }) => id === command.action);
    if (action?.service !== command.service || action.operation !== command.operation)
      throw new AppError(
        'INVALID_INPUT',
        'Nothing is planned: the app has no such action for this resource.',
      );

    const { plan } = await planner.propose(action.id, target.resource_id, { origin });
    if (command.parameters && !isDeepStrictEqual(command.parameters, plan.call.parameters))
      throw new AppError(
        'INVALID_INPUT',
        'Nothing is offered: the answer asked for another call than the plan makes.',
      );
    // Making the plan has described the target anew.
    const resource = await estate.get(target.resource_id);
    return {
      parts: [
        { kind: 'text', text: reply.text ?? `${plan.title}: nothing runs before you approve it.` },
        { kind: 'plan', planId: plan.planId },
      ],
      sources: resource ? sourcesOf([resource]) : [],
      resourcesMentioned: [target.resource_id],
    };
  }

  readonly #lookup: Lookup = async (ids) => {
    const known = new Map<string, Resource>();
    for (const id of new Set(ids)) {
      const resource = await this.#get(id);
      if (resource) known.set(id, resource);
    }
    return known;
  };

  /** An id that is none (from outside, or from an assistant) is of no resource; the engine would reject it. */
  async #get(id: string): Promise<Resource | null> {
    return z.guid().safeParse(id).success ? this.#ports.estate.get(id) : null;
  }

  #announce(conversationId: string): void {
    this.#ports.emit('chat.changed', { conversationId });
  }
}

/** A line of the AWS CLI, pasted as it was found: with a prompt or code marks before it. */
function isCommandLine(text: string): boolean {
  return /^[\s`$]*aws\s/i.test(text);
}

/** Named in full or clicked; or of the last answer, in a sentence that names nothing: "reboot it". */
function mayBeMeant({ identified_resources }: AssistantRequest, { match }: IdentifiedResource): boolean {
  if (match === 'exact' || match === 'selected') return true;
  const isNamed = identified_resources.some((other) => other.match === 'exact' || other.match === 'selected');
  return match === 'mentioned' && !isNamed;
}
