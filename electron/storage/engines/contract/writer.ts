import type { CollectionSpec, Point } from '../../PointStore.ts';
import { type EngineUnderTest, openEngine } from './engines.ts';
import { point, range } from './fixtures.ts';

/** The process that `durability.ts` kills: it prints one line for each write that was acknowledged. */
const { under, folder, spec, task } = JSON.parse(process.argv[2] ?? '') as {
  under: EngineUnderTest;
  folder: string;
  spec: CollectionSpec;
  task: 'append' | 'replace';
};
const store = await openEngine(under, folder);
await store.ensureCollection(spec);

if (task === 'append') {
  for (let n = 0; ; n++) {
    await store.upsert(spec.name, [point(n, { kind: 'a', rank: n })]);
    process.stdout.write(`${n}\n`);
  }
}
await store.upsert(
  spec.name,
  range(100).map((n) => point(n, { kind: 'old' })),
);
await store.replaceCollection(spec, endless());

async function* endless(): AsyncGenerator<Point[]> {
  for (let n = 0; ; n++) {
    yield [point(n, { kind: 'new' })];
    process.stdout.write(`${n}\n`);
  }
}
