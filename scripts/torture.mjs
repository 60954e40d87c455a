/**
 * `npm run torture -- --kills N --seed S [--engine sqlite|qdrant]`: set-up as for the tests, then the kills. A run that
 * found something names a trace; `--replay FILE` does the same again, in the same order. With `--takeover` the kills
 * meet folders of earlier versions while they are taken over.
 */
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureNode } from './lib/node.mjs';
import { ROOT, run, SetupError, say } from './lib/run.mjs';
import { ensureTestParts } from './lib/testParts.mjs';

async function main() {
  const node = await ensureNode();
  await ensureDependencies(node);
  await ensureTestParts();
  process.exit(
    await run(node, [join(ROOT, 'e2e/torture/run.ts'), ...process.argv.slice(2)], { stdio: 'inherit' }),
  );
}

main().catch((error) => {
  say(error instanceof SetupError ? error.message : (error?.stack ?? String(error)));
  process.exit(1);
});
