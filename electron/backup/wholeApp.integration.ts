import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BACKUP_PARTS, type Secret } from '../../preload/contract/models.ts';
import { JobRunner } from '../jobs/jobs.ts';
import { LocalBackupEngine } from '../storage/backup/backupEngine.ts';
import { fill, Machine } from '../storage/backup/testing/machine.ts';
import { keySourceOf } from '../storage/keys/masterKey.ts';
import { recoveryGroups } from '../storage/keys/recoveryText.ts';
import { BackupService } from './backupService.ts';
import { Places } from './places.ts';
import { RestoreService } from './restoreService.ts';
import { S3Bench } from './testing/s3Bench.ts';

let bench: S3Bench;
beforeAll(async () => {
  bench = await S3Bench.start();
});
afterAll(() => bench.stop());

/** A workspace of real storage with everything around its backups. */
async function app(machine: Machine) {
  let { installId } = await machine.open();
  const env = { MASTER: machine.masterKey.toString('base64') };
  const noKeychain = {
    getPassword: () => Promise.reject(new Error('not here')),
    setPassword: () => Promise.reject(new Error('not here')),
    deletePassword: () => Promise.reject(new Error('not here')),
    findPassword: () => Promise.reject(new Error('not here')),
    findCredentials: () => Promise.reject(new Error('not here')),
  };
  const source = keySourceOf('env:MASTER', { folder: machine.folder, env, keychain: noKeychain });
  const engine = new LocalBackupEngine({
    backup: machine.service.backup,
    appVersion: '1.0.0',
    keySource: () => source,
    onReopened: async (report) => {
      installId = report.installId;
    },
  });
  const jobs = new JobRunner({ emit: () => undefined, report: () => undefined });
  const { folder } = machine;
  const places = new Places({
    snapshots: join(folder, 'snapshots'),
    temp: join(folder, 'temp'),
    clients: bench.clients,
  });
  const service = new BackupService({
    engine,
    jobs,
    places,
    // A restore opens the storage anew; the data worker's client keeps its face meanwhile.
    docs: {
      get: (kind, key) => machine.service.docs.get(kind, key),
      put: (kind, key, value) => machine.service.docs.put(kind, key, value),
    },
    emit: () => undefined,
    shell: { saveLarge: () => Promise.reject(new Error('not here')) },
    slots: async () => [],
    installId: () => installId,
  });
  const restore = new RestoreService({
    engine,
    jobs,
    places,
    whileStill: (work) => work(),
    onRestored: () => undefined,
  });
  return { jobs, service, restore, installId: () => installId };
}

it('a lost machine comes back from the bucket with nothing but the recovery key', async () => {
  const bucket = await bench.bucket();
  const lost = new Machine();
  const before = await app(lost);
  await fill(lost);
  const text = recoveryGroups(randomBytes(32)).join('-');
  await lost.service.keys.putSlot({ kind: 'recovery', text });
  const s3 = { bucket: bucket.name, region: 'us-east-1', profile: 'backup', endpoint: null, kmsKeyId: null };
  await before.service.configure({ s3 });
  const made = await before.jobs.settled(before.service.create().jobId);
  expect(made).toMatchObject({ state: 'done', error: null });
  const proved = await before.jobs.settled((await before.service.prove(made.backupId ?? '', 's3')).jobId);
  expect(proved).toMatchObject({ state: 'done', error: null });
  const content = await lost.content();
  const installId = before.installId();
  await lost.dispose();

  const fresh = new Machine();
  const after = await app(fresh);
  const source = {
    kind: 's3' as const,
    bucket: bucket.name,
    region: 'us-east-1',
    endpoint: bench.url,
    access: { ...bench.key, sessionToken: null },
  };
  const { installs } = await after.restore.discover(source);
  expect(installs.map((one) => one.installId)).toEqual([installId]);
  const which = { installId, backupId: made.backupId ?? '' };
  const wrong: Secret = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join('-') };
  await expect(after.restore.open(source, which, wrong)).rejects.toMatchObject({ code: 'KEY_WRONG' });
  const secret: Secret = { kind: 'recovery', text };
  await after.restore.open(source, which, secret);
  const job = await after.restore.run({ ...which, source, secret, mode: 'replace', parts: BACKUP_PARTS });
  expect(await after.jobs.settled(job.jobId)).toMatchObject({ state: 'done', error: null });
  expect(await fresh.content()).toEqual(content);
  expect(after.installId()).toBe(installId);
  // It goes on as that install: the same prefix, the settings of its backups included.
  const { backups, settings } = await after.service.overview();
  expect(settings.s3?.bucket).toBe(bucket.name);
  expect(backups.some(({ place, backupId }) => place === 's3' && backupId === made.backupId)).toBe(true);
  await fresh.dispose();
});
