import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEngineRecord, writeEngineRecord } from '../engineRecord.ts';
import { SqlitePointStore } from '../engines/sqlite/SqlitePointStore.ts';
import type { CollectionSpec, Point, PointStore } from '../PointStore.ts';
import { cancelled, quietWork, type Work } from '../work.ts';
import { EngineMove } from './engineMove.ts';
import { SwitchingStore } from './SwitchingStore.ts';

/** The other engine is a second SQLite file here; real ones are moved between in `engineMove.contract.ts`. */
let folder: string;
let store: SwitchingStore;
let journal: string[];
const spec = (name: string, vectorSize: number): CollectionSpec => ({
  name,
  vectorSize,
  distance: 'cosine',
  indexedFields: [{ name: 'kind', type: 'keyword' }],
  hnsw: null,
});
const specs = [spec('chat_history', 0), spec('aws_estate', 3)];
const point = (n: number, vectorSize: number): Point => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  vector: vectorSize > 0 && n % 3 > 0 ? Float32Array.from([n, 1, 2]) : null,
  payload: { kind: 'a', n, list: ['x', String(n)] },
});
const COUNT = 1_201;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'move-'));
  mkdirSync(path.join(folder, 'data'));
  journal = [];
  store = new SwitchingStore(new SqlitePointStore({ path: path.join(folder, 'data/points.db') }));
  await writeEngineRecord(folder, { place: { kind: 'sqlite' }, filled: true, leftover: null });
  for (const one of specs) {
    await store.ensureCollection(one);
    const points = Array.from({ length: COUNT }, (_, n) => point(n, one.vectorSize));
    await store.upsert(one.name, points);
  }
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function openOther(): PointStore {
  mkdirSync(path.join(folder, 'data/qdrant'), { recursive: true });
  return new SqlitePointStore({ path: path.join(folder, 'data/qdrant/other.db') });
}
function mover(open: () => PointStore = openOther): EngineMove {
  const means = { folder, qdrantBinary: '/bin/true', qdrantApiKey: null };
  return new EngineMove({
    store,
    place: { kind: 'sqlite' },
    means,
    specs,
    journal: {
      append: async (body) => {
        if (body.kind === 'maintenance') journal.push(body.title);
        return { seq: 1, at: '', execution: null };
      },
    },
    open: async () => open(),
  });
}
const toQdrant = { to: { kind: 'qdrant' as const }, by: 'window' };
const counts = () => Promise.all(specs.map(({ name }) => store.count(name)));
/** Nothing of the attempt is left and everything is where it was. */
async function expectUnmoved(): Promise<void> {
  expect(await readEngineRecord(folder)).toEqual({ place: { kind: 'sqlite' }, filled: true, leftover: null });
  expect(existsSync(path.join(folder, 'data/qdrant'))).toBe(false);
  expect(await counts()).toEqual([COUNT, COUNT]);
  await store.upsert('chat_history', [point(9_999, 0)]);
  expect(journal).toEqual([]);
}

test('a move copies and compares every point, switches the record and removes the old files', async () => {
  const moved = await mover().run(toQdrant, quietWork());
  expect(moved.points).toEqual({ chat_history: COUNT, aws_estate: COUNT });
  expect(await readEngineRecord(folder)).toEqual({ place: { kind: 'qdrant' }, filled: true, leftover: null });
  expect(existsSync(path.join(folder, 'data/points.db'))).toBe(false);
  expect(await counts()).toEqual([COUNT, COUNT]);
  const [found] = await store.get('aws_estate', [point(7, 3).id], { withVector: true });
  expect(found?.vector).toHaveLength(3);
  expect(journal).toEqual(['Data moved to the bundled Qdrant: 2402 records copied and compared']);
});

test('a write during the move waits and lands in the new engine', async () => {
  const moving = mover();
  let late: Promise<void> | undefined;
  const work: Work = {
    ...quietWork(),
    step: (words) => {
      if (words.startsWith('Copying')) late ??= store.upsert('chat_history', [point(5_000, 0)]);
    },
  };
  await moving.run(toQdrant, work);
  await late;
  expect(await counts()).toEqual([COUNT + 1, COUNT]);
});

test.each([1, 2, 3, 4, 5])(
  'a cancel at step %i leaves the engine in use and nothing of the copy',
  async (at) => {
    const abort = new AbortController();
    let steps = 0;
    const step = () => {
      steps += 1;
      if (steps === at) abort.abort(cancelled());
    };
    const running = mover().run(toQdrant, { ...quietWork(), signal: abort.signal, step });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expectUnmoved();
  },
);

test.each([
  ['loses a point', (points: Point[]) => points.slice(1)],
  ['changes a payload', ([first, ...rest]: Point[]) => [{ ...first, payload: { n: -1 } } as Point, ...rest]],
  ['drops a vector', (points: Point[]) => points.map((one) => ({ ...one, vector: null }))],
])('an engine that %s is found out before the switch', async (_what, spoil) => {
  const spoiling = () => {
    const other = openOther();
    const replace = other.replaceCollection.bind(other);
    other.replaceCollection = (one, batches) =>
      replace(
        one,
        (async function* () {
          for await (const points of batches) yield spoil(points);
        })(),
      );
    return other;
  };
  await expect(mover(spoiling).run(toQdrant, quietWork())).rejects.toThrow(/differs from the original/);
  await expectUnmoved();
});

test('the place that is in use, and one without its program, are refused before anything starts', async () => {
  const same = mover().run({ to: { kind: 'sqlite' }, by: 'window' }, quietWork());
  await expect(same).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  const plain = { to: { kind: 'remote' as const, url: 'http://10.0.0.8:6333', apiKey: 'k' }, by: 'window' };
  await expect(mover().run(plain, quietWork())).rejects.toThrow(/Use https/);
  await expectUnmoved();
});

test('a record that older versions can read stays in their format', async () => {
  const text = () => JSON.parse(readFileSync(path.join(folder, 'engine.json'), 'utf8')) as object;
  expect(text()).toEqual({ schema: 1, engine: 'sqlite', filled: true });
  const remote = { kind: 'remote' as const, url: 'https://q.example:6333', prefix: 'cloudops_1_' };
  await writeEngineRecord(folder, { place: remote, filled: true, leftover: { kind: 'sqlite' } });
  expect(text()).toMatchObject({ schema: 2, engine: 'remote' });
  expect(await readEngineRecord(folder)).toEqual({
    place: remote,
    filled: true,
    leftover: { kind: 'sqlite' },
  });
});
