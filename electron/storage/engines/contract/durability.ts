import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type EngineUnderTest, freshSpec, openEngine, withFolder } from './engines.ts';
import { batches, idOf, point, range } from './fixtures.ts';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));

export function describeDurability(under: EngineUnderTest): void {
  it('has everything after close and reopen', () =>
    withFolder(async (folder) => {
      const spec = freshSpec();
      const first = await openEngine(under, folder);
      await first.ensureCollection(spec);
      await first.upsert(
        spec.name,
        range(20).map((n) => point(n, { rank: n, tags: ['t'] }, [1, n, 0, 0])),
      );
      await first.replaceCollection(
        spec,
        batches(range(30).map((n) => point(n, { rank: n, tags: ['t'] }, [1, n, 0, 0]))),
      );
      await first.delete(spec.name, { ids: [idOf(0)] });
      await first.close();
      await expect(first.count(spec.name)).rejects.toMatchObject({ code: 'NOT_READY' });
      const second = await openEngine(under, folder);
      try {
        await second.ensureCollection(spec);
        expect(await second.count(spec.name, { must: [{ key: 'tags', match: 't' }] })).toBe(29);
        const [nearest] = await second.query(spec.name, { vector: Float32Array.of(1, 1, 0, 0), limit: 1 });
        expect(nearest?.id).toBe(idOf(1));
      } finally {
        await second.close();
      }
    }));

  it('loses no acknowledged write when its process is killed in the middle of more', () =>
    withFolder(async (folder) => {
      const spec = freshSpec();
      const acknowledged = await runUntilKilled(under, folder, spec, 'append', 60);
      const store = await openEngine(under, folder);
      try {
        const found = await store.get(
          spec.name,
          acknowledged.map((n) => idOf(Number(n))),
        );
        expect(found).toHaveLength(acknowledged.length);
      } finally {
        await store.close();
      }
    }));

  it('keeps the old points when its process is killed in the middle of a replacement', () =>
    withFolder(async (folder) => {
      const spec = freshSpec();
      await runUntilKilled(under, folder, spec, 'replace', 3);
      const store = await openEngine(under, folder);
      try {
        expect(await store.count(spec.name, { must: [{ key: 'kind', match: 'old' }] })).toBe(100);
        expect(await store.count(spec.name)).toBe(100);
        await store.replaceCollection(spec, batches([point(1, { kind: 'new' })]));
        expect(await store.count(spec.name)).toBe(1);
      } finally {
        await store.close();
      }
    }));
}

/** Starts a process that owns the store, waits for `lines` acknowledgements, and kills it with SIGKILL. */
async function runUntilKilled(
  under: EngineUnderTest,
  folder: string,
  spec: object,
  task: 'append' | 'replace',
  lines: number,
): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, JSON.stringify({ under, folder, spec, task })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === lines) child.kill('SIGKILL');
  }
  await exited;
  expect(acknowledged.length).toBeGreaterThanOrEqual(lines);
  return acknowledged;
}
