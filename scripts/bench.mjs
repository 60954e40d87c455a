/** `npm run bench`: set-up as for the tests, then one table. Flags after `--`: `--json FILE`, `--quick`. */
import { join } from 'node:path';
import { ensureBuild, ensureDependencies } from './lib/dependencies.mjs';
import { ensureNode } from './lib/node.mjs';
import { ROOT, run, SetupError, say } from './lib/run.mjs';
import { ensureTestParts } from './lib/testParts.mjs';

async function main() {
  const node = await ensureNode();
  await ensureDependencies(node);
  await ensureTestParts();
  await ensureBuild(node);
  process.exit(await run(node, [join(ROOT, 'bench/run.ts'), ...process.argv.slice(2)], { stdio: 'inherit' }));
}

main().catch((error) => {
  say(error instanceof SetupError ? error.message : (error?.stack ?? String(error)));
  process.exit(1);
});
