import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Migration, migrateDatabase, removeRollbacks } from '../migrations.ts';
import { markFormats } from './formats.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'migrations-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a database file', () => {
  const FIRST: Migration = { to: 1, run: (db) => db.exec('CREATE TABLE thing (name TEXT)') };
  const SECOND: Migration = { to: 2, run: (db) => db.exec('ALTER TABLE thing ADD COLUMN age INTEGER') };
  const THIRD: Migration = { to: 3, run: (db) => db.exec('UPDATE thing SET age = 7') };
  const file = () => path.join(folder, 'thing.db');

  function open(migrations: Migration[]): unknown[] {
    const db = new DatabaseSync(file());
    try {
      db.exec('PRAGMA journal_mode = WAL');
      migrateDatabase(db, file(), migrations);
      return db
        .prepare('SELECT * FROM thing')
        .all()
        .map((row) => ({ ...row }));
    } finally {
      db.close();
    }
  }
  function fill(): void {
    open([FIRST]);
    const db = new DatabaseSync(file());
    db.exec("INSERT INTO thing VALUES ('kept')");
    db.close();
  }
  const version = (name: string) => {
    const db = new DatabaseSync(path.join(folder, name));
    const row = db.prepare('PRAGMA user_version').get();
    db.close();
    return row?.user_version;
  };

  test('goes through all steps at once, with a copy that the old version opens and that stays until it is removed', () => {
    fill();
    expect(open([FIRST, SECOND, THIRD])).toEqual([{ name: 'kept', age: 7 }]);
    expect(version('thing.db.v1.rollback')).toBe(1);
    expect(statSync(path.join(folder, 'thing.db.v1.rollback')).mode & 0o077).toBe(0);
    expect(open([FIRST, SECOND, THIRD])).toEqual([{ name: 'kept', age: 7 }]);
    expect(version('thing.db.v1.rollback')).toBe(1);
    removeRollbacks(file());
    expect(readdirSync(folder).filter((name) => name.includes('rollback'))).toEqual([]);
  });

  test('is as it was when a step fails, and goes through when the step is repaired', () => {
    fill();
    const broken: Migration = {
      to: 3,
      run: () => {
        throw new Error('no');
      },
    };
    expect(() => open([FIRST, SECOND, broken])).toThrow(/is as it was/);
    expect(open([FIRST])).toEqual([{ name: 'kept' }]);
    expect(open([FIRST, SECOND, THIRD])).toEqual([{ name: 'kept', age: 7 }]);
  });

  test('of a newer version is refused untouched, and a new one needs no copy', () => {
    open([FIRST, SECOND, THIRD]);
    expect(readdirSync(folder).filter((name) => name.includes('rollback'))).toEqual([]);
    expect(() => open([FIRST])).toThrow(expect.objectContaining({ code: 'FORMAT_NEWER' }));
    expect(version('thing.db')).toBe(3);
  });
});

describe('a collection', () => {
  const collections = { chat_history: { name: 'chat_history' }, aws_estate: { name: 'aws_estate' } };
  const stored = new Map<string, unknown>();
  const docs = {
    get: async (kind: string, key: string) => stored.get(`${kind}/${key}`) ?? null,
    put: async (kind: string, key: string, value: unknown) => void stored.set(`${kind}/${key}`, value),
  };

  test('is marked for records of the second format, once, and refused when it is of a third', async () => {
    await markFormats(docs, collections);
    await markFormats({ ...docs, put: () => Promise.reject(new Error('again')) }, collections);
    expect([...stored]).toEqual([['format/aws_estate', 2]]);
    stored.set('format/aws_estate', 3);
    await expect(markFormats(docs, collections)).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
  });
});
