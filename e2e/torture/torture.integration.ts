import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { qdrantUnderTest } from '../../electron/storage/engines/contract/engines.ts';
import type { Engine } from './protocol.ts';
import { Torture } from './torture.ts';
import { Trace } from './trace.ts';

/** The same seed makes the same choices; which of them a kill meets depends on the machine as well. */
const SEED = Number(process.env.CLOUDOPS_SEED ?? 20_261_121);
const under = qdrantUnderTest();
const binary = under !== null && 'binary' in under ? under.binary : null;
const runs: { engine: Engine; kills: number; qdrantBinary: string | null }[] = [
  { engine: 'sqlite', kills: binary === null ? 100 : 80, qdrantBinary: null },
  ...(binary === null ? [] : [{ engine: 'qdrant' as const, kills: 20, qdrantBinary: binary }]),
];

describe.each(runs)('killed with -9 in the middle of everything on $engine', (run) => {
  test(`${run.kills} kills lose nothing that was confirmed, and mix nothing (seed ${SEED})`, {
    timeout: 900_000,
  }, async () => {
    const told: string[] = [];
    const say = (text: string) => void told.push(text);
    const { problems, kills } = await new Torture({ ...run, seed: SEED, say }).run();
    expect(problems, told.join('\n')).toEqual([]);
    expect(kills).toBe(run.kills);
  });
});

test('a replay does again what a run did: the same calls in the same order, dead after the same effect', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torture-trace-'));
  const file = (name: string) => join(folder, name);
  const run = { engine: 'sqlite', kills: 6, qdrantBinary: null, seed: 5, say: () => undefined } as const;
  try {
    const first = await new Torture({ ...run, traceFile: file('first') }).run();
    const recorded = Trace.read(file('first'));
    const second = await new Torture({ ...run, replay: recorded, traceFile: file('second') }).run();
    expect(second.problems).toEqual(first.problems);
    const { processes } = Trace.read(file('second'));
    expect(processes).toHaveLength(recorded.processes.length);
    let another = false;
    for (const [at, was] of recorded.processes.entries()) {
      const { turns = [], effects = [] } = processes[at] ?? {};
      // Never in another order, however far it comes.
      expect(turns).toEqual(was.turns.slice(0, turns.length));
      // Of several writers at once the disk decides whose effect comes first; from there on the data may be another.
      const several = was.turns.some(([lane]) => lane > 0);
      another ||= several && `${turns} ${effects}` !== `${was.turns} ${was.effects}`;
      if (!another) expect([turns.length, effects.length]).toEqual([was.turns.length, was.effects.length]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
