import { describe, expect, test } from 'vitest';
import { qdrantUnderTest } from '../../electron/storage/engines/contract/engines.ts';
import type { Engine } from './protocol.ts';
import { Torture } from './torture.ts';

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
