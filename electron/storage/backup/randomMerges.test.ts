import { expect, test, vi } from 'vitest';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { RandomInstalls } from './testing/randomInstalls.ts';

vi.setConfig({ testTimeout: 600_000 });
const recovery = recoveryGroups(Buffer.alloc(32, 9)).join('');
const FIRST = Number(process.env.SEED ?? 1);
const ROUNDS = Number(process.env.ROUNDS ?? 4);

test.each(Array.from({ length: ROUNDS }, (_, n) => FIRST + n))('seed %i', async (seed) => {
  const installs = new RandomInstalls({
    seed,
    installs: 2 + (seed % 2),
    steps: 40,
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
