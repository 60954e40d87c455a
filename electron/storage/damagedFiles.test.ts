import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { describeWorkspace } from '../workspaces.ts';
import { fill, Machine } from './backup/testing/machine.ts';
import { MasterKeys } from './keys/masterKeys.ts';
import { WorkspaceLock } from './workspaceLock.ts';

/** Not the machine's: the key lies in a file here. */
const keychain = {
  getPassword: () => Promise.reject(new Error('no keychain')),
  setPassword: () => Promise.reject(new Error('no keychain')),
  deletePassword: () => Promise.reject(new Error('no keychain')),
};
let root: string;
let pristine: string;
let content: Awaited<ReturnType<Machine['content']>>;
let entries: number;

/** As the app starts: settings, lock, key, storage. Returns everything a person would notice. */
async function start(folder: string) {
  try {
    return await open(folder);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'INTERNAL') throw error;
    return { refused: error.message };
  }
}

async function open(folder: string) {
  const config = { root: path.dirname(folder), aws: {}, engine: null, keySource: null };
  const { storage } = await describeWorkspace('default', config as never);
  const lock = await WorkspaceLock.acquire(folder);
  const keys = new MasterKeys({ folder, encryption: storage.encryption, env: {}, keychain });
  const machine = new Machine({ folder });
  try {
    const loaded = await keys.load();
    if (loaded.state !== 'ok') return { refused: loaded.message };
    await machine.open(loaded.key);
    const health = await machine.service.health();
    const { entries, brokenAt } = await machine.service.journal.verify();
    return { content: await machine.content(), entries, brokenAt, warnings: health.warnings };
  } finally {
    await machine.service.shutdown();
    lock.release();
  }
}

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'damaged-'));
  pristine = path.join(root, 'pristine/default');
  mkdirSync(pristine, { recursive: true });
  writeFileSync(
    path.join(pristine, 'config.json'),
    '{"qdrant":{"mode":"auto"},"encryption":{"key_source":"file:master.key"}}',
  );
  expect(await start(pristine)).toMatchObject({ brokenAt: null });
  const keys = new MasterKeys({
    folder: pristine,
    encryption: { enabled: true, key_source: 'file:master.key' },
    env: {},
    keychain,
  });
  const loaded = await keys.load();
  const machine = new Machine({ folder: pristine });
  await machine.open(loaded.state === 'ok' ? loaded.key : Buffer.alloc(0));
  await fill(machine);
  await machine.backup();
  content = await machine.content();
  entries = (await machine.service.journal.verify()).entries;
  await machine.service.shutdown();
  writeFileSync(path.join(pristine, 'lock.json'), '{"pid":1,"host":"h","since":"2026-11-20T10:00:00.000Z"}');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DAMAGES: Record<string, (file: string) => void> = {
  'is empty': (file) => truncateSync(file, 0),
  'is cut after its first byte': (file) => truncateSync(file, 1),
  'is cut in its first part': (file) => truncateSync(file, Math.min(statSync(file).size - 1, 4_096)),
  'is cut in the middle': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'lacks its end': (file) => truncateSync(file, statSync(file).size - 1),
  'has become a folder': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
  'is gone': (file) => rmSync(file),
};
const FILES = [
  ...['config.json', 'install.json', 'keyring.json', 'engine.json', 'master.key'],
  ...['app.db', 'data/points.db', 'lock.db', 'lock.json'],
];
describe.each(FILES)('%s', (name) => {
  test.each(Object.keys(DAMAGES))('%s', async (how) => {
    const folder = path.join(root, `${name} ${how}`.replaceAll(/\W/g, '-'), 'default');
    cpSync(pristine, folder, { recursive: true });
    const file = path.join(folder, name);
    if (statSync(file).size > 0 || !/cut|end/.test(how)) DAMAGES[how]?.(file);
    const found = await start(folder);
    if ('refused' in found) {
      expect(found.refused).toContain(path.basename(name));
      expect(found.refused).toMatch(/[Pp]ut it back|[Mm]ove it away|[Rr]ebuild|[Rr]estore|[Mm]end it/);
    } else {
      // What is in it can be had elsewhere, or is only for show.
      expect(found).toEqual({ content, entries, brokenAt: null, warnings: [] });
    }
    // The way it says leads back: with the file put back everything is there.
    rmSync(file, { recursive: true, force: true });
    cpSync(path.join(pristine, name), file);
    expect(await start(folder)).toMatchObject({ content, brokenAt: null });
  });
});

test('every file of a workspace is among them, or is a backup that proves itself', () => {
  const all = readdirSync(pristine, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(pristine, path.join(entry.parentPath, entry.name)));
  expect(all.filter((name) => !name.startsWith('snapshots/')).sort()).toEqual([...FILES].sort());
});

test('a folder of the workspace that has become a file is named', async () => {
  for (const name of ['data', 'restore', 'snapshots']) {
    const folder = path.join(root, `file-${name}`, 'default');
    cpSync(pristine, folder, { recursive: true });
    rmSync(path.join(folder, name), { recursive: true, force: true });
    writeFileSync(path.join(folder, name), '');
    const found = await start(folder);
    if (name !== 'snapshots') expect(found).toMatchObject({ refused: expect.stringContaining(name) });
    rmSync(path.join(folder, name));
    if (existsSync(path.join(pristine, name)))
      cpSync(path.join(pristine, name), path.join(folder, name), { recursive: true });
    expect(await start(folder)).toMatchObject({ content });
  }
});
