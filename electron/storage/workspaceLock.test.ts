import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WorkspaceLock } from './workspaceLock.ts';

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lock-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** Another process that holds the workspace. */
async function holder(): Promise<ChildProcess> {
  const source = `
    import { WorkspaceLock } from ${JSON.stringify(new URL('./workspaceLock.ts', import.meta.url).href)};
    globalThis.lock = WorkspaceLock.acquire(${JSON.stringify(folder)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no stdout');
  await once(child.stdout, 'data');
  return child;
}

test('a second process is refused and told who holds the workspace', async () => {
  const { pid } = await holder();
  expect(() => WorkspaceLock.acquire(folder)).toThrow(
    expect.objectContaining({
      code: 'WORKSPACE_IN_USE',
      message: expect.stringContaining(`process ${pid} on `),
    }),
  );
});

test('a holder killed without warning leaves no lock behind', async () => {
  const held = await holder();
  held.kill('SIGKILL');
  await once(held, 'exit');
  WorkspaceLock.acquire(folder).release();
});

test('a workspace can be taken again after it was released, and not while it is held', () => {
  const first = WorkspaceLock.acquire(folder);
  expect(() => WorkspaceLock.acquire(folder)).toThrow('already open');
  first.release();
  first.release();
  WorkspaceLock.acquire(folder).release();
});

test('two workspaces do not block each other', () => {
  const first = WorkspaceLock.acquire(path.join(folder, 'a'));
  const second = WorkspaceLock.acquire(path.join(folder, 'b'));
  first.release();
  second.release();
});

test.skipIf(process.platform === 'win32')(
  'the lock files are closed to others, and making them so keeps the lock',
  async () => {
    await holder();
    for (const name of ['lock.db', 'lock.json']) {
      expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0);
    }
    expect(() => WorkspaceLock.acquire(folder)).toThrow('already open');
  },
);
