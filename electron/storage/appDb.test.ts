import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { AppDb } from './appDb.ts';
import { createKeyring, unlockKeyring } from './keys/keyring.ts';
import { SCAN_CELL_KIND } from './scanCells.ts';
import { Sealer } from './sealing.ts';

const masterKey = randomBytes(32);
const keyring = unlockKeyring(createKeyring(masterKey, 'install'), masterKey);
let folder: string;
let db: AppDb;
const open = (at = folder) => new AppDb(path.join(at, 'app.db'), keyring, new Sealer(keyring));

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'appdb-'));
  db = open();
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const cell = (region: string, count: number) => ({
  accountId: '123456789012',
  region,
  service: 'rds',
  status: 'ok' as const,
  count,
  asOf: null,
  message: null,
});

test('documents are found by kind and key, listed in order of first writing, replaced and deleted', async () => {
  await db.put('accounts', 'b', { n: 1 });
  await db.put('accounts', 'a', { n: 2 });
  await db.put('accounts', 'b', { n: 3 });
  await db.put('settings', 'b', 'other kind');
  db.close();
  db = open();
  expect(await db.get('accounts', 'b')).toEqual({ n: 3 });
  expect(await db.get('accounts', 'none')).toBeNull();
  expect(await db.list('accounts')).toEqual([
    { key: 'b', value: { n: 3 } },
    { key: 'a', value: { n: 2 } },
  ]);
  await db.delete('accounts', 'b');
  await db.delete('accounts', 'b');
  expect(await db.list('accounts')).toHaveLength(1);
});

test('scan cells replace themselves and carry their address as key', async () => {
  await db.putCells([cell('eu-west-1', 1), cell('us-east-1', 2)]);
  await db.putCells([cell('eu-west-1', 5)]);
  expect(await db.list(SCAN_CELL_KIND)).toMatchObject([
    { key: '123456789012|eu-west-1|rds', value: { count: 5 } },
    { key: '123456789012|us-east-1|rds', value: { count: 2 } },
  ]);
});

test('neither keys nor values can be read on disk', async () => {
  await db.put('accounts', '123456789012', { name: 'production-payments' });
  db.journal.append(Buffer.from('stopped pg-instance-main1'));
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(path.join(folder, name)).toString('latin1');
    for (const word of ['123456789012', 'production-payments', 'pg-instance-main1']) {
      expect(bytes).not.toContain(word);
    }
  }
});

test('a document moved to another key is refused; in a list the others stay readable and it is counted', async () => {
  await db.put('accounts', 'a', 1);
  await db.put('accounts', 'b', 2);
  const raw = new DatabaseSync(path.join(folder, 'app.db'));
  raw.exec('UPDATE docs SET sealed = (SELECT sealed FROM docs ORDER BY rowid LIMIT 1)');
  raw.close();
  await expect(db.get('accounts', 'b')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(await db.list('accounts')).toEqual([{ key: 'a', value: 1 }]);
  expect(db.damaged).toBe(1);
});

test('a database of a newer app is refused and left as it is', () => {
  db.close();
  const raw = new DatabaseSync(path.join(folder, 'app.db'));
  raw.exec('PRAGMA user_version = 99');
  raw.close();
  expect(() => open()).toThrow(expect.objectContaining({ code: 'FORMAT_NEWER' }));
});

test('a file that is no database is a storage failure with words, not a crash', () => {
  expect(() => new AppDb(path.join(folder, 'none', 'app.db'), keyring, new Sealer(keyring))).toThrow(
    expect.objectContaining({ code: 'STORAGE_FAILED' }),
  );
});

const small = mkdtempSync(path.join(tmpdir(), 'full-'));
const mounted =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', small]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [small]);
  rmSync(small, { recursive: true, force: true });
});

test.runIf(mounted)(
  'on a full disk the change is refused as DISK_FULL and nothing before it is lost',
  async () => {
    const at = path.join(small, 'w');
    mkdirSync(at);
    const full = open(at);
    let saved = 0;
    let failure: unknown;
    while (failure === undefined) {
      try {
        full.journal.append(randomBytes(4_000));
        await full.put('settings', String(saved), 'x'.repeat(2_000));
        saved += 1;
      } catch (error) {
        failure = error;
      }
    }
    expect(failure).toMatchObject({ code: 'DISK_FULL' });
    expect(saved).toBeGreaterThan(5);
    const appended = full.journal.lastSeq;
    expect(full.journal.verify()).toMatchObject({ entries: appended, brokenAt: null });
    full.close();
    const again = open(at);
    expect(again.journal.verify()).toMatchObject({ entries: appended, brokenAt: null });
    expect((await again.list('settings')).length).toBe(saved);
    again.close();
  },
);
