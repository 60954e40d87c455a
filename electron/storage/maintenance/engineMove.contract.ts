import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../errors.ts';
import { QdrantServer } from '../../process/QdrantServer.ts';
import type { CollectedResource } from '../../scan/types.ts';
import { readEngineRecord } from '../engineRecord.ts';
import { qdrantUnderTest } from '../engines/contract/engines.ts';
import { openRemote } from '../engines/remote.ts';
import { StorageConfig } from '../storageConfig.ts';
import { StorageService } from '../storageService.ts';
import { quietWork } from '../work.ts';
import type { EngineTarget } from './engineMove.ts';

const under = qdrantUnderTest();
const binary = under !== null && 'binary' in under ? under.binary : '';
const MOVER = fileURLToPath(new URL('../fixtures/mover.ts', import.meta.url));
const NOW = '2026-11-21T10:00:00.000Z';
const RESOURCES = 1_300;
const MESSAGES = 20;

describe.skipIf(binary === '')('moving between real engines', () => {
  const masterKey = randomBytes(32);
  let folder: string;
  let service: StorageService;
  let servers: QdrantServer[];

  async function open(qdrantApiKey: string | null = null): Promise<void> {
    service = new StorageService({ emit: () => undefined });
    const config = StorageConfig.parse({});
    await service.open({ config, folder, masterKey, qdrantBinary: binary, qdrantApiKey });
  }
  beforeEach(async () => {
    servers = [];
    folder = await mkdtemp(path.join(tmpdir(), 'cloudops-move-'));
    service = new StorageService({ emit: () => undefined });
    const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
    await service.open({ config, folder, masterKey, qdrantBinary: binary });
    await service.estate.bulkUpsert(
      Array.from({ length: RESOURCES }, (_, n) => resource(n)),
      NOW,
    );
    const { conversationId } = await service.chat.createConversation();
    for (let n = 0; n < MESSAGES; n += 1) await say(conversationId, `message ${n}`);
  });
  afterEach(async () => {
    await service.shutdown();
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  async function say(conversationId: string, text: string): Promise<void> {
    const metadata = { resourcesMentioned: [], commandsExecuted: [] };
    await service.chat.append(conversationId, {
      role: 'user',
      parts: [{ kind: 'text', text }],
      sources: [],
      metadata,
    });
  }
  const move = (to: EngineTarget) => service.maintenance.moveEngine({ to, by: 'test' }, quietWork());
  /** Everything is there and can be written, whichever engine it is. */
  async function expectWhole(messages = MESSAGES): Promise<void> {
    expect(await service.estate.count()).toBe(RESOURCES);
    const [conversation] = await service.chat.getAllContexts();
    const id = conversation?.conversationId ?? '';
    const { messages: read, total } = await service.chat.getHistory(id, { limit: 200 });
    expect([read.length, total]).toEqual([messages, messages]);
    // Unlike a search, this waits for the index.
    const { exact } = await service.find.resolve('queue-77');
    expect((await service.estate.get(exact[0]?.id ?? ''))?.tags).toEqual({ n: '77' });
  }
  async function startServer(): Promise<{ url: string; apiKey: string }> {
    const server = new QdrantServer({ binary, folder: path.join(folder, `elsewhere-${servers.length}`) });
    servers.push(server);
    await server.start();
    return server.endpoint();
  }

  test('SQLite to Qdrant to a server elsewhere and back: everything is there each time and after a restart', async () => {
    expect(await move({ kind: 'qdrant' })).toMatchObject({ engine: 'qdrant' });
    await expectWhole();
    await service.shutdown();
    await open();
    await expectWhole();

    const { url, apiKey } = await startServer();
    expect((await move({ kind: 'remote', url, apiKey })).points).toMatchObject({ aws_estate: RESOURCES });
    await expectWhole();
    await service.shutdown();
    await open(apiKey);
    await expectWhole();
    expect(await readEngineRecord(folder)).toMatchObject({ place: { kind: 'remote', url }, leftover: null });

    expect(await move({ kind: 'sqlite' })).toMatchObject({ engine: 'sqlite' });
    await expectWhole();
    const left = await fetch(`${url}/collections`, { headers: { 'api-key': apiKey } });
    expect(await left.json()).toMatchObject({ result: { collections: [] } });
  });

  test.each([1, 2, 4, 6, 9])(
    'killed at its report %i the old engine stays, and the next move succeeds',
    async (at) => {
      await service.shutdown();
      const args = [MOVER, folder, binary, masterKey.toString('hex'), 'qdrant', String(at)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      await open();
      expect((await readEngineRecord(folder))?.place).toEqual({ kind: 'sqlite' });
      await expectWhole();
      await move({ kind: 'qdrant' });
      await expectWhole();
    },
  );

  test('a server elsewhere keeps two workspaces, and the collections of others, apart', async () => {
    const { url, apiKey } = await startServer();
    const headers = { 'api-key': apiKey, 'content-type': 'application/json' };
    const put = (name: string) =>
      fetch(`${url}/collections/${name}`, { method: 'PUT', headers, body: '{"vectors":{}}' });
    await put('theirs__1');
    await put('theirs__2');
    const alias = { create_alias: { alias_name: 'theirs', collection_name: 'theirs__2' } };
    const body = JSON.stringify({ actions: [alias] });
    await fetch(`${url}/collections/aliases`, { method: 'POST', headers, body });
    await move({ kind: 'remote', url, apiKey });
    const other = await openRemote({ url, prefix: 'cloudops_ffffffffffff_' }, apiKey);
    await other.ensureCollection({
      name: 'chat_history',
      vectorSize: 0,
      distance: 'cosine',
      indexedFields: [],
      hnsw: null,
    });
    expect(await other.count('chat_history')).toBe(0);
    await other.close();
    await service.shutdown();
    await open(apiKey);
    await expectWhole();
    await move({ kind: 'sqlite' });
    const list = (await (await fetch(`${url}/collections`, { headers })).json()) as {
      result: { collections: { name: string }[] };
    };
    const names = list.result.collections.map(({ name }) => name).sort();
    expect(names).toEqual(['cloudops_ffffffffffff_chat_history__1', 'theirs__1', 'theirs__2']);
  });

  test('from one server to another: nothing is left behind, and the new key opens it from then on', async () => {
    const [a, b] = [await startServer(), await startServer()];
    await move({ kind: 'remote', ...a });
    await service.shutdown();
    await open(a.apiKey);
    await move({ kind: 'remote', ...b });
    await expectWhole();
    const left = await fetch(`${a.url}/collections`, { headers: { 'api-key': a.apiKey } });
    expect(await left.json()).toMatchObject({ result: { collections: [] } });
    // Whatever opens the engine again in this run has to know the key.
    const which = await service.backup.create({ reason: 'by hand', appVersion: '1' }, quietWork());
    const parts = ['chat_history'] as const;
    const how = { secret: { secret: { kind: 'own' } }, mode: 'replace', parts, takeover: null } as const;
    await service.backup.restore({ kind: 'here' }, which, { ...how, appVersion: '1' }, quietWork());
    await expectWhole();
    await service.shutdown();
    await expect(open('revoked')).rejects.toThrow(/refused the API key/);
    await service.reopenEngine({ qdrantApiKey: b.apiKey });
    await expectWhole();
  });

  test('two addresses of one server are not taken for two: the data would go with its copy', async () => {
    const { url, apiKey } = await startServer();
    await move({ kind: 'remote', url, apiKey });
    const other = url.replace('127.0.0.1', 'localhost');
    await expect(move({ kind: 'remote', url: other, apiKey })).rejects.toThrow(/are the same server/);
    await expectWhole();
    const list = await fetch(`${url}/collections`, { headers: { 'api-key': apiKey } });
    expect(JSON.stringify(await list.json())).not.toContain('probe');
  });

  test('a wrong key, a server that is no Qdrant or too old, and one that is gone are told apart', async () => {
    const { url, apiKey } = await startServer();
    const failure = async (to: { url: string; apiKey: string }) =>
      move({ kind: 'remote', ...to }).then(
        () => '',
        (error: unknown) => (error instanceof AppError ? `${error.code} ${error.message}` : String(error)),
      );
    expect(await failure({ url, apiKey: 'wrong' })).toMatch(/^ENGINE_FAILED .*refused the API key/);
    let answer = { title: 'qdrant - vector search engine', version: '1.9.0' };
    const fake = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
    fake.listen(0, '127.0.0.1');
    await once(fake, 'listening');
    const { port } = fake.address() as AddressInfo;
    const fakeUrl = `http://127.0.0.1:${port}`;
    expect(await failure({ url: fakeUrl, apiKey })).toMatch(/1\.9\.0 is not supported/);
    answer = { title: 'nginx', version: '1.20.0' };
    expect(await failure({ url: fakeUrl, apiKey })).toMatch(/not a Qdrant server/);
    const page = createServer((_request, response) => response.end('<html>Welcome to nginx</html>'));
    page.listen(0, '127.0.0.1');
    await once(page, 'listening');
    const pageUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    expect(await failure({ url: pageUrl, apiKey })).toMatch(/not a Qdrant server/);
    page.close();
    fake.close();
    expect(await failure({ url: `https://127.0.0.1:${new URL(url).port}`, apiKey })).toMatch(/TLS/);
    await servers[0]?.stop();
    expect(await failure({ url, apiKey })).toMatch(/cannot be reached/);
    await expectWhole();
  });
});

function resource(n: number): CollectedResource {
  return {
    resourceType: 'sqs_queue',
    service: 'sqs',
    accountId: '111111111111',
    region: 'us-east-1',
    partition: 'aws',
    nativeId: `queue-${n}`,
    name: `queue-${n}`,
    arn: `arn:aws:sqs:us-east-1:111111111111:queue-${n}`,
    state: null,
    tags: { n: String(n) },
    createdAt: null,
    facts: {},
    relations: [],
    constraints: {},
    raw: {},
  };
}
