import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { quietWork } from '../work.ts';
import { manifestName, snapshotName } from './names.ts';
import type { Which } from './proveBackup.ts';
import { ALL, fill, Machine, recoverySecret } from './testing/machine.ts';

/**
 * Objects of a real backup are changed at many places; the seed is printed with what was let through. Each must be
 * refused by name, and nothing may be replaced.
 */
vi.setConfig({ testTimeout: 120_000 });
const SEED = 20_261_121;
const laptop = new Machine();
let older: Which;
let which: Which;
let before: unknown;
const recoveryKey = recoveryGroups(randomBytes(32)).join('');
const own = { secret: { kind: 'own' } } as const;
const here = { kind: 'here' } as const;

beforeAll(async () => {
  await laptop.open();
  await laptop.service.keys.putSlot({ kind: 'recovery', text: recoveryKey });
  await fill(laptop, 1_500);
  older = await laptop.backup();
  await fill(laptop, 1_501);
  which = await laptop.backup();
  before = await laptop.content();
});
afterAll(() => laptop.dispose());

const file = (name: string) => path.join(laptop.folder, 'snapshots', ...name.split('/'));
const nameOf = (part: (typeof ALL)[number], of = which) => snapshotName(of.installId, part, of.backupId);
const prove = () => laptop.service.backup.prove(here, which, own, quietWork());

/** Puts `bytes` (null = nothing) in the place of an object for as long as `work` takes. */
async function withBytes(name: string, bytes: Buffer | null, work: () => Promise<void>): Promise<void> {
  const whole = readFileSync(file(name));
  if (bytes === null) rmSync(file(name));
  else writeFileSync(file(name), bytes);
  try {
    await work();
  } finally {
    writeFileSync(file(name), whole);
  }
}

async function refused(name: string, bytes: Buffer | null, what: string): Promise<void> {
  await withBytes(name, bytes, async () => {
    const error = await prove().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error, `${what} (seed ${SEED})`).toMatchObject({
      code: expect.stringMatching(/^(BACKUP_DAMAGED|FORMAT_NEWER|BACKUP_NOT_FOUND)$/),
    });
    expect(String(error), what).toContain(name);
  });
}

