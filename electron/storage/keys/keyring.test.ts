import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKeyring, type KeyringFile, masterKeyFits, parseKeyring, unlockKeyring } from './keyring.ts';

const masterKey = randomBytes(32);
const make = (): KeyringFile => createKeyring(masterKey, 'install-a');
const error = (work: () => unknown): { code?: string; message?: string } => {
  try {
    work();
  } catch (thrown) {
    return thrown as Error;
  }
  return {};
};

test('the file holds no key in clear and survives a round trip', () => {
  const file = make();
  const text = JSON.stringify(file);
  const unlocked = unlockKeyring(parseKeyring(text), masterKey);
  for (const purpose of ['records', 'index', 'journal', 'backup'] as const) {
    const key = unlocked.current(purpose).key.export();
    expect(key).toHaveLength(32);
    expect(text).not.toContain(key.toString('base64').slice(0, 20));
    expect(text).not.toContain(key.toString('hex'));
  }
  expect(text).not.toContain(masterKey.toString('base64').slice(0, 20));
});

test('a wrong key is called wrong, not damage', () => {
  expect(error(() => unlockKeyring(make(), randomBytes(32))).code).toBe('KEY_WRONG');
  expect(masterKeyFits(make(), randomBytes(32))).toBe(false);
});

test('damage is called damage while the key is right', () => {
  const damaged = make();
  const first = damaged.keys[0];
  if (first === undefined) throw new Error('no key');
  first.wrapped = randomBytes(60).toString('base64');
  expect(error(() => unlockKeyring(damaged, masterKey))).toMatchObject({ code: 'STORAGE_FAILED' });
});

test('a damaged check value alone does not lock the owner out', () => {
  const file = { ...make(), check: 'AAAA' };
  expect(unlockKeyring(file, masterKey).installId).toBe('install-a');
});

test('keys moved to another purpose, id or install do not open', () => {
  const [a, b, ...rest] = make().keys;
  if (!a || !b) throw new Error('no keys');
  const swapped = { ...make(), keys: [{ ...a, wrapped: b.wrapped }, { ...b, wrapped: a.wrapped }, ...rest] };
  expect(error(() => unlockKeyring(swapped, masterKey)).code).toBe('STORAGE_FAILED');
  expect(error(() => unlockKeyring({ ...make(), installId: 'install-b' }, masterKey)).code).toBe('KEY_WRONG');
});

test('a newer keyring is refused as newer; a truncated or foreign file as damaged', () => {
  const text = JSON.stringify(make());
  expect(error(() => parseKeyring(JSON.stringify({ ...make(), schema: 3 }))).code).toBe('FORMAT_NEWER');
  expect(error(() => parseKeyring(text.slice(0, -9))).code).toBe('STORAGE_FAILED');
  expect(error(() => parseKeyring('{}')).code).toBe('STORAGE_FAILED');
});

test('a keyring without one of its keys is damaged, not silently smaller', () => {
  const file = make();
  file.keys.pop();
  expect(error(() => unlockKeyring(file, masterKey)).message).toContain('no key for backup');
});
