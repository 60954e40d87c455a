import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { newHome, removeHome } from './support/app.ts';

const ROOT = resolve(import.meta.dirname, '..');

test('the app ends with `npm start` when only npm is told to, and frees port and workspace', async () => {
  const home = await newHome();
  const flags = ['--headless', '--sample', '--no-open', '--port', '0', '--data', home];
  const npm = spawn('npm', ['start', '--', ...flags], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const output = createInterface({ input: npm.stdout });
  const closed = new Promise<void>((done) => npm.stdout.once('close', done));
  const address = await new Promise<string>((ready) =>
    output.on('line', (line) => {
      const found = /^CloudOps is ready: (\S+)$/.exec(line)?.[1];
      if (found) ready(found);
    }),
  );
  npm.kill('SIGTERM');
  // The app holds the other end of the pipe until its very end.
  await closed;
  await expect(fetch(address)).rejects.toThrow('fetch failed');
  await removeHome(home);
});
