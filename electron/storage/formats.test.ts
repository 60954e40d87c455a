import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { encodeFields } from './encoding.ts';
import { type HistoryEntry, historyAddress, historyEntry, historyRecord } from './history/entries.ts';
import { JournalTable } from './journalTable.ts';
import { parseKeyring, unlockKeyring } from './keys/keyring.ts';
import { Sealer } from './sealing.ts';

/**
 * Known answers of the stored formats, computed apart from this code with another library. When one of these
 * fails, data that people have already written can no longer be read: change the code, never the vector.
 */
const MASTER_KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n));
const keyring = unlockKeyring(
  parseKeyring(readFileSync(new URL('./fixtures/keyring-1.json', import.meta.url), 'utf8')),
  MASTER_KEY,
);
const sealer = new Sealer(keyring);

test('fields are joined with their lengths, so that a moved boundary changes the bytes', () => {
  expect(encodeFields(['ab', 'c', 5, Buffer.from([255])]).toString('hex')).toBe(
    '000000026162' + '0000000163' + '000000080000000000000005' + '00000001ff',
  );
});

test('the data keys of a version 1 keyring unwrap to what was wrapped', () => {
  const keys = (['records', 'index', 'journal', 'backup'] as const).map((purpose) =>
    keyring.current(purpose),
  );
  expect(keys.map((key) => [key.id, key.key.export().toString('hex')])).toEqual([
    [0x01020300, '11'.repeat(32)],
    [0x01020301, '21'.repeat(32)],
    [0x01020302, '31'.repeat(32)],
    [0x01020303, '41'.repeat(32)],
  ]);
});

test('a version 1 record opens', () => {
  const sealed = Buffer.from(
    'AQECAwAHBwcHBwcHBwcHBwerGGLZntx1G5jRv3y+HLg1vcYUeK+WQdvv3B28N+QmiBwxkIvv+is9Hdxkup2rr3B4z5NIsKo=',
    'base64',
  );
  const address = {
    schema: 1,
    collection: 'aws_estate',
    id: '5f0c0e6e-8c1b-8f0e-8a57-0a1b2c3d4e5f',
    revision: 4,
  };
  expect(sealer.open(address, sealed)).toEqual({ name: 'pg-instance-main1', count: 3 });
});

test('a resource keeps its id, and an account its token', () => {
  const native = {
    partition: 'aws',
    accountId: '123456789012',
    region: 'us-west-2',
    resourceType: 'rds_instance',
    nativeId: 'pg-instance-main1',
  };
  expect(sealer.resourceId(native)).toBe('14e1de6d-53e6-8e31-9960-5a0d916370db');
  expect(sealer.token('account', '123456789012')).toBe('E3nq3-bRPNNxo6ne09CEBA');
});

test('an entry of the history opens at its place, and is made there', () => {
  const place = {
    resource: '14e1de6d-53e6-8e31-9960-5a0d916370db',
    account: 'E3nq3-bRPNNxo6ne09CEBA',
    type: 'rds_instance',
    at: 1_795_000_000_000,
    kind: 'changed',
  };
  const sealed =
    'AQECAwAFBQUFBQUFBQUFBQWL5Xz0d5MbSHMZEjieCUPIW2/hlEDsiOSTOJ4rtMbd0G8OTCq3gSoXfXegeWyBPluxp64nYJEdewT0IgvlKAcQzWmjnfnziK+bvJl8iNE5lsYgensXLtqU2eVlAjwmXHghzqSSZKimpy2pLVbpPbY/XnK4bS1o2SsZVlL5kI0yX6V0xLSPDFvRO58Lj3ErKK92WuGuui7tFyhBy6zEhSkefL7AJ1bG/PrWLiPJVOFSMsCKtb4mAqwDyIjyeYFauaSDtu+8fHkT+RNr9wRt3mjtiuN3bfIUA4hB4gIqLenDcV8EiQP2j/5zy6TSg371Xc2/BbrTrcgdLTWLHZnK5xQrEJ5EviEnUm/21/wrg4Fp';
  const bytes = sealer.openBytes(historyAddress(place), Buffer.from(sealed, 'base64'));
  const entry = historyEntry(place, bytes);
  expect(entry?.details).toEqual({
    name: 'pg-instance-main1',
    changes: [{ path: 'state', from: 'available', to: 'stopped' }],
    who: { id: 'eve' },
  });
  const { resourceId: _, ...made } = entry as HistoryEntry;
  expect(historyRecord(sealer, made)).toEqual({ place, bytes });
});

test('a version 1 journal verifies and reads', () => {
  const db = new DatabaseSync(':memory:');
  new JournalTable(db, keyring, sealer);
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  const mac = bytes('a292b8f158ea8dd70c70594e1914763b75ea3f8cb0103a6b39097f091eaf3a39');
  const sealed = bytes('0101020300090909090909090909090909ed35bc502efbbc858eb8462339f3257c264565afa00190');
  const tag = bytes('62a76b4ec8a91e3f82ec49db5bca0dbef3b62768b28e0ea534c1027a9fc68d03');
  db.prepare('INSERT INTO journal VALUES (1, ?, ?, ?)').run(0x01020302, sealed, mac);
  db.prepare('INSERT INTO journal_head VALUES (1, 1, ?, ?, ?)').run(0x01020302, mac, tag);
  const journal = new JournalTable(db, keyring, sealer);
  expect(journal.verify()).toEqual({ entries: 1, head: mac.toString('hex'), brokenAt: null });
  expect(journal.read(1, 1).map((record) => Buffer.from(record.bytes ?? []).toString())).toEqual(['{"v":1}']);
});
