import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../errors.ts';
import { JobRunner } from '../../jobs/jobs.ts';
import { resource } from '../fixtures/resource.ts';
import { StorageConfig } from '../storageConfig.ts';
import { StorageService } from '../storageService.ts';
import { KeyRotation } from './keyRotation.ts';

vi.setConfig({ testTimeout: 60_000 });

const masterKey = randomBytes(32);
let folder: string;
let service: StorageService;
let jobs: JobRunner;
let rotation: KeyRotation;
let backups: string[];
let backup: () => Promise<void>;

/** As a new process over the same folder. */
async function boot(): Promise<void> {
  service = new StorageService({ emit: () => undefined });
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' } });
  await service.open({ config, folder, masterKey: Buffer.from(masterKey), qdrantBinary: null });
  jobs = new JobRunner({ emit: () => undefined, report: () => undefined });
  const { keys, docs, journal } = service;
  rotation = new KeyRotation({
    keys,
    docs,
    journal,
    jobs,
    info: async () => ({ ...(await keys.info()), recoveryPostponed: false }),
    safetyBackup: async (reason) => {
      backups.push(reason);
      await backup();
    },
    whileStill: (work) => work(),
    emit: () => undefined,
  });
}
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'key-rotation-'));
  backups = [];
  backup = async () => undefined;
  await boot();
  await service.estate.bulkUpsert(
    Array.from({ length: 600 }, (_, n) => resource(`db-${n}`)),
    '2026-11-21T10:00:00.000Z',
  );
});
afterEach(async () => {
  rotation.stop();
  await jobs.stop();
  await service.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

const left = async () => (await service.keys.info()).toReencrypt;
const titles = async () => {
  const { resultId, total } = await service.journal.activity({ text: '' });
  return (await service.journal.activityRows(resultId, 0, total)).map(({ title }) => title);
};
const recordKeys = async () =>
  (await service.keys.info()).dataKeys.filter(({ purpose }) => purpose === 'records').length;

test('all records are sealed anew after a backup; the result and the journal say how many', async () => {
  const { job } = await rotation.rotate(true, 'window');
  if (job === null) throw new Error('no job');
  const ended = await jobs.settled(job.jobId);
  expect(ended).toMatchObject({ state: 'done' });
  expect(ended.result).toMatch(/^60\d records were sealed under the new key\. None is left/);
  expect(backups).toEqual(['before sealing all records anew']);
  expect(await titles()).toContain(ended.result);
  expect(await titles()).toContain('The data key for records was changed.');
  // What the job itself wrote is new.
  expect(await left()).toBe(0);
});

test('later and then all at once: one new key, not two', async () => {
  expect(await rotation.rotate(false, 'window')).toMatchObject({ job: null });
  expect(await left()).toBeGreaterThanOrEqual(600);
  const { job } = await rotation.rotate(true, 'window');
  await jobs.settled(job?.jobId ?? '');
  expect(await recordKeys()).toBe(2);
  expect(await left()).toBe(0);
});

test('without its backup nothing is rewritten', async () => {
  backup = async () => {
    throw new AppError('DISK_FULL', 'No room for the backup.');
  };
  const { job } = await rotation.rotate(true, 'window');
  expect(await jobs.settled(job?.jobId ?? '')).toMatchObject({
    state: 'failed',
    error: { code: 'DISK_FULL' },
  });
  expect(await left()).toBeGreaterThanOrEqual(600);
  const rebuild = await rotation.rebuildIndexKey('window');
  expect(await jobs.settled(rebuild.jobId)).toMatchObject({ state: 'failed' });
});

test.each([
  ['the app ended', true],
  ['the person cancelled', false],
])('when %s in the middle, the next start goes on: %s', async (_, goesOn) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  backup = () => promise;
  const { job } = await rotation.rotate(true, 'window');
  if (goesOn) rotation.stop();
  jobs.cancel(job?.jobId ?? '');
  resolve();
  await jobs.settled(job?.jobId ?? '');
  expect(await left()).toBeGreaterThanOrEqual(600);
  await service.shutdown();
  await boot();
  await rotation.resume();
  const running = jobs.current();
  expect(running !== null).toBe(goesOn);
  if (running !== null) {
    await jobs.settled(running.jobId);
    expect(await left()).toBe(0);
  }
});

test('the index key is not changed while a change in AWS is followed', async () => {
  const unfinished = vi.spyOn(service.journal, 'unfinished');
  unfinished.mockResolvedValueOnce([{} as never]);
  await expect(rotation.rebuildIndexKey('window')).rejects.toThrow(/still being followed/);
  const job = await rotation.rebuildIndexKey('window');
  expect(await jobs.settled(job.jobId)).toMatchObject({
    state: 'done',
    result: 'The index key was changed: 600 resources have new ids and tokens.',
  });
});
