import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';
import { encodeFields } from '../encoding.ts';

/**
 * A recovery key as people read, print and type it; a stored format, since it stands on paper.
 *
 * 32 random bytes as 52 digits of Crockford's base32 (`0-9 A-Z` without I, L, O, U; the last digit carries four
 * bits, its lowest bit is 0), then 4 digits of checksum: the first 20 bits of SHA-256 over
 * `encodeFields(['cloudops recovery key', bytes])`. Shown as 14 groups of 4. Reading forgives case, spaces,
 * dashes, and I, L for 1 and O for 0.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const RECOVERY_KEY_BYTES = 32;
export const RECOVERY_GROUPS = 14;
const GROUP = 4;
const KEY_DIGITS = 52;
const DIGITS = RECOVERY_GROUPS * GROUP;

/** @param key 32 bytes. */
export function recoveryGroups(key: Uint8Array): string[] {
  const digits = toDigits(key, KEY_DIGITS) + checksum(key);
  return Array.from({ length: RECOVERY_GROUPS }, (_, n) => digits.slice(n * GROUP, (n + 1) * GROUP));
}

/** A part of a key as it is compared: upper case, without spaces and dashes, confusable letters replaced. */
export function plainDigits(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Cf}_.]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
}

/** The 32 bytes. A typing slip is INVALID_INPUT and says where to look; it never says the key is wrong. */
export function parseRecoveryText(text: string): Buffer {
  const digits = plainDigits(text);
  const foreign = [...digits].findIndex((digit) => !ALPHABET.includes(digit));
  if (foreign !== -1) {
    throw slip(
      `Group ${Math.floor(foreign / GROUP) + 1} holds a character that recovery keys do not use (they have the digits 0 to 9 and the letters A to Z without I, L, O and U).`,
    );
  }
  if (digits.length !== DIGITS) {
    throw slip(
      `A recovery key has ${DIGITS} characters in ${RECOVERY_GROUPS} groups; here are ${digits.length}.`,
    );
  }
  const key = fromDigits(digits.slice(0, KEY_DIGITS));
  if (key === null || checksum(key) !== digits.slice(KEY_DIGITS)) {
    throw slip('At least one character is not as it was shown. Compare the groups one by one.');
  }
  return key;
}

function checksum(key: Uint8Array): string {
  const hash = createHash('sha256')
    .update(encodeFields(['cloudops recovery key', key]))
    .digest();
  return toDigits(hash, GROUP);
}

/** The first `count` digits of the bytes' bits, zero-filled at the end. */
function toDigits(bytes: Uint8Array, count: number): string {
  let digits = '';
  for (let n = 0; n < count; n += 1) {
    let value = 0;
    for (let bit = n * 5; bit < n * 5 + 5; bit += 1) {
      value = (value << 1) | (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    }
    digits += ALPHABET.charAt(value);
  }
  return digits;
}

/** Null when the bits after the key are not zero: no key is written so. */
function fromDigits(digits: string): Buffer | null {
  const key = Buffer.alloc(RECOVERY_KEY_BYTES);
  for (let bit = 0; bit < digits.length * 5; bit += 1) {
    const value = ALPHABET.indexOf(digits.charAt(Math.floor(bit / 5)));
    if (((value >> (4 - (bit % 5))) & 1) === 0) continue;
    if (bit >= RECOVERY_KEY_BYTES * 8) return null;
    key.writeUInt8(key.readUInt8(bit >> 3) | (0x80 >> (bit & 7)), bit >> 3);
  }
  return key;
}

function slip(where: string): AppError {
  return new AppError('INVALID_INPUT', `This is not how the recovery key was written. ${where}`);
}
