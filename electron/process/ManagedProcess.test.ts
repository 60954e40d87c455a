import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import type { ManagedProcess, ManagedProcessOptions } from './ManagedProcess.ts';
import { isAlive } from './processTable.ts';
import { startedPids, testProcess, untilState } from './testing/testProcess.ts';

let folder: string;
let managed: ManagedProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudops-process-'));
});
afterEach(async () => {
  await managed?.stop();
  for (const pid of startedPids(folder)) expect(isAlive(pid), 'a child was left running').toBe(false);
  await rm(folder, { recursive: true, force: true });
});

function create(mode: string, overrides: Partial<ManagedProcessOptions> = {}): ManagedProcess {
  managed = testProcess(folder, mode, overrides);
  return managed;
}

it('starts one child for many concurrent starts', async () => {
  const child = create('serve');
  expect(child.status().state).toBe('stopped');
  await Promise.all([child.start(), child.start(), child.start()]);
  await child.start();
  expect(child.status()).toEqual({ state: 'ready', message: '' });
  expect(startedPids(folder)).toEqual([child.pid]);
});

it('gives the child the environment it was told and nothing of ours', async () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'not for children';
  try {
    await create('serve').start();
  } finally {
    delete process.env.AWS_SECRET_ACCESS_KEY;
  }
  const environment = JSON.parse(readFileSync(join(folder, 'environment'), 'utf8')) as Record<string, string>;
  expect(environment.TOLD).toBe('yes');
  expect(environment).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
  expect(environment).not.toHaveProperty('PATH');
});

it('restarts a child that was killed, and callers can wait for it', async () => {
  const child = create('serve');
  await child.start();
  const first = child.pid ?? 0;
  const restarting = untilState(child, 'restarting');
  process.kill(first, 'SIGKILL');
  await restarting;
  await child.whenReady();
  expect(child.status().state).toBe('ready');
  expect(startedPids(folder)).toEqual([first, child.pid]);
});

it('gives up when the budget of restarts is spent, says why, and can be started again', async () => {
  const child = create('die');
  const failed = { code: 'ENGINE_FAILED', message: 'The test child ended while starting (exit code 3).' };
  await expect(child.start()).rejects.toMatchObject(failed);
  expect(child.status()).toEqual({ state: 'failed', message: failed.message });
  expect(startedPids(folder)).toHaveLength(3);
  expect(child.log).toBe('boom: the cellar is flooded\n');
  await expect(child.whenReady()).rejects.toMatchObject(failed);
  await expect(child.start()).rejects.toMatchObject(failed);
  expect(startedPids(folder)).toHaveLength(6);
});

it('gives up when a ready child keeps ending', async () => {
  const child = create('serve');
  await child.start();
  const failed = untilState(child, 'failed');
  for (let kills = 0; kills < 3; kills++) {
    const left = untilState(child, kills < 2 ? 'restarting' : 'failed');
    process.kill(child.pid ?? 0, 'SIGKILL');
    await left;
    if (kills < 2) await child.whenReady();
  }
  await failed;
  expect(child.status().message).toContain('keeps ending');
});

it('does not try again what no further try can cure', async () => {
  const reason = new AppError('WORKSPACE_IN_USE', 'The cellar belongs to someone else.');
  const child = create('die', { explainExit: (log) => (log.includes('flooded') ? reason : undefined) });
  await expect(child.start()).rejects.toBe(reason);
  expect(startedPids(folder)).toHaveLength(1);
});

it('tries a lost race for a port again', async () => {
  const child = create('die-first', {
    explainExit: () => 'retry',
    restarts: { limit: 1, windowMs: 60_000, firstDelayMs: 3_600_000, maxDelayMs: 3_600_000 },
  });
  await child.start();
  expect(startedPids(folder)).toHaveLength(2);
});

it('ends a child that never answers', async () => {
  const child = create('mute', {
    readyWithinMs: 100,
    restarts: { limit: 0, windowMs: 1, firstDelayMs: 1, maxDelayMs: 1 },
  });
  await expect(child.start()).rejects.toMatchObject({
    message: 'The test child did not answer within 0.1 seconds.',
  });
  expect(child.pid).toBeUndefined();
});

it('fails with the reason when the program is not there', async () => {
  const child = create('serve', {
    prepare: async () => ({ exe: '/nonexistent/program', args: [], env: {} }),
  });
  await expect(child.start()).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: expect.stringContaining('ENOENT'),
  });
});

it('fails with the reason when the start could not be prepared', async () => {
  const reason = new AppError('FORMAT_NEWER', 'The data is newer.');
  const child = create('serve', { prepare: () => Promise.reject(reason) });
  await expect(child.start()).rejects.toBe(reason);
  expect(child.status()).toEqual({ state: 'failed', message: 'The data is newer.' });
});

it('kills a child that ignores the stop signal', async () => {
  const child = create('stubborn');
  await child.start();
  const pid = child.pid ?? 0;
  await child.stop();
  expect(isAlive(pid)).toBe(false);
  expect(child.status().state).toBe('stopped');
  await expect(child.whenReady()).rejects.toMatchObject({ code: 'NOT_READY' });
});

it('stops a start under way, and starts again afterwards', async () => {
  const child = create('mute');
  const start = expect(child.start()).rejects.toMatchObject({ code: 'NOT_READY' });
  await child.stop();
  await start;
  expect(child.status().state).toBe('stopped');
  const other = create('serve');
  await other.start();
  const stopping = other.stop();
  await other.start();
  await stopping;
  expect(other.status().state).toBe('ready');
});
