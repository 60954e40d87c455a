import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endOrphan, writePidRecord } from './orphans.ts';
import { findProcess, isAlive } from './processTable.ts';
import { PARENT, startedPids, testProcess } from './testing/testProcess.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudops-orphan-'));
});
afterEach(async () => {
  for (const pid of startedPids(folder)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** An app of its own that runs a child on the folder. */
async function startParent(mode: string) {
  const parent = spawn(process.execPath, [PARENT, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => parent.once('exit', resolve));
  for await (const line of createInterface({ input: parent.stdout })) {
    const kill = async (signal: 'SIGKILL' | 'SIGTERM') => {
      parent.kill(signal);
      await exited;
    };
    return { childPid: Number(line), kill };
  }
  throw new Error('the parent did not start');
}

it.each(['serve', 'stubborn'])('ends the %s child of a killed app and takes its place', async (mode) => {
  const parent = await startParent(mode);
  await parent.kill('SIGKILL');
  expect(isAlive(parent.childPid)).toBe(true);
  const next = testProcess(folder, 'serve');
  await next.start();
  expect(await findProcess(parent.childPid)).toBeNull();
  expect(next.status().state).toBe('ready');
  await next.stop();
  expect(existsSync(join(folder, 'child.pid'))).toBe(false);
});

it('leaves the child of an app that still runs alone, and says so', async () => {
  const parent = await startParent('serve');
  const second = testProcess(folder, 'serve');
  await expect(second.start()).rejects.toMatchObject({ code: 'WORKSPACE_IN_USE' });
  await second.stop();
  expect(isAlive(parent.childPid)).toBe(true);
  expect(existsSync(join(folder, 'child.pid')), 'the record of the other app').toBe(true);
  await parent.kill('SIGKILL');
});

it('kills no stranger that got the recorded id', async () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const pid = stranger.pid ?? 0;
  const file = join(folder, 'child.pid');
  try {
    for (const record of [
      { exe: process.execPath, folder },
      { exe: '/opt/other/program', folder: tmpdir() },
    ]) {
      writePidRecord(file, { pid, parent: 1, ...record });
      await endOrphan(file, { stopSignal: 'SIGTERM', stopWithinMs: 100 });
      expect(isAlive(pid)).toBe(true);
      expect(existsSync(file)).toBe(false);
    }
  } finally {
    stranger.kill('SIGKILL');
  }
});

it('takes a torn record, or one of a process that is gone, for none', async () => {
  const file = join(folder, 'child.pid');
  for (const text of [
    '',
    '{"pid":',
    'null',
    '{"pid":1}',
    '{"pid":4194304,"parent":1,"exe":"/x","folder":"/y"}',
  ]) {
    await writeFile(file, text);
    await endOrphan(file, { stopSignal: 'SIGTERM', stopWithinMs: 100 });
  }
});
