import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BackupPart, BackupSource } from '../../preload/contract/models.ts';
import { newMachine } from './testing/machine.ts';
import { S3Bench } from './testing/s3Bench.ts';

let bench: S3Bench;

beforeAll(async () => {
  bench = await S3Bench.start();
});
afterAll(() => bench.stop());

it('parts that no one backup holds are kept, told and restored from the bucket together', async () => {
  const bucket = await bench.bucket();
  const machine = await newMachine(bench.folder, bench.clients);
  const place = { bucket: bucket.name, region: 'us-east-1', endpoint: null };
  await machine.useBucket({ ...place, profile: 'backup', kmsKeyId: null });
  const made = async (...parts: BackupPart[]) => {
    const job = await machine.ended(machine.service.create({ parts }));
    expect(job).toMatchObject({ state: 'done', error: null });
    return job.backupId ?? '';
  };
  const estate = await made('aws_estate');
  const chat = await made('chat_history', 'state');
  const { backups, parts, lastGoodAt } = await machine.service.overview();
  const found = (id: string) => backups.find(({ backupId, place }) => backupId === id && place === 's3');
  expect(found(chat)).toMatchObject({
    parts: ['chat_history', 'state'],
    lastGoodOf: ['chat_history', 'state'],
  });
  expect(found(estate)).toMatchObject({ parts: ['aws_estate'], lastGoodOf: ['aws_estate'] });
  expect(parts.chat_history.lastGoodAt).toBe(found(chat)?.createdAt);
  // Everything is as safe as the part that is worst off.
  expect(lastGoodAt).toBe(found(estate)?.createdAt);
  await expect(machine.service.delete(estate, 's3')).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('last good backup of resources in bucket'),
  });

  const source: BackupSource = {
    kind: 's3',
    ...place,
    endpoint: bench.url,
    access: { ...bench.key, sessionToken: null },
  };
  const request = {
    installId: machine.installId,
    backupId: chat,
    source,
    secret: { kind: 'own' } as const,
    mode: 'replace' as const,
    parts: ['chat_history', 'state'] as const,
    others: [{ backupId: estate, parts: ['aws_estate'] as const }],
  };
  const job = await machine.ended(await machine.restore.run(request));
  expect(job).toMatchObject({ state: 'done', error: null });
  // Damaged: the older one is not offered, since it lacks what is wanted.
  const Key = `${machine.installId}/snapshots/state/state_${chat}.snapshot`;
  await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: Buffer.alloc(1_000) }));
  const damaged = await machine.ended(await machine.restore.run(request));
  expect(damaged.error?.message).toContain('There is no older good backup in this place.');
  expect(machine.engine.restored.length).toBe(1);
});

it('a replaced key is told of the backups that it still opens, and of no other', async () => {
  const machine = await newMachine(bench.folder, bench.clients);
  const backUp = async () => (await machine.ended(machine.service.create())).backupId;
  const former = async () =>
    (await machine.service.overview()).backups.flatMap((one) => (one.opensWithFormerKey ? one.backupId : []));
  machine.engine.slots = [{ digest: 'old' }];
  machine.slots.push({ digest: 'old' });
  const before = await backUp();
  expect(await former()).toEqual([]);
  machine.engine.slots = [{ digest: 'new' }];
  machine.slots.splice(0, 1, { digest: 'new' });
  await backUp();
  expect(await former()).toEqual([before]);
});