/** Numbers from a seed: the same places in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state % below;
  };
}

test('the backup as it was written is good', async () => {
  await prove();
});

test('a flipped bit anywhere in an object is refused, with the object and the chunk', async () => {
  const next = random(SEED);
  for (const part of ALL) {
    const whole = readFileSync(file(nameOf(part)));
    const places = [
      ...Array(60).keys(),
      ...Array.from({ length: 60 }, () => next(whole.length)),
      whole.length - 1,
    ];
    for (const at of new Set(places)) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << next(8)), at);
      await refused(nameOf(part), bytes, `${part} flipped at ${at}`);
    }
  }
});

test('an object that is cut, emptied, longer or missing is refused', async () => {
  const next = random(SEED + 1);
  for (const part of ALL) {
    const whole = readFileSync(file(nameOf(part)));
    const cuts = [0, 1, 50, whole.length - 1, ...Array.from({ length: 20 }, () => next(whole.length))];
    for (const at of cuts) await refused(nameOf(part), whole.subarray(0, at), `${part} cut at ${at}`);
    await refused(nameOf(part), Buffer.concat([whole, Buffer.from([0])]), `${part} with a byte more`);
    await refused(nameOf(part), Buffer.concat([whole, whole]), `${part} twice`);
    await refused(nameOf(part), null, `${part} missing`);
  }
});

test('chunks that change places, are left out or come from elsewhere are refused', async () => {
  const name = nameOf('aws_estate');
  const whole = readFileSync(file(name));
  const header = 51 + whole.readUInt16BE(49);
  const size = whole.readUInt32BE(13) + 16;
  const chunk = (n: number) => whole.subarray(header + n * size, header + (n + 1) * size);
  const count = Math.ceil((whole.length - header) / size);
  expect(count).toBeGreaterThan(2);
  const all = [...Array(count).keys()];
  const build = (order: number[]) => Buffer.concat([whole.subarray(0, header), ...order.map(chunk)]);
  for (let n = 0; n < count - 1; n += 1) {
    const swapped = all.map((at) => (at === n ? n + 1 : at === n + 1 ? n : at));
    await refused(name, build(swapped), `chunks ${n} and ${n + 1} swapped`);
    await refused(name, build(all.filter((at) => at !== n)), `chunk ${n} left out`);
    await refused(name, build(all.slice(0, n + 1)), `the end after chunk ${n}`);
    await refused(name, build([...all.slice(0, n), n, ...all.slice(n)]), `chunk ${n} doubled`);
  }
});

test('an object of another backup, part or install in its place is refused', async () => {
  for (const part of ALL) {
    await refused(nameOf(part), readFileSync(file(nameOf(part, older))), `${part} of an older backup`);
    for (const foreign of ALL.filter((one) => one !== part)) {
      await refused(nameOf(part), readFileSync(file(nameOf(foreign))), `${foreign} as ${part}`);
    }
  }
});

test('a manifest with any bit changed, cut or of another backup is refused', async () => {
  const name = manifestName(which.installId, which.backupId);
  const whole = readFileSync(file(name));
  const next = random(SEED + 2);
  for (let n = 0; n < 150; n += 1) {
    const at = next(whole.length - 1);
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << next(8)), at);
    await refused(name, bytes, `manifest flipped at ${at}`);
  }
  for (const at of [0, 1, whole.length >> 1, whole.length - 2]) {
    await refused(name, whole.subarray(0, at), `manifest cut at ${at}`);
  }
  await refused(
    name,
    readFileSync(file(manifestName(older.installId, older.backupId))),
    'the older manifest',
  );
});

test('a changed key slot is damage, not a recovery key that was never made', async () => {
  const name = manifestName(which.installId, which.backupId);
  const whole = readFileSync(file(name));
  const changed = Buffer.from(whole.toString().replace('recovery', 'recoverx'));
  expect(changed.equals(whole)).toBe(false);
  await withBytes(name, changed, async () => {
    const opened = laptop.service.backup.inspect(here, which, recoverySecret(recoveryKey));
    await expect(opened).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: expect.stringContaining(name),
    });
  });
});

test('a restore of a damaged backup leaves everything as it was, in use and on disk', async () => {
  const kept = readdirSync(path.join(laptop.folder, 'snapshots'), { recursive: true }).length;
  for (const part of ALL) {
    const whole = readFileSync(file(nameOf(part)));
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(whole.length - 20) ^ 1, whole.length - 20);
    await withBytes(nameOf(part), bytes, async () => {
      await expect(laptop.restore(which)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
      await expect(laptop.restore(which, { mode: 'merge' })).rejects.toMatchObject({
        code: 'BACKUP_DAMAGED',
      });
    });
  }
  expect(await laptop.content()).toEqual(before);
  // Nor does each try leave a backup from before it.
  expect(readdirSync(path.join(laptop.folder, 'snapshots'), { recursive: true })).toHaveLength(kept);
  await laptop.reopen();
  expect(await laptop.content()).toEqual(before);
});

test('an exported file opens by its key alone, and none with a changed byte does', async () => {
  const exported = path.join(laptop.folder, 'export.cloudops');
  await laptop.service.backup.exportFile(which, exported, quietWork());
  const source = { kind: 'file', path: exported } as const;
  const proof = () => laptop.service.backup.prove(source, which, own, quietWork());
  await proof();
  const whole = readFileSync(exported);
  const next = random(SEED + 3);
  const places = [...Array(24).keys(), ...Array.from({ length: 60 }, () => next(whole.length))];
  for (const at of places) {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << next(8)), at);
    writeFileSync(exported, bytes);
    await expect(proof(), `flipped at ${at}`).rejects.toMatchObject({
      code: expect.stringMatching(/^(BACKUP_DAMAGED|FORMAT_NEWER|BACKUP_NOT_FOUND)$/),
    });
  }
  const folder = { kind: 'file', path: laptop.folder } as const;
  await expect(laptop.service.backup.prove(folder, which, own, quietWork())).rejects.toMatchObject({
    code: 'BACKUP_DAMAGED',
    message: expect.stringMatching(/^The file .* is not a backup exported by this app/),
  });
  for (const at of [0, 10, 19, 100, whole.length - 1]) {
    writeFileSync(exported, whole.subarray(0, at));
    await expect(proof(), `cut at ${at}`).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  }
});
