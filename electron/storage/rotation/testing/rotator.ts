import { randomUUID } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resource } from '../../fixtures/resource.ts';
import { StorageConfig } from '../../storageConfig.ts';
import { quietWork, type Work } from '../../work.ts';
import { StorageClient } from '../../workerClient.ts';

/**
 * A process for the kill tests: changes keys over and over while it writes, until it is killed. Puts each
 * confirmation into a file the moment it has it (`message index text`; `done name value` after `try name value`),
 * and prints a line for each step of the work, so that it can be killed at any of them.
 */
const [folder = '', engine, qdrantBinary = '', key = '', conversationId = '', heard = ''] =
  process.argv.slice(2);
const client = new StorageClient({
  workerPath: fileURLToPath(new URL('../../dataWorker.ts', import.meta.url)),
});
// Synchronous, so that no confirmation is lost in a buffer of the process that dies; a pipe would be full at times.
const confirmations = openSync(heard, 'a');
const say = (...words: (string | number)[]) => writeSync(confirmations, `${words.join(' ')}\n`);
const step = () => console.log('step');
await client.open({
  config: StorageConfig.parse({ qdrant: { mode: engine } }),
  folder,
  masterKey: Buffer.from(key, 'hex'),
  qdrantBinary: qdrantBinary === '' ? null : qdrantBinary,
});
const work: Work = { ...quietWork(), step, progress: step };

async function rotate(): Promise<never> {
  for (;;) {
    await client.keys.rotateRecords();
    step();
    await client.keys.reencrypt(work);
    await client.keys.rebuildIndexKey(work);
    step();
  }
}

async function chat(): Promise<never> {
  for (;;) {
    const text = randomUUID();
    const { messageIndex } = await client.chat.append(conversationId, {
      role: 'user',
      parts: [{ kind: 'text', text }],
      sources: [],
      metadata: { resourcesMentioned: [], commandsExecuted: [] },
    });
    say('message', messageIndex, text);
  }
}

async function estate(): Promise<never> {
  for (let n = 0; ; n += 1) {
    const name = `db-${n % 40}`;
    const state = randomUUID();
    say('try', name, state);
    await client.estate.upsert({ ...resource(name), state }, new Date().toISOString());
    say('done', name, state);
  }
}

async function docs(): Promise<never> {
  for (let n = 0; ; n += 1) {
    const key = `key-${n % 5}`;
    const value = randomUUID();
    say('try', key, value);
    await client.docs.put('settings', key, value);
    say('done', key, value);
  }
}

await Promise.all([rotate(), chat(), estate(), docs()]);
