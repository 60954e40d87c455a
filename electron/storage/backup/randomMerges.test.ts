import { expect, test, vi } from 'vitest';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { RandomInstalls } from './testing/randomInstalls.ts';

vi.setConfig({ testTimeout: 600_000 });
const recovery = recoveryGroups(Buffer.alloc(32, 9)).join('');
/** More of them by hand: `SEED=100 ROUNDS=200 vitest run --project unit electron/storage/backup/randomMerges`. */
const FIRST = Number(process.env.SEED ?? 3);
const ROUNDS = Number(process.env.ROUNDS ?? 2);

test.each(Array.from({ length: ROUNDS }, (_, n) => FIRST + n))('seed %i', async (seed) => {
  const installs = new RandomInstalls({
    seed,
    installs: 2 + (seed % 2),
    steps: 30,
    recovery,
    removals: seed % 2 === 0,
  });
  try {
    await installs.run();
  } catch (error) {
    expect.soft(installs.log.join('\n')).toBe('');
    throw error;
  } finally {
    await installs.dispose();
  }
});
