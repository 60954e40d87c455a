import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './node.mjs';
import { ROOT, run, SetupError, say, TOOLS } from './run.mjs';

const STAMP = join(TOOLS, 'installed');
const BUILD_STAMP = join(ROOT, 'out/.built');

/** Installs the locked dependencies when the lock changed since the last time. */
export async function ensureDependencies(node) {
  const lock = createHash('sha256');
  for (const file of ['package-lock.json', 'package.json', 'packages/keytar/package.json'])
    lock.update(readFileSync(join(ROOT, file)));
  const wanted = lock.digest('hex');
  if (existsSync(join(ROOT, 'node_modules')) && read(STAMP) === wanted) return;
  say('Installing the locked dependencies…');
  // No package that is used needs its install script; one that a dependency brings along must not run.
  const code = await npm(node, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0)
    throw new SetupError(
      'The dependencies could not be installed. Check the network or the registry setting, then start again.',
    );
  mkdirSync(TOOLS, { recursive: true });
  writeFileSync(STAMP, wanted);
}

/** Builds main side, preload and screens when a source is newer than the last build. */
export async function ensureBuild(node) {
  const wanted = sourcesKey();
  if (read(BUILD_STAMP) === wanted) return;
  say('Building the app…');
  const tool = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js');
  const code = await run(node, [tool, 'build', '--logLevel', 'warn'], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (code !== 0) throw new SetupError('The app could not be built; the messages above say where.');
  writeFileSync(BUILD_STAMP, wanted);
}

/** Names, sizes and times of all that is built: a stat per file costs some 10 ms, hashing contents ten times that. */
function sourcesKey() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(join(ROOT, path));
    hash.update(`${path}|${size}|${mtimeMs}\n`);
  };
  for (const folder of ['electron', 'preload', 'renderer', 'packages']) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && !entry.parentPath.includes('node_modules'))
        add(join(entry.parentPath, entry.name).slice(ROOT.length + 1));
    }
  }
  for (const file of ['package.json', 'package-lock.json', 'electron.vite.config.ts', 'tsconfig.base.json'])
    add(file);
  return hash.digest('hex');
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
