import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyring, KEY_PURPOSES, Keyring, unlockKeyring } from './keys/keyring.ts';
import { type RecordAddress, Sealer } from './sealing.ts';

const masterKey = randomBytes(32);
const keyring = unlockKeyring(createKeyring(masterKey, 'install'), masterKey);
const sealer = new Sealer(keyring);
const ADDRESS: RecordAddress = { schema: 1, collection: 'chat_history', id: 'a', revision: 3 };
const code = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'opened';
};

const addresses = fc.record({
  schema: fc.nat(9),
  collection: fc.string({ maxLength: 4 }),
  id: fc.string({ maxLength: 4 }),
  revision: fc.nat(9),
});

test('any JSON comes back as it went in', () => {
  fc.assert(
    fc.property(addresses, fc.jsonValue(), (address, value) => {
      const json = JSON.parse(JSON.stringify(value));
      expect(sealer.open(address, sealer.seal(address, json))).toEqual(json);
    }),
  );
});

test('a record opens at its own address only: not under another id, collection, revision or schema', () => {
  fc.assert(
    fc.property(addresses, addresses, (here, there) => {
      fc.pre(JSON.stringify(here) !== JSON.stringify(there));
      expect(code(() => sealer.open(there, sealer.seal(here, 'x')))).toBe('STORAGE_FAILED');
    }),
  );
});

test('any flipped bit is refused', () => {
  const sealed = sealer.seal(ADDRESS, { secret: 'text' });
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.nat(7), (at, bit) => {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
      expect(code(() => sealer.open(ADDRESS, changed))).toMatch(/STORAGE_FAILED|FORMAT_NEWER/);
    }),
  );
});

test('a record cut short is refused, down to a tag of four bytes and nothing at all', () => {
  const sealed = sealer.seal(ADDRESS, 'x');
  for (let length = 0; length < sealed.length; length++) {
    expect(code(() => sealer.open(ADDRESS, sealed.subarray(0, length)))).toBe('STORAGE_FAILED');
  }
});

test('a newer record is said to be newer, not damaged', () => {
  const sealed = sealer.seal(ADDRESS, 'x');
  sealed.writeUInt8(2, 0);
  expect(code(() => sealer.open(ADDRESS, sealed))).toBe('FORMAT_NEWER');
});

test('two seals of one value share nothing: nonces are not reused', () => {
  const seen = new Set(
    Array.from({ length: 2_000 }, () => sealer.seal(ADDRESS, 'x').toString('base64', 5, 17)),
  );
  expect(seen.size).toBe(2_000);
});

test('after a rotation old records open and new ones use the new key', () => {
  const before = KEY_PURPOSES.map((purpose, n) => ({
    id: n + 1,
    purpose,
    key: createSecretKey(randomBytes(32)),
  }));
  const old = new Sealer(new Keyring('i', before)).seal(ADDRESS, 'old');
  const rotated = new Sealer(
    new Keyring('i', [...before, { id: 9, purpose: 'records', key: createSecretKey(randomBytes(32)) }]),
  );
  expect(rotated.open(ADDRESS, old)).toBe('old');
  expect(rotated.seal(ADDRESS, 'new').readUInt32BE(1)).toBe(9);
});

test('a key of another purpose never opens a record, whatever id the record claims', () => {
  const sealed = sealer.seal(ADDRESS, 'x');
  sealed.writeUInt32BE(keyring.current('backup').id, 1);
  expect(code(() => sealer.open(ADDRESS, sealed))).toBe('STORAGE_FAILED');
});

const natives = fc.record({
  partition: fc.constantFrom('aws', 'aws-cn', ''),
  accountId: fc.stringMatching(/^[0-9|]{0,4}$/),
  region: fc.stringMatching(/^[a-c|/-]{0,3}$/),
  resourceType: fc.stringMatching(/^[a-c|_]{0,3}$/),
  nativeId: fc.stringMatching(/^[a-c|/:-]{0,4}$/),
});

test('resource ids are UUIDs of version 8, equal for equal addresses and only for those', () => {
  fc.assert(
    fc.property(natives, natives, (a, b) => {
      expect(sealer.resourceId(a)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(sealer.resourceId(a) === sealer.resourceId(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('tokens of different fields differ for the same value', () => {
  expect(sealer.token('account', '1')).not.toBe(sealer.token('tag:env', '1'));
});

const plainKeyring = unlockKeyring(
  createKeyring(masterKey, 'install', undefined, { plain: true }),
  masterKey,
);
const plain = new Sealer(plainKeyring);

test('a record in clear shows damage and being moved', () => {
  const record = plain.seal(ADDRESS, { name: 'pg' });
  expect(record.toString('latin1')).toContain('"pg"');
  expect(plain.open(ADDRESS, record)).toEqual({ name: 'pg' });
  for (let at = 0; at < record.length; at += 1) {
    const changed = Buffer.from(record);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(() => plain.open(ADDRESS, changed)).toThrow();
  }
  expect(() => plain.open({ ...ADDRESS, id: 'other' }, record)).toThrow(/does not belong/);
});

test('an encrypted workspace believes no record in clear, and the other way round', () => {
  expect(() => sealer.open(ADDRESS, plain.seal(ADDRESS, 'forged'))).toThrow(/damaged/);
  expect(() => plain.open(ADDRESS, sealer.seal(ADDRESS, 'sealed'))).toThrow(/damaged/);
});

test('an app that knows only encrypted records calls records in clear newer, not damaged', () => {
  expect(plain.seal(ADDRESS, 'x').readUInt8(0)).toBeGreaterThan(1);
});
