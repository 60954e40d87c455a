import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqlitePointStore } from '../engines/sqlite/SqlitePointStore.ts';
import { type Migration, migrateDatabase } from '../migrations.ts';
import type { CollectionSpec, Point } from '../PointStore.ts';
import { quietWork } from '../work.ts';
import { migratePoints, type PointMigration } from './pointMigrations.ts';

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

  test('goes through all steps at once, with a copy that the old version opens, removed by the next start', () => {
    fill();
    expect(open([FIRST, SECOND, THIRD])).toEqual([{ name: 'kept', age: 7 }]);
    expect(version('thing.db.v1.rollback')).toBe(1);
    expect(statSync(path.join(folder, 'thing.db.v1.rollback')).mode & 0o077).toBe(0);
    expect(open([FIRST, SECOND, THIRD])).toEqual([{ name: 'kept', age: 7 }]);
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
  const spec: CollectionSpec = {
    name: 'chat_history',
    vectorSize: 0,
    distance: 'cosine',
    indexedFields: [],
    hnsw: null,
  };
  const point = (n: number): Point => ({
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    vector: null,
    payload: { schema: 1, n },
  });
  const SECOND: PointMigration = {
    to: 2,
    run: (one) => ({ ...one, payload: { ...one.payload, schema: 2, doubled: Number(one.payload.n) * 2 } }),
  };
  let store: SqlitePointStore;
  let stored: Map<string, unknown>;

  beforeEach(async () => {
    store = new SqlitePointStore({ path: path.join(folder, 'points.db') });
    await store.ensureCollection(spec);
    await store.upsert(
      spec.name,
      Array.from({ length: 1_100 }, (_, n) => point(n)),
    );
    stored = new Map();
  });
  afterEach(() => store.close());

  const docs = {
    get: async (kind: string, key: string) => stored.get(`${kind}/${key}`) ?? null,
    put: async (kind: string, key: string, value: unknown) => void stored.set(`${kind}/${key}`, value),
  };
  const migrate = (migrations: PointMigration[], into = docs) =>
    migratePoints({ store, spec, docs: into, folder, migrations }, quietWork());
  const payload = async (n: number) => (await store.get(spec.name, [point(n).id]))[0]?.payload;
  const copies = () => readdirSync(folder).filter((name) => name.startsWith('rollback'));

  test('is brought along with a compared copy, once, and the copy goes with the next start', async () => {
    await migrate([]);
    expect(await payload(7)).toEqual({ schema: 1, n: 7 });
    await migrate([SECOND]);
    expect(await payload(7)).toEqual({ schema: 2, n: 7, doubled: 14 });
    expect(await store.count(spec.name)).toBe(1_100);
    const copy = new SqlitePointStore({ path: path.join(folder, 'rollback-chat_history-v1.db') });
    expect(await copy.count(spec.name)).toBe(1_100);
    await copy.close();
    await migrate([SECOND]);
    expect(copies()).toEqual([]);
  });

  test('that was killed after its switch is not brought along twice', async () => {
    const dying = { ...docs, put: () => Promise.reject(new Error('killed')) };
    await expect(migrate([SECOND], dying)).rejects.toThrow('killed');
    await migrate([SECOND]);
    expect(await payload(7)).toEqual({ schema: 2, n: 7, doubled: 14 });
  });

  test('is unchanged when a step fails, and refused when it is newer', async () => {
    const broken: PointMigration = {
      to: 2,
      run: (one) => {
        if (one.payload.n === 900) throw new Error('no');
        return one;
      },
    };
    await expect(migrate([broken])).rejects.toThrow('no');
    expect(await payload(7)).toEqual({ schema: 1, n: 7 });
    await migrate([SECOND]);
    await expect(migrate([])).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
  });
});
