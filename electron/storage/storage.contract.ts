import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewMessage, OpenOptions } from './api.ts';
import { qdrantUnderTest } from './engines/contract/engines.ts';
import { resource } from './fixtures/resource.ts';
import { StorageConfig } from './storageConfig.ts';
import { StorageClient } from './workerClient.ts';

/** What the whole storage promises, in its worker, on each engine that is here. */
const qdrant = qdrantUnderTest();
const binary = qdrant !== null && 'binary' in qdrant ? qdrant.binary : null;
const ENGINES = [
  { engine: 'sqlite' as const, qdrantBinary: null },
  ...(binary === null ? [] : [{ engine: 'qdrant' as const, qdrantBinary: binary }]),
];
const WORKER = fileURLToPath(new URL('./dataWorker.ts', import.meta.url));
const NOW = '2026-11-21T10:00:00.000Z';
const masterKey = randomBytes(32);

describe.each(ENGINES)('storage on $engine', ({ engine, qdrantBinary }) => {
  let folder: string;
  let client: StorageClient;
  let child: ChildProcess | undefined;

  const options = (): OpenOptions => ({
    config: StorageConfig.parse({ qdrant: { mode: engine } }),
    folder,
    masterKey,
    qdrantBinary,
  });
  async function reopen(): Promise<void> {
    await client.shutdown();
    client = new StorageClient({ workerPath: WORKER });
    await client.open(options());
  }
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'storage-'));
    client = new StorageClient({ workerPath: WORKER });
    await client.open(options());
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    child = undefined;
    await client.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  async function fill(): Promise<void> {
    await client.estate.bulkUpsert([resource('pg-instance-main1'), resource('ledger-archive')], NOW);
    const { conversationId } = await client.chat.createConversation();
    await client.chat.append(conversationId, message('why is billing slow'));
    await client.docs.put('accounts', '123456789012', { profile: 'acme-admin' });
    const body = { profile: 'acme-admin', accountId: '123456789012', until: NOW, by: 'window' };
    await client.journal.append({ kind: 'profile_unlocked', ...body });
  }

  test('what was confirmed is there after a restart', async () => {
    await fill();
    await reopen();
    expect(await client.estate.count()).toBe(2);
    expect(await client.chat.getAllContexts()).toMatchObject([
      { title: 'why is billing slow', messageCount: 1 },
    ]);
    expect(await client.docs.get('accounts', '123456789012')).toEqual({ profile: 'acme-admin' });
    expect(await client.journal.verify()).toMatchObject({ entries: 1, brokenAt: null });
    expect(await client.health()).toMatchObject({ engine, connected: true, warnings: [] });
  });

  test('nothing of the estate, the accounts or the chat can be read in the folder; only its owner may try', async () => {
    await fill();
    // Both while it runs and after it has tidied up.
    expectUnreadable(folder);
    await client.shutdown();
    expectUnreadable(folder);
  });

  test('killed in the middle of concurrent appends: what was confirmed is there, in order, without gaps or twins', async () => {
    const create = async () => (await client.chat.createConversation()).conversationId;
    const conversations = await Promise.all([create(), create(), create()]);
    const confirmed: string[] = [];
    for (const after of [7, 40, 101]) {
      await client.shutdown();
      confirmed.push(...(await killedAfter(after, conversations)));
      client = new StorageClient({ workerPath: WORKER });
      await client.open(options());
    }
    expect(confirmed.length).toBeGreaterThanOrEqual(148);
    const lines = confirmed.map((line) => line.split(' '));
    for (const id of conversations) {
      const { messages, total } = await client.chat.getHistory(id, { limit: 100_000 });
      expect(messages.map((m) => m.messageIndex)).toEqual(Array.from({ length: total }, (_, n) => n));
      const said = messages.map((m) => m.parts[0]?.kind === 'text' && m.parts[0].text);
      for (const [conversation, index, text] of lines) {
        if (conversation === id) expect(said[Number(index)]).toBe(text);
      }
    }
    const entries = lines.filter(([kind]) => kind === 'journal').map(([, seq]) => Number(seq));
    const verdict = await client.journal.verify();
    expect(verdict.brokenAt).toBeNull();
    expect(verdict.entries).toBeGreaterThanOrEqual(Math.max(...entries));
  });

  /** Kills a process that appends after so many confirmations; returns all that it gave. */
  async function killedAfter(confirmations: number, conversations: string[]): Promise<string[]> {
    const key = Buffer.from(masterKey).toString('hex');
    const script = fileURLToPath(new URL('./fixtures/appender.ts', import.meta.url));
    const args = [script, folder, engine, qdrantBinary ?? '', key, ...conversations];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('no stdout');
    const exit = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (lines.length === confirmations) child.kill('SIGKILL');
    }
    await exit;
    return lines;
  }
});

function message(text: string): NewMessage {
  return {
    role: 'user',
    parts: [{ kind: 'text', text }],
    sources: [],
    metadata: { resourcesMentioned: [], commandsExecuted: [] },
  };
}

const SECRETS = [
  'pg-instance-main1',
  'ledger-archive',
  '123456789012',
  'margarethe',
  'db.internal.example',
  'aurora-postgresql',
  'arn:aws',
  'billing',
  'acme-admin',
];

function expectUnreadable(folder: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const at = path.join(file.parentPath, file.name);
    const content = readFileSync(at).toString('latin1');
    expect(SECRETS.filter((word) => content.includes(word) || at.includes(word))).toEqual([]);
    // Qdrant makes its own files; they lie in a folder that is closed to others.
    const closed = at.includes(`${path.sep}qdrant${path.sep}`) ? path.join(folder, 'data', 'qdrant') : at;
    if (process.platform !== 'win32') expect([closed, statSync(closed).mode & 0o077]).toEqual([closed, 0]);
  }
}
