import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../errors.ts';
import { fill, instance, Machine } from './testing/machine.ts';

const CHILD = path.join(import.meta.dirname, 'testing/crashChild.ts');
let root: string;
let cut: string | undefined;
let masterKey: Buffer;
let restored: Awaited<ReturnType<Machine['content']>>;

/** A restore whose process died when the exchange had just begun: from there is only forward. */
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'damaged-restore-'));
  const machine = new Machine({ folder: path.join(root, 'machine') });
  mkdirSync(machine.folder);
  masterKey = machine.masterKey;
  await machine.open();
  await fill(machine);
  restored = await machine.content();
  const which = await machine.backup();
  await machine.service.estate.bulkUpsert([instance('later')], '2026-11-20T12:00:00.000Z');
  await machine.service.docs.put('settings', 'app', { theme: 'light' });
  await machine.service.shutdown();
  for (let killAt = 1; cut === undefined && killAt < 40; killAt += 1) {
    const folder = path.join(root, `killed-${killAt}`);
    cpSync(machine.folder, folder, { recursive: true });
    const order = {
      ...{ folder, masterKey: masterKey.toString('base64'), qdrantBinary: null, what: 'replace' },
      ...{ source: path.join(folder, 'snapshots'), which, recovery: '', killAt },
    };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(order)], { stdio: 'inherit' });
    await once(child, 'exit');
    const file = path.join(folder, 'restore/restore.json');
    if (existsSync(file) && readFileSync(file, 'utf8').includes('switching')) cut = folder;
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DAMAGES: Record<string, (file: string) => void> = {
  'is empty': (file) => truncateSync(file, 0),
  'is cut in the middle': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'lacks its end': (file) => truncateSync(file, statSync(file).size - 1),
  'has become a folder': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
};

test('a damaged file of a restore that is half done is named, the old data stays, and put back it is finished', async () => {
  if (cut === undefined) throw new Error('no process died there');
  const whole = cut;
  const files = readdirSync(path.join(whole, 'restore'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(whole, path.join(entry.parentPath, entry.name)));
  expect(files).toEqual(expect.arrayContaining(['restore/restore.json', 'restore/app.db']));
  for (const name of files) {
    for (const [how, damage] of Object.entries(DAMAGES)) {
      const folder = path.join(root, 'looked-at');
      cpSync(whole, folder, { recursive: true });
      const appDb = readFileSync(path.join(folder, 'app.db'));
      damage(path.join(folder, name));
      const machine = new Machine({ folder, masterKey });
      const refused = await machine.open().then(
        () => null,
        (error: unknown) => error,
      );
      // Of what has done its work already, such as the state's object, or lacks nothing but a line break, all is there.
      if (refused !== null) {
        expect(refused, `${name} ${how}`).toBeInstanceOf(AppError);
        expect((refused as AppError).message, `${name} ${how}`).toContain(path.basename(name));
        if (!name.endsWith('restore.json')) expect(readFileSync(path.join(folder, 'app.db'))).toEqual(appDb);
        rmSync(path.join(folder, name), { recursive: true, force: true });
        cpSync(path.join(whole, name), path.join(folder, name));
        await machine.service.shutdown();
        await machine.reopen();
      }
      expect(await machine.content(), `${name} ${how}`).toEqual(restored);
      await machine.service.shutdown();
      rmSync(folder, { recursive: true });
    }
  }
});
