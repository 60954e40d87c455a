import { describe, expect, test } from 'vitest';
import { qdrantBinaryUnderTest } from '../../electron/storage/engines/contract/engines.ts';
import { ENGINES, Fixtures } from './fixtures.ts';
import { Takeovers } from './kills.ts';

const seed = Number(process.env.CLOUDOPS_SEED ?? 20_261_201);
/** `CLOUDOPS_TAKEOVER_KILLS=500 npm run test:integration -- e2e/formats/killed` for a long run. */
const kills = Number(process.env.CLOUDOPS_TAKEOVER_KILLS ?? 10);

describe.each(ENGINES)('a workspace of 0.1.0 on %s', (engine) => {
  test(`${kills} kills while it is taken over lose nothing, double nothing and send nothing again (seed ${seed})`, {
    timeout: 120_000 + kills * 6_000,
  }, async () => {
    const told: string[] = [];
    const qdrantBinary = engine === 'qdrant' ? qdrantBinaryUnderTest() : null;
    const run = { engine, kills, seed, qdrantBinary, say: (text: string) => void told.push(text) };
    const outcome = await new Takeovers(new Fixtures('0.1.0'), run).run();
    expect(outcome.problems, told.join('\n')).toEqual([]);
    expect(outcome.kills).toBeGreaterThanOrEqual(kills);
  });
});
