import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseKeyring, unlockKeyring } from '../keys/keyring.ts';
import { quietWork } from '../work.ts';
import { openObject, sealObject } from './cipher.ts';
import { decodeLines, encodeLines, type Line } from './lines.ts';
import { LocalPlace } from './localPlace.ts';
import { encodeManifest, type FormatVersion, parseManifest } from './manifest.ts';
import { manifestName } from './names.ts';
import type { Which } from './proveBackup.ts';
import { fill, Machine } from './testing/machine.ts';

let laptop: Machine;
beforeEach(async () => {
  laptop = new Machine();
  await laptop.open();
});
afterEach(() => laptop.dispose());

/** Writes the backup once more, as a later app of this version (or an app of another one) would. */
async function rewritten(which: Which, version: FormatVersion, more: object[]): Promise<void> {
  const folder = path.join(laptop.folder, 'snapshots');
  const place = new LocalPlace(folder);
  const manifest = manifestName(which.installId, which.backupId);
  const { body } = parseManifest(readFileSync(path.join(folder, ...manifest.split('/'))), manifest);
  const keys = unlockKeyring(parseKeyring(body.keyring), laptop.masterKey);
  for (const object of body.objects) {
    const context = { ...which, part: object.part };
    const lines: Line[] = [];
    const read = decodeLines(
      object.part,
      object.name,
      openObject(keys, context, object.name, place.openObject(object.name)),
      { records: 0 },
    );
    for await (const page of read) lines.push(...page);
    const tally = { records: 0 };
    const pages = (async function* () {
      yield object.part === 'state' ? [...lines, ...(more as Line[])] : lines;
    })();
    const sealed = sealObject(keys, context, encodeLines(object.part, pages, tally, version));
    rmSync(path.join(folder, ...object.name.split('/')));
    Object.assign(object, await place.writeObject(object.name, sealed), tally);
  }
  rmSync(path.join(folder, ...manifest.split('/')));
  await place.putManifest(manifest, encodeManifest(keys, { ...body, version }));
}

const LATER = [{ t: 'hologram', of: 'what comes', sealed: 'AAAA' }, { t: 'other' }];

test('lines of a kind that is not known are counted as skipped, and the rest comes back', async () => {
  await fill(laptop);
  const before = await laptop.content();
  const which = await laptop.backup();
  await rewritten(which, 2, LATER);
  const secret = { secret: { kind: 'own' } } as const;
  await laptop.service.backup.prove({ kind: 'here' }, which, secret, quietWork());
  for (const mode of ['merge', 'replace'] as const) {
    const { counts } = await laptop.restore(which, { mode });
    expect(counts.state?.skipped).toBe(2);
    expect(await laptop.content()).toEqual(before);
  }
});

test('in a backup of version 1 they are damage, since that version had no other kinds', async () => {
  const which = await laptop.backup();
  await rewritten(which, 1, LATER);
  const restored = laptop.restore(which);
  await expect(restored).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
});

test('a backup of version 1 comes back, and a new one says version 2', async () => {
  await fill(laptop);
  const before = await laptop.content();
  const which = await laptop.backup();
  const secret = { secret: { kind: 'own' } } as const;
  const version = async () =>
    (await laptop.service.backup.inspect({ kind: 'here' }, which, secret)).info.formatVersion;
  expect(await version()).toBe(2);
  await rewritten(which, 1, []);
  expect(await version()).toBe(1);
  await laptop.service.docs.put('settings', 'app', { theme: 'light' });
  await laptop.restore(which);
  expect(await laptop.content()).toEqual(before);
});
