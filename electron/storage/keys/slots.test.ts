import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { parseRecoveryText, plainDigits, recoveryGroups } from './recoveryText.ts';
import { createSlot, KeySlot, openSlot, parseSlot, type SlotSecret } from './slots.ts';

// A passphrase takes half a second of a free processor, and a worker its time to start.
vi.setConfig({ testTimeout: 60_000 });

const INSTALL = '0f9d7c52-6a0b-4f6e-9d0a-1c2b3d4e5f60';
const MASTER_KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n));
const RECOVERY_KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n + 32));
const TEXT = '40GJ 48S4 4MK2 EA19 58NJ RB9E 5WR3 2CHK 6GTK CDSR 74X3 PF1X 7RZG KVSC';
const PASSPHRASE = 'Größe kòd 42';

const recovery = (text: string): SlotSecret => ({ kind: 'recovery', text });
const passphrase = (text: string): SlotSecret => ({ kind: 'passphrase', text });
const stored = z
  .array(z.unknown())
  .parse(JSON.parse(readFileSync(new URL('../fixtures/slots-1.json', import.meta.url), 'utf8')));
const [recoverySlot, passphraseSlot] = stored.map(parseSlot);
if (recoverySlot === undefined || passphraseSlot === undefined) throw new Error('no fixture');

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return z.object({ code: z.string() }).parse(error).code;
  }
  return 'none';
};

/**
 * Known answers, computed apart from this code with another library. When one fails, recovery keys on paper
 * and the slots of existing backups no longer open: change the code, never the vector.
 */
test('a recovery key is written as it always was, and a slot of version 1 opens with it', async () => {
  const groups = recoveryGroups(RECOVERY_KEY);
  expect(groups.join(' ')).toBe(TEXT);
  expect(await openSlot(recoverySlot, recovery(groups.join(' ')), INSTALL)).toEqual(MASTER_KEY);
});

test('a passphrase slot of version 1 opens, however the keyboard composed the letters', async () => {
  for (const text of [PASSPHRASE.normalize('NFC'), PASSPHRASE.normalize('NFD')]) {
    expect(await openSlot(passphraseSlot, passphrase(text), INSTALL)).toEqual(MASTER_KEY);
  }
});

test('what is made now is what is stored then: the known slots are made byte for byte', async () => {
  const random = (bytes: number) => Buffer.alloc(bytes, bytes === 16 ? 7 : 9);
  const options = { random, now: new Date('2026-11-21T10:00:00.000Z') };
  const made = recovery(recoveryGroups(RECOVERY_KEY).join(''));
  expect(await createSlot(made, MASTER_KEY, INSTALL, options)).toEqual(recoverySlot);
  expect(await createSlot(passphrase(PASSPHRASE), MASTER_KEY, INSTALL, options)).toEqual(passphraseSlot);
});

test('a key survives writing and reading, in any case, with dashes, and with l and o for 1 and 0', () => {
  for (let n = 0; n < 200; n += 1) {
    const key = randomBytes(32);
    const text = recoveryGroups(key).join(' - ').toLowerCase().replaceAll('1', 'l').replaceAll('0', 'o');
    expect(parseRecoveryText(text)).toEqual(key);
  }
});

test('every slip of one character and every swap of two neighbours is a slip, never a wrong key', () => {
  const digits = recoveryGroups(RECOVERY_KEY).join('');
  for (let at = 0; at < digits.length; at += 1) {
    const other = digits[at] === '7' ? '8' : '7';
    const slipped = digits.slice(0, at) + other + digits.slice(at + 1);
    expect(codeOf(() => parseRecoveryText(slipped))).toBe('INVALID_INPUT');
    const swapped =
      digits.slice(0, at) +
      digits
        .slice(at, at + 2)
        .split('')
        .reverse()
        .join('') +
      digits.slice(at + 2);
    if (swapped !== digits) expect(codeOf(() => parseRecoveryText(swapped))).toBe('INVALID_INPUT');
  }
  expect(codeOf(() => parseRecoveryText(digits.slice(1)))).toBe('INVALID_INPUT');
  expect(codeOf(() => parseRecoveryText(''))).toBe('INVALID_INPUT');
  expect(() => parseRecoveryText(`${digits.slice(0, 9)}U${digits.slice(10)}`)).toThrow(/Group 3/);
});

test('what was typed never comes back in a message', () => {
  const secret = 'XYZW'.repeat(14);
  expect(() => parseRecoveryText(secret)).toThrow(/Compare the groups/);
  expect(() => parseRecoveryText(secret)).not.toThrow(/XYZW/);
});

test('a wrong recovery key and a wrong passphrase are wrong, not damage', async () => {
  const other = recovery(recoveryGroups(randomBytes(32)).join(' '));
  await expect(openSlot(recoverySlot, other, INSTALL)).rejects.toMatchObject({ code: 'KEY_WRONG' });
  await expect(openSlot(passphraseSlot, passphrase('größe kòd 42'), INSTALL)).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
});

test('a damaged slot is damage, whatever was typed', async () => {
  const right = recovery(recoveryGroups(RECOVERY_KEY).join(' '));
  for (const field of ['wrapped', 'digest'] as const) {
    const bytes = Buffer.from(recoverySlot[field], 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      const opening = openSlot({ ...recoverySlot, [field]: changed.toString('base64') }, right, INSTALL);
      if (field === 'wrapped') await expect(opening).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      // Only the digest is damaged: the owner is not locked out.
      else expect(await opening).toEqual(MASTER_KEY);
    }
  }
  const moved = openSlot({ ...recoverySlot, createdAt: '2026-11-22T10:00:00.000Z' }, right, INSTALL);
  await expect(moved).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  await expect(openSlot(recoverySlot, right, 'other')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
});

test('a slot made cheap to guess, or too dear to try, is refused before the passphrase is used', async () => {
  if (passphraseSlot.kind !== 'passphrase') throw new Error('fixture');
  const { kdf } = passphraseSlot;
  for (const changed of [{ N: 2 ** 16 }, { N: 2 ** 17 + 1 }, { r: 4 }, { N: 2 ** 26 }, { p: 1_000_000 }]) {
    const slot = { ...passphraseSlot, kdf: { ...kdf, ...changed } };
    await expect(openSlot(slot, passphrase(PASSPHRASE), INSTALL)).rejects.toThrow(/scrypt/);
  }
});

test('a slot of a newer app is newer; what is no slot is damage', () => {
  expect(codeOf(() => parseSlot({ ...recoverySlot, schema: 2 }))).toBe('FORMAT_NEWER');
  expect(codeOf(() => parseSlot({ ...recoverySlot, wrapped: 'AAAA' }))).toBe('STORAGE_FAILED');
  expect(codeOf(() => parseSlot(null))).toBe('STORAGE_FAILED');
  expect(KeySlot.safeParse({ ...recoverySlot, kind: 'passphrase' }).success).toBe(false);
});

test('digits are compared as people write them', () => {
  expect(plainDigits(' 4og‐j ')).toBe('40GJ');
});
