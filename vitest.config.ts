import { defineConfig } from 'vitest/config';

/** One project per suite; `scripts/test.mjs` runs them in this order and adds up the counts. */
const suite = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, environment: 'node' as const, ...extra },
});

export default defineConfig({
  test: {
    projects: [
      // Deriving a key from a passphrase takes a second by design, several on a busy machine.
      suite('unit', ['{electron,preload,renderer,scripts,packages,bench}/**/*.test.{ts,tsx}'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      suite('contract', ['{electron,preload,e2e}/**/*.contract.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      suite('integration', ['{electron,e2e,packages}/**/*.integration.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
      suite('e2e', ['e2e/**/*.e2e.ts'], {
        testTimeout: 180_000,
        hookTimeout: 180_000,
        fileParallelism: false,
      }),
    ],
  },
});
