import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewMessage, StorageEvents } from './api.ts';
import { StorageConfig } from './storageConfig.ts';
import { StorageClient } from './workerClient.ts';

const WORKER = fileURLToPath(new URL('./dataWorker.ts', import.meta.url));
const masterKey = randomBytes(32);
let folder: string;
let client: StorageClient;
let events: Partial<StorageEvents>[];
let child: ChildProcess | undefined;

const start = (workerPath = WORKER) => {
  events = [];
  return new StorageClient({ workerPath, onEvent: (name, payload) => events.push({ [name]: payload }) });
};
const options = () => ({ config: StorageConfig.parse({}), folder, masterKey, qdrantBinary: null });
const message = (text: string): NewMessage => ({
  role: 'user',
  parts: [{ kind: 'text', text }],
  sources: [],
  metadata: { resourcesMentioned: [], commandsExecuted: [] },
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'worker-'));
  client = start();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  await client.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

test('the storage answers through the worker, errors keep code and words, events arrive', async () => {
  await expect(client.chat.createConversation()).rejects.toMatchObject({ code: 'NOT_READY' });
  expect(await client.open(options())).toMatchObject({ engine: 'sqlite' });
  const { conversationId } = await client.chat.createConversation();
  const appended = await Promise.all(
    [0, 1, 2].map((n) => client.chat.append(conversationId, message(String(n)))),
  );
  expect(appended.map((m) => m.messageIndex)).toEqual([0, 1, 2]);
  await expect(client.chat.delete('none')).rejects.toMatchObject({
    name: 'AppError',
    code: 'NOT_FOUND',
    message: expect.stringContaining('does not exist'),
  });
  await expect.poll(() => events.some((event) => event.indexing?.done)).toBe(true);
  expect(events).toContainEqual({ engine: expect.objectContaining({ kind: 'sqlite', state: 'ready' }) });
});

test('a failed open can be repeated with the right key', async () => {
  await client.open(options());
  await client.shutdown();
  client = start();
  await expect(client.open({ ...options(), masterKey: randomBytes(32) })).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
  await client.open(options());
});

test('when the worker dies, what waits and what comes later is refused, and it is announced', async () => {
  const dying = path.join(folder, 'dying.mjs');
  writeFileSync(
    dying,
    "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { throw new Error('gone'); });",
  );
  const doomed = start(dying);
  const waiting = [doomed.health(), doomed.estate.count()];
  for (const call of waiting) await expect(call).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  await expect(doomed.docs.get('a', 'b')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(events).toEqual([{ engine: expect.objectContaining({ state: 'failed' }) }]);
  await doomed.shutdown();
});

test('after a shutdown calls are refused and nothing is announced as failed', async () => {
  await client.open(options());
  await client.shutdown();
  await client.shutdown();
  await expect(client.health()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(events.filter((event) => event.engine?.state === 'failed')).toEqual([]);
});

/** A process that appends to three conversations at once, and to the journal, and says what was acknowledged. */
function appender(conversations: string[]): ChildProcess {
  const source = `
    import { writeSync } from 'node:fs';
    import { StorageClient } from ${JSON.stringify(new URL('./workerClient.ts', import.meta.url).href)};
    import { StorageConfig } from ${JSON.stringify(new URL('./storageConfig.ts', import.meta.url).href)};
    const client = new StorageClient({ workerPath: ${JSON.stringify(WORKER)} });
    await client.open({
      config: StorageConfig.parse({}),
      folder: ${JSON.stringify(folder)},
      masterKey: Buffer.from(${JSON.stringify(masterKey.toString('hex'))}, 'hex'),
      qdrantBinary: null,
    });
    const say = (...words) => writeSync(1, words.join(' ') + '\\n');
    const message = (text) => ({
      role: 'user', parts: [{ kind: 'text', text }], sources: [],
      metadata: { resourcesMentioned: [], commandsExecuted: [] },
    });
    const chat = async (id) => {
      for (;;) {
        const text = crypto.randomUUID();
        const { messageIndex } = await client.chat.append(id, message(text));
        say(id, messageIndex, text);
      }
    };
    const journal = async () => {
      for (;;) {
        const until = new Date().toISOString();
        const body = { kind: 'profile_unlocked', profile: 'p', accountId: 'a', by: 'w', until };
        say('journal', (await client.journal.append(body)).seq, '-');
      }
    };
    await Promise.all([...${JSON.stringify(conversations)}.flatMap((id) => [chat(id), chat(id)]), journal()]);`;
  const script = path.join(folder, 'appender.mjs');
  writeFileSync(script, source);
  return spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills it after so many acknowledgements, and returns all that were given. */
async function killedAfter(acknowledged: number, conversations: string[]): Promise<string[]> {
  child = appender(conversations);
  if (child.stdout === null) throw new Error('no stdout');
  const exit = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (lines.length === acknowledged) child.kill('SIGKILL');
  }
  await exit;
  return lines;
}

// Three processes are started and killed, on a machine that may be busy.
const KILLS_MS = 60_000;

test(
  'killed in the middle of concurrent appends: what was acknowledged is there, in order, without gaps or twins',
  async () => {
    await client.open(options());
    const conversations = await Promise.all(
      [1, 2, 3].map(async () => (await client.chat.createConversation()).conversationId),
    );
    const acknowledged: string[] = [];
    for (const after of [7, 40, 101]) {
      await client.shutdown();
      acknowledged.push(...(await killedAfter(after, conversations)));
      client = start();
      await client.open(options());
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(148);
    for (const id of conversations) {
      const { messages, total } = await client.chat.getHistory(id, { limit: 100_000 });
      expect(messages.map((m) => m.messageIndex)).toEqual(Array.from({ length: total }, (_, n) => n));
      const said = new Map(
        messages.map((m) => [m.messageIndex, m.parts[0]?.kind === 'text' && m.parts[0].text]),
      );
      for (const [conversation, index, text] of acknowledged.map((line) => line.split(' '))) {
        if (conversation === id) expect(said.get(Number(index))).toBe(text);
      }
    }
    const entries = acknowledged
      .filter((line) => line.startsWith('journal'))
      .map((line) => Number(line.split(' ')[1]));
    const verdict = await client.journal.verify();
    expect(verdict.brokenAt).toBeNull();
    expect(verdict.entries).toBeGreaterThanOrEqual(Math.max(...entries));
  },
  KILLS_MS,
);
