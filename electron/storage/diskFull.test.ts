import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { CollectedResource } from '../scan/types.ts';
import { StorageConfig } from './storageConfig.ts';
import { type EmitStorage, StorageService } from './storageService.ts';

/** A disk of 4 MB, where the tests run as root; else they are skipped. */
const disk = mkdtempSync(path.join(tmpdir(), 'disk-'));
const mounted =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const masterKey = randomBytes(32);
const folder = path.join(disk, 'workspace');
const ballast = path.join(disk, 'ballast');
const open = async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  indexed = promise;
  const emit: EmitStorage = (_name, payload) => {
    if ('done' in payload && payload.done) resolve();
  };
  const service = new StorageService({ emit });
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
  await service.open({ config, folder, masterKey, qdrantBinary: null });
  return service;
};
let service: StorageService;
let indexed: Promise<void>;
beforeEach(async () => {
  if (!mounted) return;
  mkdirSync(folder);
  writeFileSync(ballast, Buffer.alloc(2_000_000));
  service = await open();
});

/** Starts on the full disk, which may or may not do but loses nothing; then frees some space and starts again. */
async function freeAndReopen(): Promise<void> {
  await service.shutdown();
  await open().then(
    (opened) => opened.shutdown(),
    (error) => expect(error).toMatchObject({ code: 'DISK_FULL' }),
  );
  rmSync(ballast);
  service = await open();
}
afterEach(async () => {
  if (!mounted) return;
  await service.shutdown();
  rmSync(folder, { recursive: true });
  rmSync(ballast, { force: true });
});

/** Repeats until the disk is full; returns how many went through. */
async function untilFull(work: (n: number) => Promise<unknown>): Promise<number> {
  for (let n = 0; n < 100_000; n++) {
    try {
      await work(n);
    } catch (error) {
      expect(error).toMatchObject({ code: 'DISK_FULL' });
      return n;
    }
  }
  throw new Error('the disk did not fill up');
}
const NOW = '2026-11-21T10:00:00.000Z';
const resource = (n: number): CollectedResource => ({
  resourceType: 'sqs_queue',
  service: 'sqs',
  accountId: '123456789012',
  region: 'us-west-2',
  partition: 'aws',
  nativeId: `queue-${n}`,
  name: `queue-${n}`,
  arn: `arn:aws:sqs:us-west-2:123456789012:queue-${n}`,
  state: null,
  tags: {},
  createdAt: null,
  facts: {},
  relations: [],
  constraints: {},
  raw: randomBytes(500).toString('hex'),
});

test.runIf(mounted)(
  'chat on a full disk: refused as DISK_FULL; all confirmed messages are there, without gaps',
  async () => {
    const { conversationId } = await service.chat.createConversation();
    const parts = [{ kind: 'text' as const, text: 'x'.repeat(3_000) }];
    const metadata = { resourcesMentioned: [], commandsExecuted: [] };
    const append = () => service.chat.append(conversationId, { role: 'user', parts, sources: [], metadata });
    const saved = await untilFull(append);
    await expect(append()).rejects.toMatchObject({ code: 'DISK_FULL' });
    await freeAndReopen();
    const { messages, total } = await service.chat.getHistory(conversationId, { limit: 10_000 });
    expect(saved).toBeGreaterThan(10);
    expect(total).toBe(saved);
    expect(messages.map((message) => message.messageIndex)).toEqual(
      Array.from({ length: saved }, (_, n) => n),
    );
  },
);

test.runIf(mounted)('the estate on a full disk: the index shows nothing that was not saved', async () => {
  const saved = await untilFull((n) => service.estate.upsert(resource(n), NOW));
  expect(await service.estate.byType('sqs_queue')).toHaveLength(saved);
  await freeAndReopen();
  await indexed;
  expect(await service.estate.byType('sqs_queue')).toHaveLength(saved);
});

test.runIf(mounted)(
  'the journal on a full disk: an intent that could not be written is refused, the chain stays whole',
  async () => {
    const body = {
      kind: 'profile_locked' as const,
      profile: 'p'.repeat(2_000),
      accountId: 'a',
      by: 'window',
    };
    const saved = await untilFull(() => service.journal.append(body));
    await freeAndReopen();
    expect(await service.journal.verify()).toMatchObject({ entries: saved, brokenAt: null });
  },
);
