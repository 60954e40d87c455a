import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messagePoint } from '../electron/storage/chatRecords.ts';
import { ChatStorage } from '../electron/storage/chatStorage.ts';
import { SqlitePointStore } from '../electron/storage/engines/sqlite/SqlitePointStore.ts';
import { createKeyring, unlockKeyring } from '../electron/storage/keys/keyring.ts';
import { Sealer } from '../electron/storage/sealing.ts';
import { StorageConfig, toCollectionSpec } from '../electron/storage/storageConfig.ts';
import type { ChatMessage } from '../preload/contract/models.ts';
import { medianOf, once, type Row } from './measure.ts';

const CONVERSATIONS = 200;
const WORDS = 'stop start show list instances databases running stopped west please production staging'.split(
  ' ',
);

/** Search over `size` sealed messages: the first one, which reads and indexes them all, and those after it. */
export async function chatSearchRows(size: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-bench-'));
  const masterKey = randomBytes(32);
  const sealer = new Sealer(unlockKeyring(createKeyring(masterKey, 'bench'), masterKey));
  const spec = toCollectionSpec(StorageConfig.parse({}).collections.chat_history);
  const store = new SqlitePointStore({ path: join(folder, 'points.db') });
  try {
    await store.ensureCollection(spec);
    const chat = new ChatStorage({ store, collection: spec.name, sealer });
    const ids: string[] = [];
    for (let n = 0; n < CONVERSATIONS; n += 1) ids.push((await chat.createConversation()).conversationId);
    const texts = Array.from({ length: size }, (_, n) => textOf(n));
    for (let from = 0; from < size; from += 5_000) {
      const slice = texts.slice(from, from + 5_000);
      const points = slice.map((text, n) => messagePoint(sealer, messageOf(ids, from + n, text)));
      await store.upsert(spec.name, points);
    }
    const search = (text: string) => chat.searchConversations(text, 50);
    const first = await once(async () => {
      while ((await search('databases')).indexing);
    });
    const questions = ['databases', 'stop databases running', 'pg-instance', 'word-77 west', 'sto'];
    const later = await medianOf(25, (n) => search(questions[n % questions.length] ?? ''));
    const label = `${size / 1_000}k messages`;
    return [
      {
        name: `first conversation search, ${label} (sqlite)`,
        value: first,
        unit: 'ms',
        baseline: { name: 'toLowerCase of the same texts', value: await once(() => texts.map(lower)) },
        target: 'a few seconds',
      },
      {
        name: `conversation search, ${label} (sqlite)`,
        value: later,
        unit: 'ms',
        baseline: {
          name: 'filter by includes, plain texts',
          value: await medianOf(9, () => texts.filter((text) => text.includes('databases'))),
        },
        target: '< 50 ms',
      },
    ];
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const lower = (text: string) => text.toLowerCase();

function textOf(n: number): string {
  const words = Array.from({ length: 12 + (n % 30) }, (_, at) => {
    const pick = (n * 31 + at * 17) % 97;
    return pick < 60 ? WORDS[pick % WORDS.length] : `word-${(n * pick) % 5_000}`;
  });
  return `${words.join(' ')} pg-instance-${n}`;
}

function messageOf(ids: string[], n: number, text: string): ChatMessage {
  return {
    messageId: randomUUID(),
    conversationId: ids[n % ids.length] ?? '',
    messageIndex: Math.floor(n / ids.length),
    role: n % 2 === 0 ? 'user' : 'assistant',
    timestamp: new Date(1_700_000_000_000 + n * 1_000).toISOString(),
    parts: [{ kind: 'text', text }],
    sources: [],
    metadata: { resourcesMentioned: [], commandsExecuted: [] },
  };
}
