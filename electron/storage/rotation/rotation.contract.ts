import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { qdrantUnderTest } from '../engines/contract/engines.ts';
import { resource } from '../fixtures/resource.ts';
import { StorageConfig } from '../storageConfig.ts';
import { StorageClient } from '../workerClient.ts';

/** `CLOUDOPS_SEED` replays a failed run: it fixes where each process is killed. */
const SEED = Number(process.env.CLOUDOPS_SEED ?? randomInt(2 ** 31));
const KILLS = Number(process.env.CLOUDOPS_KILLS ?? 2);
const WORKER = fileURLToPath(new URL('../dataWorker.ts', import.meta.url));
const ROTATOR = fileURLToPath(new URL('./testing/rotator.ts', import.meta.url));
const names = Array.from({ length: 520 }, (_, n) => `db-${n}`);
const qdrant = qdrantUnderTest();
const binary = qdrant !== null && 'binary' in qdrant ? qdrant.binary : null;
const ENGINES = [
  { engine: 'sqlite' as const, qdrantBinary: null },
  ...(binary === null ? [] : [{ engine: 'qdrant' as const, qdrantBinary: binary }]),
];

/** mulberry32: a small generator whose whole state is the seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.each(ENGINES)('keys changed on $engine', ({ engine, qdrantBinary }) => {
  const masterKey = randomBytes(32);
  let folder: string;
  let client: StorageClient;
  let child: ChildProcess | undefined;

  async function open(): Promise<void> {
    client = new StorageClient({ workerPath: WORKER });
    const config = StorageConfig.parse({ qdrant: { mode: engine } });
    await client.open({ config, folder, masterKey: Buffer.from(masterKey), qdrantBinary });
  }
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'rotation-kill-'));
    await open();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    child = undefined;
    await client.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  test(`killed anywhere while keys change: nothing confirmed is lost, ids are old or new (seed ${SEED})`, {
    timeout: 600_000,
  }, async () => {
    const random = randomOf(SEED);
    await client.estate.bulkUpsert(
      names.map((name) => resource(name)),
      '2026-11-21T10:00:00.000Z',
    );
    const { id: firstId } = (await client.estate.upsert(resource('db-7'), '2026-11-21T10:00:01.000Z'))
      .resource;
    const { conversationId } = await client.chat.createConversation();
    const said = new Map<number, string>();
    const allowed = new Map<string, unknown[]>(names.map((name) => [name, ['available']]));
    for (let kill = 0; kill < KILLS; kill += 1) {
      await client.shutdown();
      for (const line of await killedAfter(1 + Math.floor(random() * 24), conversationId)) {
        const [kind, key = '', value = ''] = line.split(' ');
        if (kind === 'message') said.set(Number(key), value);
        if (kind === 'try') allowed.set(key, [...(allowed.get(key) ?? [undefined]), value]);
        if (kind === 'done') allowed.set(key, [value]);
      }
      await open();
      await expectWhole(`seed ${SEED}, kill ${kill}`, { conversationId, firstId, said, allowed });
    }
  });

  interface Confirmed {
    conversationId: string;
    firstId: string;
    said: Map<number, string>;
    /** By name of a resource or key of a document: the value confirmed last, and those tried after it. */
    allowed: Map<string, unknown[]>;
  }

  async function expectWhole(where: string, confirmed: Confirmed): Promise<void> {
    const { messages } = await client.chat.getHistory(confirmed.conversationId, { limit: 100_000 });
    expect(
      messages.map((message) => message.messageIndex),
      where,
    ).toEqual(messages.map((_, n) => n));
    for (const [index, text] of confirmed.said) {
      expect(messages[index]?.parts[0], where).toMatchObject({ text });
    }
    await client.find.resolve('whole');
    const rows = await client.estate.byAccount('123456789012');
    expect(rows.map(({ name }) => name).sort(), where).toEqual([...names].sort());
    expect(await client.estate.get(confirmed.firstId), where).toMatchObject({ name: 'db-7' });
    const tokens = await client.estate.syncFromAws({
      accountId: '123456789012',
      region: 'us-west-2',
      resourceTypes: ['rds_instance'],
      startedAt: '2026-11-21T00:00:00.000Z',
      listed: [],
    });
    expect(tokens, where).toEqual({ removed: [] });
    const stored = new Map<string, unknown>(
      (await client.docs.list('settings')).map(({ key, value }) => [key, value]),
    );
    for (const { id } of rows) {
      const resource = await client.estate.get(id);
      stored.set(resource?.name ?? 'a listed resource that is not stored', resource?.state);
    }
    for (const [name, values] of confirmed.allowed) {
      expect(values, `${where}, ${name}`).toContain(stored.get(name));
    }
    expect(await client.journal.verify(), where).toMatchObject({ brokenAt: null });
    expect((await client.health()).warnings, where).toEqual([]);
    expect(readFileSync(path.join(folder, 'keyring.json'), 'utf8'), where).not.toContain('pending');
  }

  /** Kills a rotating process after so many steps of its work; returns the lines of what it confirmed. */
  async function killedAfter(steps: number, conversationId: string): Promise<string[]> {
    const key = Buffer.from(masterKey).toString('hex');
    const heard = path.join(folder, 'confirmed.txt');
    rmSync(heard, { force: true });
    const args = [ROTATOR, folder, engine, qdrantBinary ?? '', key, conversationId, heard];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('no stdout');
    const exit = once(child, 'exit');
    let left = steps;
    for await (const _ of createInterface(child.stdout)) {
      left -= 1;
      if (left === 0) child.kill('SIGKILL');
    }
    // One that ended by itself has failed.
    expect(await exit).toEqual([null, 'SIGKILL']);
    // What follows the last line break was cut off by the kill.
    return readFileSync(heard, 'utf8').split('\n').slice(0, -1);
  }
});
