import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshSpec } from '../contract/engines.ts';
import { batches, idOf, point, range } from '../contract/fixtures.ts';
import { SqlitePointStore } from './SqlitePointStore.ts';
import { sqliteFailure } from './sqliteErrors.ts';

/** What only this engine can get wrong; what both promise is in PointStore.contract.ts. */
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudops-sqlite-'));
  path = join(folder, 'points.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('refuses a file of a newer version and leaves it as it is', async () => {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99; CREATE TABLE future (x)');
  db.close();
  const before = readFileSync(path);
  expect(() => new SqlitePointStore({ path })).toThrow(
    expect.objectContaining({ code: 'FORMAT_NEWER', message: expect.stringContaining('99') }),
  );
  expect(readFileSync(path).equals(before)).toBe(true);
});

it('names a file that is no database, and a folder that is not there', () => {
  writeFileSync(path, 'x'.repeat(8_192));
  expect(() => new SqlitePointStore({ path })).toThrow(
    expect.objectContaining({ code: 'ENGINE_FAILED', message: expect.stringContaining('damaged') }),
  );
  expect(() => new SqlitePointStore({ path: join(folder, 'none/points.db') })).toThrow(
    expect.objectContaining({ code: 'ENGINE_FAILED' }),
  );
});

it.skipIf(process.platform === 'win32')('lets nobody else read the files', async () => {
  const store = new SqlitePointStore({ path });
  await store.ensureCollection(freshSpec());
  for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o077, file).toBe(0);
  await store.close();
});

it('fails as a whole on a damaged page, refuses each call with the reason, and recovers by retry', async () => {
  const spec = freshSpec();
  const first = new SqlitePointStore({ path });
  await first.ensureCollection(spec);
  await first.upsert(
    spec.name,
    range(200).map((n) => point(n, { sealed: 'x'.repeat(500) })),
  );
  await first.close();
  copyFileSync(path, `${path}.good`);
  const bytes = readFileSync(path);
  bytes.fill(0xff, 8 * 4_096);
  writeFileSync(path, bytes);

  const store = new SqlitePointStore({ path });
  const states: string[] = [];
  store.onStatus(() => states.push(store.status().state));
  const damaged = { code: 'ENGINE_FAILED', message: expect.stringContaining('damaged') };
  await expect(store.get(spec.name, range(200).map(idOf))).rejects.toMatchObject(damaged);
  expect(store.status()).toMatchObject({ state: 'failed', message: expect.stringContaining('damaged') });
  await expect(store.upsert(spec.name, [point(1)])).rejects.toMatchObject(damaged);
  copyFileSync(`${path}.good`, path);
  await store.retry();
  expect(await store.count(spec.name)).toBe(200);
  await store.close();
  expect(states).toEqual(['failed', 'ready', 'stopped']);
});

it('knows a full disk from other failures', () => {
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE t (x); PRAGMA max_page_count = 3');
  let thrown: unknown;
  try {
    db.exec(`INSERT INTO t VALUES ('${'x'.repeat(50_000)}')`);
  } catch (error) {
    thrown = error;
  }
  db.close();
  expect(sqliteFailure(thrown, path)).toMatchObject({ error: { code: 'DISK_FULL' }, fatal: false });
});

it('removes what a replacement left that never reached its switch', async () => {
  const spec = freshSpec();
  const first = new SqlitePointStore({ path });
  await first.ensureCollection(spec);
  await first.close();
  const db = new DatabaseSync(path);
  const side = `${spec.name}__2`;
  db.exec(`CREATE TABLE "${side}" (n INTEGER PRIMARY KEY); CREATE TABLE "${side}_element" (n);
    INSERT INTO generation VALUES ('${side}', '${spec.name}', 2, '{}')`);
  db.close();
  await new SqlitePointStore({ path }).close();
  const after = new DatabaseSync(path, { readOnly: true });
  const tables = after.prepare('SELECT name FROM sqlite_schema WHERE name LIKE ?').all(`${side}%`);
  after.close();
  expect(tables).toEqual([]);
});

it('gives the space of replaced data back to the disk', async () => {
  const spec = freshSpec();
  const store = new SqlitePointStore({ path });
  await store.ensureCollection(spec);
  const sealed = 'x'.repeat(2_000);
  await store.upsert(
    spec.name,
    range(1_000).map((n) => point(n, { sealed })),
  );
  await store.replaceCollection(spec, batches([point(1)]));
  await store.close();
  expect(statSync(path).size).toBeLessThan(200_000);
});

it('reads the newest of a conversation off one index, without sorting all of it', async () => {
  const spec = freshSpec({ vectorSize: 0, hnsw: null });
  const store = new SqlitePointStore({ path });
  await store.ensureCollection(spec);
  await store.upsert(
    spec.name,
    range(1_500).map((n) => point(n, { kind: `c${n % 30}`, rank: n })),
  );
  await store.close();
  const db = new DatabaseSync(path, { readOnly: true });
  const plan = db
    .prepare(
      `EXPLAIN QUERY PLAN SELECT n FROM "${spec.name}__1" WHERE keyword_kind = ? AND integer_rank <= ?
       ORDER BY integer_rank DESC, id LIMIT 100`,
    )
    .all('c1', 1_000)
    .map(({ detail }) => String(detail));
  db.close();
  expect(plan[0]).toMatch(/SEARCH .* \(keyword_kind=\? AND integer_rank<\?\)/);
  expect(plan.join()).not.toContain('FOR ORDER BY');
});
