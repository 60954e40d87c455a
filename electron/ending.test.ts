import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { endInOrder } from './ending.ts';
import { createLog } from './log.ts';

const never = () => new Promise<never>(() => undefined);

it('ends every part in its order, whatever the others do, and says which did not', async () => {
  const ended: string[] = [];
  const lines: string[] = [];
  const log = createLog('warn', { write: (line: string) => void lines.push(line) });
  const part = (name: string, end: () => unknown = () => undefined) => ({
    name,
    end: () => {
      ended.push(name);
      return end();
    },
    withinMs: 20,
  });
  const left = await endInOrder(
    [
      part('throws', () => {
        throw new Error('secret words');
      }),
      [part('rejects', () => Promise.reject(new Error('no'))), part('hangs', never), part('fine')],
      part('last'),
    ],
    log,
  );
  expect(ended).toEqual(['throws', 'rejects', 'hangs', 'fine', 'last']);
  expect(left).toEqual(['throws', 'rejects', 'hangs']);
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toContain('secret words');
});

it.runIf(process.platform !== 'win32').each([
  ['a file that does not answer', `await Promise.race([readFile(fifo), new Promise(setImmediate)]);`],
  [
    'a worker that reads one',
    `new Worker("require('fs').readFileSync(process.argv[1])", {eval:true, argv:[fifo]});`,
  ],
])('a process with %s ends with its code', async (_what, hang) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'ending-'));
  const fifo = path.join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const script = `
    import { readFile } from 'node:fs/promises';
    import { Worker } from 'node:worker_threads';
    import { endProcess } from ${JSON.stringify(new URL('./ending.ts', import.meta.url).href)};
    const fifo = ${JSON.stringify(fifo)};
    ${hang}
    process.stdout.write('hanging', () => endProcess(7, ['storage']));`;
  const args = ['--input-type=module', '-e', script];
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; out: string }>();
  execFile(process.execPath, args, { timeout: 30_000, killSignal: 'SIGKILL' }, (error, out, errors) =>
    resolve({ code: error?.code ?? error?.signal, out: out + errors }),
  );
  expect(await promise).toEqual({ code: 7, out: 'hanging' });
  await rm(folder, { recursive: true });
});

it.skipIf(process.platform === 'win32')(
  'what hangs leaves no program behind that the app has started',
  async () => {
    const script = `
    import { spawn } from 'node:child_process';
    import { endProcess } from ${JSON.stringify(new URL('./ending.ts', import.meta.url).href)};
    const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    process.stdout.write(String(child.pid), () => endProcess(0, ['storage']));`;
    const child = await new Promise<number>((resolve) =>
      execFile(process.execPath, ['--input-type=module', '-e', script], (_error, out) =>
        resolve(Number(out)),
      ),
    );
    expect(child).toBeGreaterThan(0);
    await expect.poll(() => isAlive(child), { timeout: 50_000 }).toBe(false);
  },
);

/** One that has ended and that nobody has asked about yet (there may be no init in a container) is not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
