import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, ROOT, readJson, run, SetupError, say, TOOLS } from './run.mjs';

/** Debian packages whose programs the tests run for real. */
const PROGRAMS = [
  { program: 'chromium', package: 'chromium' },
  { program: 'gnome-keyring-daemon', package: 'gnome-keyring' },
  { program: 'dbus-run-session', package: 'dbus' },
  { program: 'python3', package: 'python3' },
];
const PYTHON = join(TOOLS, 'python/bin/python3');
const REQUIREMENTS = join(ROOT, 'e2e/support/requirements.txt');

/** Chromium, the keyring and moto: installs what is missing where it may, else names the one command. */
export async function ensureTestParts() {
  await ensureDebianPackages();
  await ensureMoto();
}

async function ensureDebianPackages() {
  const missing = [];
  for (const { program, package: name } of PROGRAMS) {
    if ((await capture('sh', ['-c', `command -v ${program}`])).code !== 0) missing.push(name);
  }
  if (!(await hasVenv())) missing.push('python3-venv');
  if (missing.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || (await capture('sh', ['-c', 'command -v apt-get'])).code !== 0) {
    throw new SetupError(
      `The tests need ${missing.join(', ')}. Install them once, then run npm test again:\n  sudo ${install}`,
    );
  }
  say(`Installing ${missing.join(', ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  if ((await run('sh', ['-c', install], { env, stdio: ['ignore', 'ignore', 2] })) !== 0) {
    throw new SetupError(`${missing.join(', ')} could not be installed with: ${install}`);
  }
}

async function hasVenv() {
  return (await capture('python3', ['-c', 'import venv, ensurepip'])).code === 0;
}

/** moto in a private Python environment with pinned versions. */
async function ensureMoto() {
  const stamp = join(TOOLS, 'python/requirements');
  const wanted = await capture('cat', [REQUIREMENTS]);
  if (existsSync(PYTHON) && readJson(stamp, null) === wanted.output) return;
  say('Installing moto into .tools/python…');
  const created = await run('python3', ['-m', 'venv', '--clear', join(TOOLS, 'python')]);
  const installed =
    created === 0
      ? await run(PYTHON, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', REQUIREMENTS])
      : 1;
  if (installed !== 0)
    throw new SetupError(
      'moto could not be installed from PyPI. Check the network, then run npm test again.',
    );
  writeFileSync(stamp, JSON.stringify(wanted.output));
}
