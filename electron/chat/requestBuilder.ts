import type { ChatMessage, MessagePart, Resource } from '../../preload/contract/models.ts';
import type { ChatStorageApi, EstateStorageApi, FindApi } from '../storage/api.ts';
import type { AssistantRequest, IdentifiedResource, Match } from './request.ts';
import { visible } from './visible.ts';

const HISTORY_MESSAGES = 20;
const HISTORY_CHARACTERS = 12_000;
const EXACT_SENT = 50;
const SIMILAR_SENT = 5;
/** All rows of an answer: which of them "it" is cannot be told from some of them. */
const MENTIONED_SENT = 20;
const SEARCHED_CHARACTERS = 2_000;

export interface RequestBuilderPorts {
  chat: Pick<ChatStorageApi, 'getHistory'>;
  find: Pick<FindApi, 'named' | 'resolve'>;
  estate: Pick<EstateStorageApi, 'get'>;
  settings: () => Promise<{
    defaultRegion: string | null;
    scope: { accountIds: string[]; regions: string[] };
  }>;
  userId: () => string;
}

export interface Prompt {
  conversationId: string;
  /** Index of the user's stored message: the history ends before it. */
  messageIndex: number;
  text: string;
  selected: Resource | null;
}

/** Turns a prompt into the request an assistant gets: resources meant, with all that is known of them, and history. */
export class RequestBuilder {
  readonly #ports: RequestBuilderPorts;

  constructor(ports: RequestBuilderPorts) {
    this.#ports = ports;
  }

  async build(prompt: Prompt): Promise<AssistantRequest> {
    const { messages } = await this.#ports.chat.getHistory(prompt.conversationId, {
      before: prompt.messageIndex,
      limit: HISTORY_MESSAGES,
    });
    const settings = await this.#ports.settings();
    const { resources, exactTotal } = await this.#identify(prompt, messages);
    return {
      prompt: prompt.text,
      identified_resources: resources,
      exact_total: exactTotal,
      chat_history: window(messages),
      user_context: {
        user_id: this.#ports.userId(),
        default_region: settings.defaultRegion,
        scope: { accounts: settings.scope.accountIds, regions: settings.scope.regions },
      },
    };
  }

  /** Clicked first, then named in full, then (only without those) similar, then those of the last answer. */
  async #identify(
    prompt: Prompt,
    history: ChatMessage[],
  ): Promise<{ resources: IdentifiedResource[]; exactTotal: number }> {
    const found = new Map<string, IdentifiedResource>();
    const add = (resource: Resource | null, match: Match) => {
      const known = resource ? found.get(resource.id)?.match : null;
      // What was talked about counts for more than what only looks like the words.
      const isBetter = known === undefined || (known === 'similar' && match === 'mentioned');
      if (resource && isBetter) found.set(resource.id, identified(resource, match));
    };
    add(prompt.selected, 'selected');

    const text = visible(prompt.text).slice(0, SEARCHED_CHARACTERS);
    const named = await this.#ports.find.named(text, EXACT_SENT);
    for (const { id } of named.rows) add(await this.#ports.estate.get(id), 'exact');
    if (found.size === 0) {
      const { exact, ranked } = await this.#ports.find.resolve(text, { limit: SIMILAR_SENT });
      const similar = [...exact, ...ranked.map(({ resource }) => resource)];
      for (const { id } of similar.slice(0, SIMILAR_SENT)) add(await this.#ports.estate.get(id), 'similar');
    }
    const answers = history.filter(({ role }) => role === 'assistant');
    for (const id of answers.at(-1)?.metadata.resourcesMentioned.slice(0, MENTIONED_SENT) ?? [])
      add(await this.#ports.estate.get(id), 'mentioned');
    return { resources: [...found.values()], exactTotal: named.total };
  }
}

function identified(resource: Resource, match: Match): IdentifiedResource {
  return {
    resource_id: resource.id,
    match,
    type: resource.resourceType,
    id: resource.nativeId,
    name: resource.name,
    arn: resource.arn,
    region: resource.region,
    account: resource.accountId,
    current_state: resource.state,
    tags: resource.tags,
    metadata: resource.facts,
    constraints: resource.constraints,
    relations: resource.relations,
    as_of: resource.asOf,
  };
}

/** The newest messages that fit, whole, oldest first. */
function window(messages: readonly ChatMessage[]): AssistantRequest['chat_history'] {
  const kept: AssistantRequest['chat_history'] = [];
  let characters = 0;
  for (const { role, parts, timestamp } of messages.toReversed()) {
    const content = parts.map(spokenPart).filter(Boolean).join('\n');
    characters += content.length;
    if (characters > HISTORY_CHARACTERS) break;
    kept.unshift({ role, content, timestamp });
  }
  return kept;
}

function spokenPart(part: MessagePart): string {
  switch (part.kind) {
    case 'text':
    case 'error':
      return part.text;
    case 'facts':
      return [part.title, ...part.rows.map(({ label, value }) => `${label}: ${value}`)].join('\n');
    case 'resources':
      return part.rows
        .map(({ name, resourceType, region }) => `${name} (${resourceType}, ${region})`)
        .join('\n');
    case 'candidates':
      return [part.question, ...part.rows.map(({ name, region }) => `${name} (${region})`)].join('\n');
    case 'suggestions':
      return part.texts.join('\n');
    case 'plan':
      return `Plan ${part.planId}`;
  }
}
