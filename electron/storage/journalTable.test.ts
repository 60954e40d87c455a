import { createSecretKey, randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import { JournalTable } from './journalTable.ts';
import { createKeyring, KEY_PURPOSES, Keyring, unlockKeyring } from './keys/keyring.ts';
import { Sealer } from './sealing.ts';

let db: DatabaseSync;
let keys: Keyring;
let sealer: Sealer;

beforeEach(() => {
  const masterKey = randomBytes(32);
  keys = unlockKeyring(createKeyring(masterKey, 'install'), masterKey);
  sealer = new Sealer(keys);
  db = new DatabaseSync(':memory:');
});

const open = () => new JournalTable(db, keys, sealer);
const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('utf8');

function filled(count: number): JournalTable {
  const journal = open();
  for (let n = 1; n <= count; n++) journal.append(Buffer.from(`entry ${n}`));
  return journal;
}

/** What an attacker with the file can do: the triggers are no obstacle to them. */
function tamper(sql: string): void {
  db.exec('DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;');
  db.exec(sql);
}

test('what was appended is read back in order, from any place, also by a second instance', () => {
  filled(5);
  const again = open();
  expect(again.append(Buffer.from('entry 6'))).toBe(6);
  expect(again.read(4, 2).map((r) => [r.seq, text(r.bytes)])).toEqual([
    [4, 'entry 4'],
    [5, 'entry 5'],
  ]);
  expect(again.verify()).toMatchObject({ entries: 6, brokenAt: null });
});

test('an empty journal verifies', () => {
  expect(open().verify()).toMatchObject({ entries: 0, brokenAt: null });
});

test('the table refuses update and delete', () => {
  filled(2);
  expect(() => db.exec('UPDATE journal SET seq = 9 WHERE seq = 1')).toThrow('append-only');
  expect(() => db.exec('DELETE FROM journal')).toThrow('append-only');
});

test.each([
  [
    'a changed record',
    'UPDATE journal SET sealed = (SELECT sealed FROM journal WHERE seq = 2) WHERE seq = 3',
    3,
  ],
  ['a changed MAC', "UPDATE journal SET mac = x'00' WHERE seq = 2", 2],
  ['a record taken out of the middle', 'DELETE FROM journal WHERE seq = 3', 3],
  ['the last record cut off', 'DELETE FROM journal WHERE seq = 5', 5],
  ['everything cut off', 'DELETE FROM journal', 1],
  ['the head cut off as well', 'DELETE FROM journal WHERE seq = 5; DELETE FROM journal_head', 5],
  ['a forged head', 'DELETE FROM journal WHERE seq = 5; UPDATE journal_head SET seq = 4', 5],
  [
    'two records swapped',
    'UPDATE journal SET seq = -1 WHERE seq = 2; UPDATE journal SET seq = 2 WHERE seq = 3; UPDATE journal SET seq = 3 WHERE seq = -1',
    2,
  ],
])('%s is found, and stays found after more appends', (_what, sql, brokenAt) => {
  filled(5);
  tamper(sql);
  expect(open().verify().brokenAt).toBe(brokenAt);
  open().append(Buffer.from('after'));
  expect(open().verify().brokenAt).toBe(brokenAt);
});

test('a damaged record reads as null and leaves the others readable', () => {
  filled(3);
  tamper("UPDATE journal SET sealed = x'0100' WHERE seq = 2");
  expect(
    open()
      .read(1, 10)
      .map((r) => text(r.bytes)),
  ).toEqual(['entry 1', null, 'entry 3']);
});

test("another install's journal does not verify with this install's id", () => {
  const dataKeys = KEY_PURPOSES.map((purpose, n) => ({
    id: n + 1,
    purpose,
    key: createSecretKey(randomBytes(32)),
  }));
  const own = new Keyring('own', dataKeys);
  new JournalTable(db, own, new Sealer(own)).append(Buffer.from('x'));
  const other = new Keyring('other', dataKeys);
  expect(new JournalTable(db, other, new Sealer(other)).verify().brokenAt).toBe(1);
});
