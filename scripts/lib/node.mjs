import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture, run, SetupError, say, TOOLS } from './run.mjs';

/** The app needs node:sqlite and type stripping; the machine's own Node may be older. */
export const NODE_VERSION = '24.21.0';

/**
 * npm's own script, so that the pinned Node can run it: `npm start` names it in the environment; started
 * without npm, the `npm` on PATH is a link or a neighbour of it.
 */
function npmScript() {
  const { npm_execpath: named, PATH = '' } = process.env;
  const onPath = PATH.split(delimiter)
    .map((folder) => join(folder, 'npm'))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path));
  const beside = [...onPath, process.execPath].map((path) =>
    join(path, '../node_modules/npm/bin/npm-cli.js'),
  );
  const found = [named, ...onPath, ...beside].find(
    (path) => path?.endsWith('npm-cli.js') && existsSync(path),
  );
  if (!found) throw new SetupError('npm was not found. Install Node with npm, then start again.');
  return found;
}

/** Runs npm under the given Node, with that Node first on PATH. */
export function npm(node, args) {
  const env = { ...process.env, PATH: `${join(node, '..')}${delimiter}${process.env.PATH ?? ''}` };
  return run(node, [npmScript(), ...args], { env });
}

/**
 * The pinned Node from its per-platform npm package, kept apart in `.tools/`: `npm ci` would delete a Node
 * that lay in node_modules while it runs. Resolves with its path.
 */
export async function ensureNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(TOOLS, 'node_modules', name, 'bin');
  const node = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) {
    const { output } = await capture(node, ['--version']);
    if (output.trim() === `v${NODE_VERSION}`) return node;
  }
  say(`Getting Node ${NODE_VERSION} into .tools (once, some 50 MB)…`);
  const install = [
    'install',
    '--prefix',
    TOOLS,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${name}@${NODE_VERSION}`,
  ];
  const code = await npm(process.execPath, install);
  if (code !== 0 || !existsSync(node)) {
    throw new SetupError(
      `Node ${NODE_VERSION} for ${process.platform} ${process.arch} could not be fetched from the npm registry. Check the network or the registry setting, then start again.`,
    );
  }
  return node;
}
