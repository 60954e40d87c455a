import type { ChatMessage, Conversation, PlanView } from '../../preload/contract/models.ts';
import { firstOf } from '../../preload/contract/text.ts';
import { AppError } from '../errors.ts';
import type { ChatStorageApi } from '../storage/api.ts';
import { conversationHead, messageMarkdown } from './exportMarkdown.ts';

export type ExportFormat = 'markdown' | 'json';

export interface ExportPorts {
  chat: Pick<ChatStorageApi, 'getAllContexts' | 'getHistory'>;
  /** Null when the plan is not known any more. */
  plan(planId: string): Promise<PlanView | null>;
  now?: () => Date;
}

export interface ConversationFile {
  /** A plain file name. */
  name: string;
  messages: number;
  body: Buffer;
}

const PAGE = 200;

/** One conversation as a file for the person. Rejects with NOT_FOUND. */
export async function exportConversation(
  ports: ExportPorts,
  conversationId: string,
  format: ExportFormat,
): Promise<ConversationFile> {
  const now = (ports.now ?? (() => new Date()))();
  const conversation = (await ports.chat.getAllContexts()).find(
    (one) => one.conversationId === conversationId,
  );
  if (conversation === undefined) {
    throw new AppError('NOT_FOUND', 'This conversation does not exist any more. Nothing was exported.');
  }
  const chunks: Buffer[] = [];
  let messages = 0;
  const counted = countEach(pagesOf(ports.chat, conversationId), (count) => {
    messages += count;
  });
  const write = format === 'json' ? jsonChunks : markdownChunks;
  for await (const text of write(ports, conversation, counted, now)) chunks.push(Buffer.from(text));
  return { name: fileName(conversation, now, format), messages, body: Buffer.concat(chunks) };
}

async function* pagesOf(chat: ExportPorts['chat'], conversationId: string): AsyncGenerator<ChatMessage[]> {
  for (let before = PAGE; ; before += PAGE) {
    const { messages, total } = await chat.getHistory(conversationId, { before, limit: PAGE });
    yield messages.filter(({ messageIndex }) => messageIndex >= before - PAGE);
    if (before >= total) return;
  }
}

async function* countEach(
  pages: AsyncIterable<ChatMessage[]>,
  count: (messages: number) => void,
): AsyncGenerator<ChatMessage[]> {
  for await (const page of pages) {
    count(page.length);
    yield page;
  }
}

async function* markdownChunks(
  ports: ExportPorts,
  conversation: Conversation,
  pages: AsyncIterable<ChatMessage[]>,
  now: Date,
): AsyncGenerator<string> {
  yield conversationHead(conversation, now);
  for await (const page of pages) {
    for (const message of page) yield messageMarkdown(message, await plansOf(ports, message));
  }
}

/** One object; `messages` and `plans` have the shapes of the app's own contract. */
async function* jsonChunks(
  ports: ExportPorts,
  conversation: Conversation,
  pages: AsyncIterable<ChatMessage[]>,
  now: Date,
): AsyncGenerator<string> {
  const head = { format: 'cloudops-conversation', version: 1, exportedAt: now.toISOString(), conversation };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "messages": [`;
  const plans: PlanView[] = [];
  let separator = '\n';
  for await (const page of pages) {
    for (const message of page) {
      plans.push(...(await plansOf(ports, message)));
      yield `${separator}    ${JSON.stringify(message)}`;
      separator = ',\n';
    }
  }
  yield `\n  ],\n  "plans": ${JSON.stringify(plans)}\n}\n`;
}

async function plansOf(ports: ExportPorts, message: ChatMessage): Promise<PlanView[]> {
  const ids = message.parts.flatMap((part) => (part.kind === 'plan' ? [part.planId] : []));
  return (await Promise.all(ids.map((id) => ports.plan(id)))).filter((plan) => plan !== null);
}

function fileName({ title }: Conversation, now: Date, format: ExportFormat): string {
  const words = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const slug = firstOf(words, 40);
  const day = now.toISOString().slice(0, 10);
  return `cloudops-chat-${slug === '' ? '' : `${slug}-`}${day}.${format === 'json' ? 'json' : 'md'}`;
}
