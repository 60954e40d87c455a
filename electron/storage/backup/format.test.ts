import { createHash, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { parseRecoveryText } from '../keys/recoveryText.ts';
import { Sealer } from '../sealing.ts';
import { quietWork } from '../work.ts';
import { openBackupKeys } from './backupKeys.ts';
import { openObject, sealObject } from './cipher.ts';
import { FilePlace } from './filePlace.ts';
import { decodeLines, encodeLines, type Line, pointLine, pointOf } from './lines.ts';
import { proveBackup, readManifest } from './proveBackup.ts';
import { openRecord, pointAddress } from './records.ts';
import { ALL, Machine } from './testing/machine.ts';

/**
 * The example of docs/backup-format.md, computed apart from this code by a reader that was written from that page.
 * When one of these fails, backups that people have can no longer be read: change the code, never the example.
 */
const FILE = fileURLToPath(new URL('../fixtures/backup-1.cloudops', import.meta.url));
const DOC = readFileSync(new URL('../../../docs/backup-format.md', import.meta.url), 'utf8');
const example = JSON.parse(/```json\n(.*?)```/s.exec(DOC)?.[1] ?? '{}') as Record<string, string | number>;
const recovery = { kind: 'recovery', text: /recovery key is `([0-9A-Z-]+)`/.exec(DOC)?.[1] ?? '' } as const;
const passphrase = { kind: 'passphrase', text: 'correct horse battery staple' } as const;
const which = { installId: '6c18ecaf-f3e4-4650-8378-806e367b2314', backupId: '2026-11-21T11-38-32' };
const place = new FilePlace(FILE);

const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.dispose();
});

async function opened() {
  const { manifest } = await readManifest(place, which);
  return { manifest, ...(await openBackupKeys(manifest, null, { secret: recovery })) };
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('a version 1 backup opens with its recovery key and with its passphrase, to the keys of the example', async () => {
  const { manifest, keys, masterKey } = await opened();
  const backupKey = keys.current('backup').key;
  expect(parseRecoveryText(recovery.text).toString('hex')).toBe(example.recoveryKey);
  expect(masterKey?.toString('hex')).toBe(example.masterKey);
  expect(backupKey.export().toString('hex')).toBe(example.backupKey);
  expect(
    Buffer.from(hkdfSync('sha256', backupKey, '', 'cloudops/backup/manifest/1', 32)).toString('hex'),
  ).toBe(example.manifestMacKey);
  expect(manifest.mac.toString('hex')).toBe(example.manifestMac);
  const other = await openBackupKeys(manifest, null, { secret: passphrase });
  expect(other.masterKey?.toString('hex')).toBe(example.masterKey);
});

test('a version 1 object opens to the lines of the example, and is sealed again to the same bytes', async () => {
  const { keys } = await opened();
  const name = String(example.object);
  const sealed = await bytesOf(place.openObject(name));
  const header = sealed.subarray(0, 51 + sealed.readUInt16BE(49));
  expect(createHash('sha256').update(header).digest('hex')).toBe(example.headerHash);
  const context = { ...which, part: 'chat_history' as const };
  const plain = await bytesOf(openObject(keys, context, name, place.openObject(name)));
  const again = sealObject(keys, context, of(plain), { salt: header.subarray(17, 49) });
  expect((await bytesOf(again)).equals(sealed)).toBe(true);
  const lines: Line[] = [];
  for await (const page of decodeLines('chat_history', name, of(plain), { records: 0 })) lines.push(...page);
  // Without head and end.
  expect(lines).toHaveLength(Number(example.lines) - 2);
  const [first] = lines;
  if (first?.t !== 'point') throw new Error('the first line is no point');
  const content = openRecord(new Sealer(keys), pointAddress('chat_history', first), first.payload.sealed);
  expect(content?.toString()).toBe(example.firstContent);
});

test('a version 1 backup is proved, restored into an empty workspace and merged into one', async () => {
  const { manifest, keys } = await opened();
  await proveBackup({ place, body: manifest.body, keys }, quietWork());
  for (const mode of ['replace', 'merge'] as const) {
    const machine = new Machine();
    machines.push(machine);
    await machine.open();
    const takeover = mode === 'replace' ? ({ masterKey: 'backup', slot: null } as const) : null;
    const request = { secret: { secret: recovery }, mode, parts: ALL, takeover, appVersion: '2.0.0' };
    await machine.service.backup.restore({ kind: 'file', path: FILE }, which, request, quietWork());
    const { conversations, resources, settings } = await machine.content();
    expect(conversations.map(({ title, messageCount }) => [title, messageCount])).toEqual([
      ['Stop the database', 5],
      ['Why is it slow', 5],
    ]);
    expect(resources.map(({ name }) => name)).toEqual(['web-000000', 'web-000001', 'web-000002']);
    expect(settings).toEqual([{ key: 'app', value: { theme: 'dark' } }]);
  }
});

test('a wrong recovery key, a slip in one and a missing slot are told apart, and from damage', async () => {
  const { manifest } = await readManifest(place, which);
  const open = (text: string) => openBackupKeys(manifest, null, { secret: { kind: 'recovery', text } });
  const wrong = '0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000';
  await expect(open(recovery.text.replace('K', 'M'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(open(wrong)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(
    openBackupKeys(manifest, null, { secret: { ...passphrase, text: 'no' } }),
  ).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
  await expect(openBackupKeys(manifest, null, { secret: { kind: 'own' } })).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
});

test('vectors come back bit by bit, also those that are no whole piece of a chunk', async () => {
  const { keys } = await opened();
  const context = { ...which, part: 'aws_estate' as const };
  const points = Array.from({ length: 700 }, (_, n) => ({
    id: String(n),
    vector: Float32Array.from({ length: 384 }, (_, at) => Math.fround(Math.sin(n * 384 + at))),
    payload: { n },
  }));
  const pages = async function* () {
    for (let from = 0; from < points.length; from += 97) yield points.slice(from, from + 97).map(pointLine);
  };
  const sealed = await bytesOf(sealObject(keys, context, encodeLines('aws_estate', pages(), { records: 0 })));
  for (const piece of [1_000, 262_160, 1 << 20]) {
    const plain = openObject(keys, context, 'x', inPieces(sealed, piece));
    const read: Line[] = [];
    for await (const page of decodeLines('aws_estate', 'x', plain, { records: 0 })) read.push(...page);
    expect(read.map((line) => (line.t === 'point' ? pointOf(line, 'x') : null))).toEqual(points);
  }
});

async function* of(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('a line without end is refused while little of it is held, however many pieces it comes in', async () => {
  const head = Buffer.from(
    `${JSON.stringify({ t: 'head', format: 'cloudops-snapshot', version: 1, part: 'state' })}\n`,
  );
  const endless = gzipSync(Buffer.concat([head, Buffer.alloc(70 * 1_048_576, 'a')]));
  const reading = async () => {
    for await (const _ of decodeLines('state', 'bomb', of(endless), { records: 0 }));
  };
  await expect(reading()).rejects.toMatchObject({
    code: 'BACKUP_DAMAGED',
    message: expect.stringContaining('a line without end'),
  });
});
