/**
 * `npm test`: all set-up, then every check. `npm run test:unit` and its like run one part. The last line is
 * `N passed, N failed` over all parts: a tool that checks the whole tree counts as one.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureBuild, ensureDependencies } from './lib/dependencies.mjs';
import { ensureNode } from './lib/node.mjs';
import { capture, ROOT, run, SetupError, say } from './lib/run.mjs';
import { ensureTestParts } from './lib/testParts.mjs';

const REPORTS = join(ROOT, '.test');
const bin = (name) => join(ROOT, 'node_modules/.bin', name);

const PARTS = {
  format: { run: () => tool('format', bin('biome'), ['format', '.']) },
  lint: { run: () => tool('lint', bin('biome'), ['lint', '--error-on-warnings', '.']) },
  boundaries: { run: boundaries },
  types: { run: types },
  unit: { run: (node) => suite(node, 'unit') },
  contract: { run: (node) => suite(node, 'contract') },
  integration: { run: (node) => suite(node, 'integration'), parts: true },
  e2e: { run: (node) => suite(node, 'e2e'), parts: true, build: true },
};

async function main() {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in PARTS));
  if (unknown)
    throw new SetupError(`There is no part "${unknown}". Parts: ${Object.keys(PARTS).join(', ')}.`);
  const names = asked.length > 0 ? asked : Object.keys(PARTS);
  const node = await ensureNode();
  await ensureDependencies(node);
  if (names.some((name) => PARTS[name].parts)) await ensureTestParts();
  if (names.some((name) => PARTS[name].build)) await ensureBuild(node);
  mkdirSync(REPORTS, { recursive: true });

  const total = { passed: 0, failed: 0 };
  const failures = [];
  for (const name of names) {
    const started = Date.now();
    const { passed, failed, named = [] } = await PARTS[name].run(node);
    say(`${name}: ${passed} passed, ${failed} failed (${Math.round((Date.now() - started) / 1000)} s)`);
    total.passed += passed;
    total.failed += failed;
    failures.push(...named.map((failure) => `${name}: ${failure}`));
    if (failed > 0 && named.length === 0) failures.push(`${name}: see its output above`);
  }
  // Said once more at the end: of a long run, often only the last lines are kept.
  if (failures.length > 0) say(`\nWhat failed:\n${failures.join('\n')}`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

async function tool(name, command, args) {
  const { code, output } = await capture(command, args);
  if (code !== 0) say(`${name}:\n${output}`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** One tsconfig per side. */
async function types() {
  const total = { passed: 0, failed: 0 };
  for (const side of ['preload', 'electron', 'renderer', 'e2e']) {
    const result = await tool(`types of ${side}`, bin('tsc'), ['-p', side]);
    total.passed += result.passed;
    total.failed += result.failed;
  }
  return total;
}

/** Files that cross a boundary, each of which the linter must refuse: a rule that lets one pass guards nothing. */
const VIOLATIONS = {
  'electron/planted.ts': "import '../renderer/main.tsx';\n",
  'electron/scan/planted.ts': "import { app } from 'electron';\n\nexport const name = app.name;\n",
  'electron/storage/planted.ts':
    "import { QdrantClient } from '@qdrant/js-client-rest';\n\nexport const client = QdrantClient;\n",
  'renderer/planted.ts': "import '../electron/createApp.ts';\n",
  'renderer/components/planted.ts':
    "import { readFile } from 'node:fs/promises';\n\nexport const read = readFile;\n",
  'renderer/features/chat/planted.ts': "import '../explorer/ExplorerScreen.tsx';\n",
  'preload/contract/planted.ts': "import '../../electron/errors.ts';\n",
};

async function boundaries() {
  const total = { passed: 0, failed: 0 };
  for (const [path, text] of Object.entries(VIOLATIONS)) {
    const file = join(ROOT, path);
    writeFileSync(file, text);
    try {
      const { output } = await capture(bin('biome'), ['lint', '--vcs-enabled=false', path]);
      const refused = output.includes('noRestrictedImports');
      if (!refused) say(`boundaries: the linter let ${path} pass:\n${text}`);
      total[refused ? 'passed' : 'failed'] += 1;
    } finally {
      rmSync(file);
    }
  }
  return total;
}

async function suite(node, project) {
  const report = join(REPORTS, `${project}.json`);
  rmSync(report, { force: true });
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [
    vitest,
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const code = await run(node, args);
  return counts(report, code);
}

/** A run that died, or whose files could not be loaded, has failed even when every test it knew passed. */
function counts(report, code) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const brokenFiles = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    const failed = numFailedTests + brokenFiles;
    if (code !== 0 && failed === 0)
      return {
        passed: numPassedTests,
        failed: 1,
        named: [`every test passed, and the run still ended with ${code}: an error outside of the tests`],
      };
    return { passed: numPassedTests, failed, named: testResults.flatMap(failuresOf) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** One text for each failure: file, test, and the first lines of what it said. */
function failuresOf(file) {
  if (file.status !== 'failed') return [];
  const path = relative(ROOT, file.name);
  if (file.assertionResults.length === 0) return [`${path}: ${firstLines(file.message)}`];
  return file.assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `${path} > ${test.fullName}: ${firstLines(test.failureMessages.join('\n'))}`);
}

const firstLines = (text) => (text ?? '').split('\n').slice(0, 6).join('\n').slice(0, 800);

main().catch((error) => {
  say(error instanceof SetupError ? error.message : (error?.stack ?? String(error)));
  process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
});
