import type { ChatMessage, MessagePart, Resource, ResourceSummary } from '../../preload/contract/models.ts';
import type { ChatStorageApi, EstateStorageApi, FindApi } from '../storage/api.ts';
import { findNames, partsOf } from './names.ts';
import type { AssistantRequest, IdentifiedResource, Match } from './request.ts';
import { visible } from './visible.ts';

const HISTORY_MESSAGES = 20;
const HISTORY_CHARACTERS = 12_000;
const EXACT_SENT = 50;
const SIMILAR_SENT = 5;
const MENTIONED_SENT = 5;
const SEARCHED_CHARACTERS = 2_000;
/** Names of more words are not searched for shorter names inside them: 20 look-ups at most. */
const WORDS_SEARCHED = 6;

export interface RequestBuilderPorts {
  chat: Pick<ChatStorageApi, 'getHistory'>;
  find: Pick<FindApi, 'resolve'>;
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
      if (resource && !found.has(resource.id)) found.set(resource.id, identified(resource, match));
    };
    add(prompt.selected, 'selected');

    const { exact, similar } = await this.#resolve(visible(prompt.text).slice(0, SEARCHED_CHARACTERS));
    for (const id of exact.slice(0, EXACT_SENT)) add(await this.#ports.estate.get(id), 'exact');
    if (found.size === 0) {
      for (const id of similar.slice(0, SIMILAR_SENT)) add(await this.#ports.estate.get(id), 'similar');
    }
    const answers = history.filter(({ role }) => role === 'assistant');
    for (const id of answers.at(-1)?.metadata.resourcesMentioned.slice(0, MENTIONED_SENT) ?? [])
      add(await this.#ports.estate.get(id), 'mentioned');
    return { resources: [...found.values()], exactTotal: exact.length };
  }

  /** Ids of what the text names in full, shorter names inside longer ones included, and of what is like it. */
  async #resolve(text: string): Promise<{ exact: string[]; similar: string[] }> {
    const answer = await this.#ports.find.resolve(text, { limit: SIMILAR_SENT });
    const exact = new Set<string>();
    for (const name of namesIn(text, answer.exact)) {
      for (const id of await this.#called(name.text)) exact.add(id);
      if (name.quoted || name.text.split(/\s+/).length > WORDS_SEARCHED) continue;
      for (const part of partsOf(name.text)) for (const id of await this.#called(part)) exact.add(id);
    }
    const similar = [
      ...answer.exact.map(({ id }) => id),
      ...answer.ranked.map(({ resource }) => resource.id),
    ];
    return { exact: [...exact], similar: [...new Set(similar)] };
  }

  /**
   * All resources of this name. Asked for by itself and in quotes: within a sentence the search leaves out
   * those that other words speak against, and what a word speaks against is for the assistant to say.
   */
  async #called(name: string): Promise<string[]> {
    const quoted = `"${name}"`;
    const { exact } = await this.#ports.find.resolve(quoted, { limit: 1 });
    return namesIn(quoted, exact)
      .filter(({ text }) => text.length === name.length)
      .flatMap(({ resources }) => resources.map(({ key }) => key));
  }
}

function namesIn(text: string, rows: readonly ResourceSummary[]) {
  const named = rows.map(({ id, nativeId, name, arn }) => ({ key: id, id: nativeId, name, arn }));
  return findNames(text, named);
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
