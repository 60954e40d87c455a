import { expect, test } from 'vitest';
import type { ChatMessage, Conversation, MessagePart } from '../../preload/contract/models.ts';
import { exportConversation } from './conversationExport.ts';

const conversation: Conversation = {
  conversationId: 'c1',
  title: '<img src=x onerror=alert(1)> ../../etc',
  createdAt: '2026-11-20T09:00:00.000Z',
  updatedAt: '2026-11-21T09:00:00.000Z',
  messageCount: 0,
  pinned: false,
  archived: false,
  labels: ['on_call'],
};
const said = (messageIndex: number, ...parts: MessagePart[]): ChatMessage => ({
  messageId: `m${messageIndex}`,
  conversationId: 'c1',
  messageIndex,
  role: messageIndex % 2 ? 'assistant' : 'user',
  timestamp: '2026-11-21T09:00:00.000Z',
  parts,
  sources: [],
  metadata: { resourcesMentioned: [], commandsExecuted: [] },
});

function ports(messages: ChatMessage[]) {
  return {
    chat: {
      getAllContexts: async () => [{ ...conversation, messageCount: messages.length }],
      getHistory: async (_id: string, { before = null, limit = 100 } = {} as never) => ({
        messages: messages.slice(0, before ?? undefined).slice(-limit),
        total: messages.length,
      }),
    },
    plan: async () => null,
    now: () => new Date('2026-11-21T10:00:00.000Z'),
  };
}
const markdown = async (...parts: MessagePart[]) =>
  (await exportConversation(ports([said(0, ...parts)]), 'c1', 'markdown')).body.toString();

test.each([0, 1, 199, 200, 201, 1_000])(
  'every one of %i messages is exported once, in order',
  async (count) => {
    const messages = Array.from({ length: count }, (_, n) => said(n, { kind: 'text', text: `number ${n}` }));
    const file = await exportConversation(ports(messages), 'c1', 'json');
    const parsed = JSON.parse(file.body.toString()) as { messages: ChatMessage[]; format: string };
    expect(file.messages).toBe(count);
    expect(parsed.format).toBe('cloudops-conversation');
    expect(parsed.messages).toEqual(messages);
  },
);

test('text of a message or a name is never markup, HTML or a link in the Markdown', async () => {
  const text = await markdown(
    { kind: 'text', text: '<script>alert(1)</script>\n# heading\n![x](https://evil.example/?q)\n- item' },
    { kind: 'facts', title: 'x', rows: [{ label: 'a|b', value: '`code` www.evil.example me@evil.example' }] },
  );
  expect(text).not.toMatch(/(?<!\\)</);
  expect(text).not.toMatch(/https?:\/\//);
  expect(text).not.toMatch(/www\.|[^\\]@/);
  expect(text).toContain('\\# heading');
  expect(text).toContain('!\\[x\\](https\\://evil.example/?q)');
  expect(text).toContain('\\- item');
  expect(text).toContain('a\\|b');
  expect(text).toContain('# \\<img src=x onerror=alert(1)\\> ../../etc');
});

test.each([39, 40])(
  'a title whose %i. character lies on the cut gives a file name that can be sent',
  async (n) => {
    const title = `${'x'.repeat(n)}${'𝐀'.repeat(9)}`;
    const titled = { ...ports([]).chat, getAllContexts: async () => [{ ...conversation, title }] };
    const { name } = await exportConversation({ ...ports([]), chat: titled }, 'c1', 'json');
    expect(() => encodeURIComponent(name)).not.toThrow();
    expect(name).toMatch(/^cloudops-chat-x{39}/);
  },
);

test('the file name holds no path and no markup', async () => {
  const file = await exportConversation(ports([]), 'c1', 'markdown');
  expect(file.name).toBe('cloudops-chat-img-src-x-onerror-alert-1-etc-2026-11-21.md');
});

test('a conversation that is gone is refused by name instead of exported empty', async () => {
  await expect(exportConversation(ports([]), 'c2', 'json')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
