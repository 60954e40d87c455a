import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fill, Machine } from './backup/testing/machine.ts';
import { MasterKeys } from './keys/masterKeys.ts';
import { quietWork } from './work.ts';
import { WorkspaceLock } from './workspaceLock.ts';

const before = process.umask();
let root: string;
afterEach(() => {
  process.umask(before);
  rmSync(root, { recursive: true, force: true });
});

const mayBeRead = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name): [string, number] => [name, statSync(path.join(folder, name)).mode & 0o777])
    .filter(([name, mode]) => mode !== (statSync(path.join(folder, name)).isDirectory() ? 0o700 : 0o600))
    .map(([name, mode]) => `${name} ${mode.toString(8)}`);

test.runIf(process.platform !== 'win32').each([0o000, 0o022, 0o077])(
  'under umask %o every file of a workspace is its owner’s alone, at every stage of its work',
  async (mask) => {
    root = mkdtempSync(path.join(tmpdir(), 'private-'));
    process.umask(mask);
    const folder = path.join(root, 'home/default');
    const lock = WorkspaceLock.acquire(folder);
    expect(readdirSync(folder)).toContain('lock.db');
    expect(mayBeRead(path.join(root, 'home'))).toEqual([]);
    const keychain = { getPassword: no, setPassword: no, deletePassword: no };
    const encryption = { enabled: true, key_source: 'keychain' };
    const keys = new MasterKeys({ folder, encryption, env: {}, keychain });
    await keys.load();
    await keys.useFile(null);
    const loaded = await keys.load();
    if (loaded.state !== 'ok') throw new Error(loaded.message);
    const machine = new Machine({ folder, masterKey: loaded.key });
    await machine.open();
    await fill(machine);
    const which = await machine.backup();
    expect(mayBeRead(folder)).toEqual([]);
    // While it is staged and exchanged, too.
    const seen: string[] = [];
    const look = () => void seen.push(...mayBeRead(folder));
    const work = { ...quietWork(), step: look, progress: look };
    const how = { secret: { secret: { kind: 'own' as const } }, mode: 'replace' as const };
    await machine.service.backup.restore(
      { kind: 'here' },
      which,
      { ...how, parts: ['chat_history', 'aws_estate', 'state'], takeover: null, appVersion: '1' },
      work,
    );
    await machine.service.docs.put('settings', 'app', { theme: 'light' });
    expect(seen).toEqual([]);
    expect(mayBeRead(folder)).toEqual([]);
    await machine.service.shutdown();
    lock.release();
    expect(mayBeRead(folder)).toEqual([]);
  },
);

function no(): Promise<never> {
  return Promise.reject(new Error('no keychain'));
}
