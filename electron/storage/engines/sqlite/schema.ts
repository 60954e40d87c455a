import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type Migration, migrateDatabase, refuseNewerDatabase } from '../../migrations.ts';
import type { CollectionSpec, IndexFieldType, Payload } from '../../PointStore.ts';
import { matches } from '../matches.ts';

/** The format of the file, step by step; the tables of a collection come and go with it. */
const MIGRATIONS: readonly Migration[] = [
  {
    to: 1,
    run: (db) =>
      db.exec(`
        CREATE TABLE IF NOT EXISTS generation (
          physical TEXT PRIMARY KEY, name TEXT NOT NULL, n INTEGER NOT NULL, spec TEXT NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS alias (
          name TEXT PRIMARY KEY, physical TEXT NOT NULL REFERENCES generation (physical)
        ) STRICT;`),
  },
];

type IndexedField = CollectionSpec['indexedFields'][number];

/** One stored generation of a collection: the table `physical` and its array elements. */
export interface Generation {
  physical: string;
  name: string;
  n: number;
  spec: CollectionSpec;
}

/** Opens or creates the file; everything committed survives kill -9 and power loss. */
export function openDatabase(path: string): DatabaseSync {
  // Created here because SQLite would make it readable by all; its -wal and -shm files follow its mode.
  closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    refuseNewerDatabase(db, path, MIGRATIONS);
    // Only a new file takes this: it lets a replaced collection give its space back.
    db.exec('PRAGMA auto_vacuum=INCREMENTAL');
    // fullfsync: on macOS a plain fsync leaves data in the drive's cache; elsewhere it does nothing.
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA fullfsync=1;');
    migrateDatabase(db, path, MIGRATIONS);
    // For filters on fields without an index.
    db.function('payload_matches', { deterministic: true }, (payload, condition) =>
      matches(JSON.parse(String(payload)) as Payload, JSON.parse(String(condition))) ? 1 : 0,
    );
    dropUnreferenced(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What a replacement left that never reached its switch, or the drop after it. */
function dropUnreferenced(db: DatabaseSync): void {
  const rows = db
    .prepare('SELECT physical FROM generation WHERE physical NOT IN (SELECT physical FROM alias)')
    .all();
  for (const row of rows) dropGeneration(db, String(row.physical));
}

export function dropGeneration(db: DatabaseSync, physical: string): void {
  transaction(db, () => {
    db.exec(`DROP TABLE IF EXISTS "${physical}_element"; DROP TABLE IF EXISTS "${physical}"`);
    db.prepare('DELETE FROM generation WHERE physical = ?').run(physical);
  });
  db.exec('PRAGMA incremental_vacuum');
}

export function generations(db: DatabaseSync): Generation[] {
  return db
    .prepare('SELECT g.physical, g.name, g.n, g.spec FROM alias a JOIN generation g USING (physical)')
    .all()
    .map((row) => ({
      physical: String(row.physical),
      name: String(row.name),
      n: Number(row.n),
      spec: JSON.parse(String(row.spec)) as CollectionSpec,
    }));
}

/** Call inside a transaction. The generation is not visible under its name until `pointAlias`. */
export function createGeneration(db: DatabaseSync, spec: CollectionSpec, n: number): Generation {
  const physical = `${spec.name}__${n}`;
  db.exec(`
    CREATE TABLE "${physical}" (
      n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, payload TEXT NOT NULL, vector BLOB
    ) STRICT;
    CREATE TABLE "${physical}_element" (
      n INTEGER NOT NULL REFERENCES "${physical}" (n) ON DELETE CASCADE,
      field TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (n, field, value)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX "${physical}_element_value" ON "${physical}_element" (field, value);`);
  const generation = { physical, name: spec.name, n, spec: { ...spec, indexedFields: [] } };
  db.prepare('INSERT INTO generation VALUES (?, ?, ?, ?)').run(
    physical,
    spec.name,
    n,
    JSON.stringify(generation.spec),
  );
  return addIndexes(db, generation, spec);
}

export function pointAlias(db: DatabaseSync, { name, physical }: Generation): void {
  db.prepare('INSERT OR REPLACE INTO alias VALUES (?, ?)').run(name, physical);
}

/** Adds the indexes that `spec` asks for and the generation lacks; fills them from the points present. */
export function addIndexes(db: DatabaseSync, generation: Generation, spec: CollectionSpec): Generation {
  const { physical } = generation;
  const present = generation.spec.indexedFields;
  const missing = spec.indexedFields.filter(
    (field) => !present.some(({ name, type }) => name === field.name && type === field.type),
  );
  for (const field of missing) {
    db.exec(
      `ALTER TABLE "${physical}" ADD COLUMN "${columnName(field)}" ${columnDefinition(field.name, field.type)}`,
    );
  }
  for (const field of missing) {
    const column = columnName(field);
    db.exec(`
      CREATE INDEX "${physical}_${column}" ON "${physical}" (${indexedColumns(field, spec)});`);
    if (field.type !== 'keyword') continue;
    db.prepare(
      `INSERT OR IGNORE INTO "${physical}_element" (n, field, value)
       SELECT p.n, ?, e.value FROM "${physical}" p, json_each(p.payload, ?) e
       WHERE json_type(p.payload, ?) = 'array'`,
    ).run(field.name, `$.${field.name}`, `$.${field.name}`);
  }
  if (missing.length === 0) return generation;
  const merged = { ...spec, indexedFields: [...present, ...missing] };
  db.prepare('UPDATE generation SET spec = ? WHERE physical = ?').run(JSON.stringify(merged), physical);
  return { ...generation, spec: merged };
}

/**
 * A keyword index carries the first integer field, so that "the newest of this conversation" is read
 * off one index instead of sorting the whole conversation.
 */
function indexedColumns(field: IndexedField, spec: CollectionSpec): string {
  const order = field.type === 'keyword' && spec.indexedFields.find(({ type }) => type === 'integer');
  const columns = order ? [columnName(field), columnName(order)] : [columnName(field)];
  return [...columns, 'id'].map((column) => `"${column}"`).join(', ');
}

export function columnName({ name, type }: IndexedField): string {
  return `${type}_${name}`;
}

/** A value of another type than the index's is not in the index, as in Qdrant. */
function columnDefinition(field: string, type: IndexFieldType): string {
  const [sqlType, jsonTypes] = {
    keyword: ['TEXT', "'text'"],
    integer: ['INTEGER', "'integer'"],
    float: ['REAL', "'integer', 'real'"],
    bool: ['INTEGER', "'true', 'false'"],
  }[type];
  const path = `'$.${field}'`;
  return `${sqlType} AS (CASE WHEN json_type(payload, ${path}) IN (${jsonTypes}) THEN payload ->> ${path} END) VIRTUAL`;
}

export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite rolls back by itself on some errors, a full disk among them.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
