import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { quietWork } from '../work.ts';
import { BEFORE_UPDATE } from './info.ts';
import { appDbVersion, asFirstVersion, localBackups, rollbacks } from './testing/earlierApp.ts';
import { fill, Machine } from './testing/machine.ts';

const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join(' ') } as const;
let laptop: Machine;
let before: Awaited<ReturnType<Machine['content']>>;

beforeEach(async () => {
  laptop = new Machine();
  await laptop.open();
  await laptop.service.keys.putSlot(slot);
  await fill(laptop, 200);
  before = { ...(await laptop.content()), history: [] };
  await laptop.service.shutdown();
  asFirstVersion(laptop.folder);
});
afterEach(() => laptop.dispose());

test('everything is saved as version 1 before the first write of a new format, said on the way and in the journal', async () => {
  const steps: string[] = [];
  const at: { step: string; version: number }[] = [];
  const step = (words: string) => {
    steps.push(words);
    at.push({ step: words, version: appDbVersion(laptop.folder) });
  };
  laptop.service = new Machine({ folder: laptop.folder }).service;
  await laptop.open(laptop.masterKey, { ...quietWork(), step });
  expect(steps).toEqual([
    'Saving a backup before the update: copying conversations',
    'Saving a backup before the update: copying settings and the journal',
    'Saving a backup before the update: copying resources',
    'Saving a backup before the update: reading back conversations',
    'Saving a backup before the update: reading back resources',
    'Saving a backup before the update: reading back settings and the journal',
    'Bringing the data to this version’s formats',
    'Opening the data',
  ]);
  expect(at.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1, 1, 1, 2]);
  expect(await laptop.content()).toEqual(before);
  const [made, ...more] = await localBackups(laptop);
  expect([made, more]).toMatchObject([{ version: 1, reason: BEFORE_UPDATE }, []]);
  const { resultId } = await laptop.service.journal.activity({ text: 'new formats' });
  expect(await laptop.service.journal.activityRows(resultId, 0, 10)).toHaveLength(1);
  // And it brings everything back elsewhere.
  const other = new Machine();
  await other.open();
  const takeover = { masterKey: 'backup' as const, slot: null };
  if (made) await other.restore(made, { secret: { secret: slot }, takeover }, laptop);
  expect(await other.content()).toEqual(before);
  await other.dispose();
});

test('later starts make no other; the copy of app.db stays for a week, and as long as that backup', async () => {
  await laptop.reopen();
  await laptop.reopen();
  expect(await localBackups(laptop)).toHaveLength(1);
  expect(rollbacks(laptop.folder)).toEqual(['app.db.v1.rollback']);
  const copy = path.join(laptop.folder, 'app.db.v1.rollback');
  const weekAgo = Date.now() / 1_000 - 8 * 24 * 3_600;
  utimesSync(copy, weekAgo, weekAgo);
  await laptop.backup();
  await laptop.reopen();
  expect(rollbacks(laptop.folder)).toHaveLength(1);
  // As retention does.
  const [made] = await localBackups(laptop);
  const manifest = `${made?.installId}/snapshots/manifest/manifest_${made?.backupId}.json`;
  rmSync(path.join(laptop.folder, 'snapshots', manifest));
  utimesSync(copy, Date.now() / 1_000, Date.now() / 1_000);
  await laptop.reopen();
  expect(rollbacks(laptop.folder)).toHaveLength(1);
  utimesSync(copy, weekAgo, weekAgo);
  await laptop.reopen();
  expect(rollbacks(laptop.folder)).toEqual([]);
  expect(await laptop.content()).toEqual(before);
});

test('a workspace that holds nothing yet is brought along without', async () => {
  const empty = new Machine();
  await empty.open();
  await empty.service.docs.delete('format', 'aws_estate');
  await empty.service.shutdown();
  asFirstVersion(empty.folder);
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(path.join(empty.folder, 'app.db'));
  db.exec('DELETE FROM docs');
  db.close();
  await empty.reopen();
  expect(await localBackups(empty)).toEqual([]);
  expect(appDbVersion(empty.folder)).toBe(2);
  await empty.dispose();
});

test('an engine that fails, or a backup that cannot be made, leaves the format as it was', async () => {
  const points = path.join(laptop.folder, 'data');
  renameSync(points, `${points}-gone`);
  await expect(laptop.reopen()).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
  // What stands in the documents can be read, for the ways out.
  expect(await laptop.service.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
  expect(appDbVersion(laptop.folder)).toBe(1);
  await laptop.service.shutdown();
  rmSync(points, { recursive: true, force: true });
  renameSync(`${points}-gone`, points);
  const snapshots = path.join(laptop.folder, 'snapshots');
  rmSync(snapshots, { recursive: true, force: true });
  writeFileSync(snapshots, 'in the way');
  await expect(laptop.reopen()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(appDbVersion(laptop.folder)).toBe(1);
  expect(rollbacks(laptop.folder)).toEqual([]);
  rmSync(snapshots);
  await laptop.reopen();
  expect(await laptop.content()).toEqual(before);
  expect(await localBackups(laptop)).toHaveLength(1);
});

const disk = mkdtempSync(path.join(tmpdir(), 'update-disk-'));
const mounted =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

test.runIf(mounted)(
  'on a disk without room for it the format is untouched, and the words say how much to free',
  async () => {
    const folder = path.join(disk, 'workspace');
    cpSync(laptop.folder, folder, { recursive: true });
    const ballast = path.join(disk, 'ballast');
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 400_000));
    const appDb = readFileSync(path.join(folder, 'app.db'));
    const machine = new Machine({ folder, masterKey: laptop.masterKey });
    const failure = await machine.open().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DISK_FULL' });
    expect(String(failure)).toMatch(/Nothing was changed\. Free at least \d+ MB and start again\./);
    expect(readFileSync(path.join(folder, 'app.db')).equals(appDb)).toBe(true);
    expect(await localBackups(machine)).toEqual([]);
    rmSync(ballast);
    await machine.reopen();
    expect(await machine.content()).toEqual(before);
    await machine.dispose();
  },
);

test.runIf(mounted)(
  'a disk that becomes full over app.db leaves no backup behind that the next start would make again',
  async () => {
    const folder = path.join(disk, 'other');
    cpSync(laptop.folder, folder, { recursive: true });
    const ballast = path.join(disk, 'ballast');
    const machine = new Machine({ folder, masterKey: laptop.masterKey });
    const step = (words: string) => {
      if (words.startsWith('Bringing')) spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k']);
    };
    const opened = machine.open(laptop.masterKey, { ...quietWork(), step });
    await expect(opened).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await localBackups(machine)).toEqual([]);
    expect(appDbVersion(folder)).toBe(1);
    rmSync(ballast);
    await machine.reopen();
    expect(await machine.content()).toEqual(before);
    expect(await localBackups(machine)).toHaveLength(1);
    await machine.dispose();
  },
);
