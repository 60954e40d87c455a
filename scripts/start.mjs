/**
 * `npm start`: gets what is missing, builds what changed, starts the app. Plain JavaScript without
 * dependencies, for whatever Node (18 or later) the machine has. Every step is skipped when up to date.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureElectron, ensureQdrant } from './lib/binaries.mjs';
import { ensureBuild, ensureDependencies } from './lib/dependencies.mjs';
import { ensureNode } from './lib/node.mjs';
import { ROOT, SetupError, say } from './lib/run.mjs';

const flags = process.argv.slice(2);
const WINDOW_FAILED_MS = 5_000;
const PARENT = process.ppid;
const PARENT_CHECK_MS = 250;

async function main() {
  const node = await ensureNode();
  await ensureDependencies(node);
  if (!(await ensureQdrant()))
    say('Without Qdrant’s program the app keeps its data in the built-in SQLite engine.');
  const electron = wantsWindow() ? await ensureElectron(node) : null;
  if (wantsWindow() && !electron)
    say('Without Electron the app opens in your browser instead of a window of its own.');
  await ensureBuild(node);
  if (electron) {
    const started = Date.now();
    const code = await runApp(electron, [ROOT, ...flags]);
    if (code === 0 || Date.now() - started > WINDOW_FAILED_MS) process.exit(code);
    say('Electron did not start here (its messages are above); the app opens in your browser instead.');
  }
  process.exit(await runApp(node, [join(ROOT, 'out/main/headless.js'), ...flags]));
}

/** A window needs a display, and Electron keeps its sandbox on, which it cannot as root on Linux. */
function wantsWindow() {
  if (flags.includes('--headless')) return false;
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY) && process.getuid?.() !== 0;
}

/**
 * Runs the app to its end, passing on the signals that ask it to stop cleanly. A signal to npm alone reaches
 * only the shell between npm and this process, which dies of it and passes nothing on: the app must not
 * outlive it, holding the port and the workspace.
 */
function runApp(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    if (process.env.npm_lifecycle_event && process.platform !== 'win32') {
      const watch = () => process.ppid !== PARENT && child.kill('SIGTERM');
      setInterval(watch, PARENT_CHECK_MS).unref();
    }
    child.on('error', (error) => {
      say(error.message);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

main().catch((error) => {
  say(error instanceof SetupError ? error.message : (error?.stack ?? String(error)));
  process.exit(1);
});
