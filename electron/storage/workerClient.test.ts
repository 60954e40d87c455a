import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NewMessage, StorageEvents } from './api.ts';
import { StorageConfig } from './storageConfig.ts';
import { StorageClient } from './workerClient.ts';

const WORKER = fileURLToPath(new URL('./dataWorker.ts', import.meta.url));
const masterKey = randomBytes(32);
// Each test starts threads that load the whole storage, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let folder: string;
let client: StorageClient;
let events: Partial<StorageEvents>[];
let indexed: Promise<void>;

const start = (workerPath = WORKER) => {
  events = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  indexed = promise;
  return new StorageClient({
    workerPath,
    onEvent: (name, payload) => {
      events.push({ [name]: payload });
      if ('done' in payload && payload.done) resolve();
    },
  });
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
  await indexed;
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
  await expect(doomed.docs.get('settings', 'b')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
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
