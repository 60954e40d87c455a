import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { qdrantBinaryUnderTest } from '../storage/engines/contract/engines.ts';
import { freePort } from './freePort.ts';
import { findProcess } from './processTable.ts';
import { QdrantServer } from './QdrantServer.ts';

const binary = qdrantBinaryUnderTest() ?? '';

describe.skipIf(binary === '')('QdrantServer on a real binary', () => {
  let folder: string;
  const servers: QdrantServer[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cloudops qdrant ü-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function create(options: { binary?: string; choosePort?: () => Promise<number> } = {}): QdrantServer {
    const server = new QdrantServer({ binary, folder, ...options });
    servers.push(server);
    return server;
  }

  it('answers its key only, and keeps the key out of files and off the command line', async () => {
    const server = create();
    await server.start();
    const { url, apiKey } = await server.endpoint();
    expect((await fetch(`${url}/collections`)).status).toBe(401);
    expect((await fetch(`${url}/collections`, { headers: { 'api-key': apiKey } })).status).toBe(200);
    const running = await findProcess(server.pid ?? 0);
    expect(running?.commandLine.join(' ')).not.toContain(apiKey);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile()) expect(readFileSync(file).includes(apiKey), file).toBe(false);
    }
  });

  it.runIf(process.platform === 'linux')('listens on one loopback port and nowhere else', async () => {
    const server = create();
    await server.start();
    const { port } = new URL((await server.endpoint()).url);
    const hex = Number(port).toString(16).toUpperCase().padStart(4, '0');
    expect(listeners(server.pid ?? 0)).toEqual([`0100007F:${hex}`]);
  });

  it('lets no page of another origin in and reports no telemetry', async () => {
    const server = create();
    await server.start();
    const { url, apiKey } = await server.endpoint();
    const headers = { 'api-key': apiKey, origin: 'http://attacker.example' };
    const response = await fetch(`${url}/collections`, { headers });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(`${url}/dashboard`, { headers })).status).toBe(404);
    const config = JSON.parse(readFileSync(join(folder, 'config.yaml'), 'utf8')) as Record<string, unknown>;
    expect(config.telemetry_disabled).toBe(true);
    if (process.platform !== 'win32') expect(statSync(join(folder, 'storage')).mode & 0o077).toBe(0);
  });

  it('has another key after each start', async () => {
    const server = create();
    await server.start();
    const first = await server.endpoint();
    await server.stop();
    await server.start();
    const second = await server.endpoint();
    expect(second.apiKey).not.toBe(first.apiKey);
    expect(second.apiKey).toHaveLength(43);
  });

  it('takes another port when the one it chose was taken in between, and never adopts who took it', async () => {
    const taker = createServer((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"result":{}}');
    });
    taker.listen(0, '127.0.0.1');
    await once(taker, 'listening');
    const address = taker.address();
    const taken = typeof address === 'object' && address ? address.port : 0;
    const ports = [taken, await freePort()];
    const server = create({ choosePort: async () => ports.shift() ?? 0 });
    try {
      await server.start();
      expect((await server.endpoint()).url).not.toContain(`:${taken}`);
      expect(ports).toEqual([]);
    } finally {
      taker.close();
    }
  });

  it('says that the folder is in use', async () => {
    const first = create();
    await first.start();
    const { url, apiKey } = await first.endpoint();
    // Only a collection locks the folder.
    const headers = { 'api-key': apiKey, 'content-type': 'application/json' };
    await fetch(`${url}/collections/x`, { method: 'PUT', headers, body: '{"vectors":{}}' });
    // Without its record the second server cannot know better.
    await rm(join(folder, 'qdrant.pid'));
    await expect(create().start()).rejects.toMatchObject({ code: 'WORKSPACE_IN_USE' });
  });

  it.each(['segment.json', 'open-1', 'config.json'])(
    'says that its data is damaged (%s), and the ways out, instead of trying forever',
    async (name) => {
      const server = create();
      await server.start();
      const { url, apiKey } = await server.endpoint();
      const headers = { 'api-key': apiKey, 'content-type': 'application/json' };
      await fetch(`${url}/collections/x`, { method: 'PUT', headers, body: '{"vectors":{}}' });
      await server.stop();
      const files = readdirSync(join(folder, 'storage'), { recursive: true, withFileTypes: true });
      const found = files.filter((entry) => entry.isFile() && entry.name === name);
      expect(found).not.toEqual([]);
      for (const entry of found) await writeFile(join(entry.parentPath, entry.name), 'x'.repeat(200));
      await expect(server.start()).rejects.toMatchObject({
        code: 'ENGINE_FAILED',
        message: expect.stringMatching(/cannot read its data folder.*rebuild from the last backup/),
      });
      expect(server.status().state).toBe('failed');
    },
  );

  it('refuses data of a newer version, and a program that is not Qdrant, before touching anything', async () => {
    await writeFile(join(folder, 'version'), '1.99.0\n');
    await expect(create().start()).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
    expect(readdirSync(folder).sort()).toEqual(['version']);
    const other = create({ binary: process.execPath });
    await expect(other.start()).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    const missing = create({ binary: join(folder, 'none') });
    await expect(missing.start()).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
    expect(missing.status().state).toBe('failed');
  });
});

/** Local addresses of the listening sockets of a process, as /proc/net/tcp writes them. */
function listeners(pid: number): string[] {
  const fds = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const LISTEN = '0A';
  return ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/net/${family}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTEN && fds.includes(`socket:[${inode}]`))
      .map(([, local = '']) => local),
  );
}
