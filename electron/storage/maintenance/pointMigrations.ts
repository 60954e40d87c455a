import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { DocsApi } from '../api.ts';
import { SqlitePointStore } from '../engines/sqlite/SqlitePointStore.ts';
import { newer } from '../migrations.ts';
import type { CollectionSpec, Point, PointStore } from '../PointStore.ts';
import type { Work } from '../work.ts';
import { compareCollection, copyCollection, pagesById } from './copyCollection.ts';

/** The kind of the documents that hold a collection's format version; key = the collection. Absent = 1. */
const KIND = 'format';
const FIRST = 1;

/** One step of a collection's format: what a point of the version before becomes. */
export interface PointMigration {
  to: number;
  run(point: Point): Point;
}

/** The formats of the collections by name, step by step; both are still at their first. */
export const POINT_MIGRATIONS: Readonly<Record<string, readonly PointMigration[]>> = {};

interface Parts {
  store: PointStore;
  spec: CollectionSpec;
  docs: Pick<DocsApi, 'get' | 'put'>;
  /** The workspace's folder. */
  folder: string;
  migrations: readonly PointMigration[];
}

/**
 * Brings a collection to its newest format, whichever engine keeps it: a rollback copy in a SQLite file of its
 * own, compared point by point; the new points aside; one switch. A point's own `schema` says whether it has been
 * brought along already, so that a run that was killed is done again. At opening, before anyone writes.
 * Throws FORMAT_NEWER for a collection of a newer app.
 */
export async function migratePoints(parts: Parts, work: Work): Promise<void> {
  const { store, spec, docs, migrations } = parts;
  const newest = migrations.at(-1)?.to ?? FIRST;
  const from = z
    .number()
    .int()
    .catch(FIRST)
    .parse(await docs.get(KIND, spec.name));
  if (from > newest) throw newer(`The collection ${spec.name}`, from, newest);
  const copy = path.join(parts.folder, `rollback-${spec.name}-v${from}.db`);
  if (from === newest) {
    for (const { to } of migrations) await removeCopy(parts.folder, spec.name, to - 1);
    return;
  }
  const total = await store.count(spec.name);
  if (total > 0) {
    if (!existsSync(copy)) await keepCopy(store, spec, copy, work);
    work.step(`Bringing ${spec.name} to this version's format`, total, 'records');
    await store.replaceCollection(spec, migrated(parts, work));
  }
  await docs.put(KIND, spec.name, newest);
}

async function* migrated({ store, spec, migrations }: Parts, work: Work): AsyncGenerator<Point[]> {
  let done = 0;
  for await (const points of pagesById(store, spec.name)) {
    work.signal.throwIfAborted();
    yield points.map((point) =>
      migrations.reduce((one, { to, run }) => (Number(one.payload.schema) < to ? run(one) : one), point),
    );
    done += points.length;
    work.progress(done);
  }
}

async function keepCopy(store: PointStore, spec: CollectionSpec, file: string, work: Work): Promise<void> {
  const temporary = `${file}.tmp`;
  await removeDatabase(temporary);
  const copy = new SqlitePointStore({ path: temporary });
  try {
    await copyCollection(store, copy, spec, work);
    await compareCollection(store, copy, spec, work);
  } finally {
    await copy.close();
  }
  await rename(temporary, file);
}

async function removeCopy(folder: string, name: string, version: number): Promise<void> {
  const file = path.join(folder, `rollback-${name}-v${version}.db`);
  await removeDatabase(file);
  await removeDatabase(`${file}.tmp`);
}

async function removeDatabase(file: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true });
}
