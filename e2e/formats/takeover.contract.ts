import { mkdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { quietWork } from '../../electron/storage/work.ts';
import { differences } from './compare.ts';
import { Fixtures, withTemp } from './fixtures.ts';
import { readAll, type Told } from './read.ts';
import { backupsIn, type FolderAt, openFolder, restore } from './workspace.ts';

const fixtures = new Fixtures('0.1.0');

async function tell(at: FolderAt): Promise<Told> {
  const { storage, close } = await openFolder(at);
  try {
    return await readAll(storage);
  } finally {
    await close();
  }
}

test.each(fixtures.folders())('$engine: $name is taken over whole, and opens again', ({ engine, name }) =>
  withTemp(async (temp) => {
    const said = fixtures.said(engine, name);
    const at = await fixtures.unpackFolder(engine, name, `${temp}/workspace`);
    const first = await tell(at);
    expect(differences(said, first)).toEqual([]);
    const again = await tell(at);
    expect(differences(said, again)).toEqual([]);
    expect(again.counts).toEqual(first.counts);
    expect(again.journal).toEqual(first.journal);
  }),
);

test.each(fixtures.folders().filter(({ name }) => name === 'settled'))(
  '$engine: $name stays whole through other keys, and through a backup of today',
  ({ engine, name }) =>
    withTemp(async (temp) => {
      const said = fixtures.said(engine, name);
      const at = await fixtures.unpackFolder(engine, name, `${temp}/workspace`);
      const workspace = await openFolder(at);
      await workspace.storage.keys.reencrypt(quietWork());
      await workspace.storage.keys.rebuildIndexKey(quietWork());
      const now = await readAll(workspace.storage);
      expect(differences(said, now, { sameInstall: true, sameIds: false })).toEqual([]);
      const which = await workspace.storage.backup.create(
        { reason: 'by hand', appVersion: '0.2.0' },
        quietWork(),
      );
      await workspace.close();

      await mkdir(`${temp}/other`);
      const other = await openFolder({ ...at, folder: `${temp}/other`, engine: 'sqlite' });
      const source = { kind: 'folder', path: `${temp}/workspace/snapshots` } as const;
      const { parts = [] } =
        (await backupsIn(source)).find((one) => one.which.backupId === which.backupId) ?? {};
      const recoveryKey = fixtures.recoveryKey(name, engine);
      await restore(other, { source, which, parts, recoveryKey, mode: 'replace' });
      const brought = await readAll(other.storage);
      await other.close();
      expect(differences(said, brought, { sameInstall: false })).toEqual([]);
    }),
);
