import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { z } from 'zod';
import { SLOT_KINDS } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import { encodeFields } from '../encoding.ts';
import { Serial } from '../serial.ts';
import { parseRecoveryText } from './recoveryText.ts';

/**
 * A key slot: the master key wrapped by something the person holds. A stored format, in `keyring.json`, in
 * every backup manifest and in a key file that asks for a passphrase.
 *
 * kek(32) = recovery: HKDF-SHA256(recovery key, salt, info `cloudops/slot/recovery/1`)
 *           passphrase: scrypt(NFKC(passphrase) as UTF-8, salt, N, r, p)
 * bound   = encodeFields(['cloudops key slot', 1, kind, install id, createdAt, kdf name, salt, …N, r, p])
 * wrapped = nonce(12) | AES-256-GCM(kek, master key, AAD = bound)(32) | tag(16)
 * digest  = the first 16 bytes of SHA-256(encodeFields([bound, wrapped])): not a secret and no proof of origin;
 *           it only tells a slot that was damaged from a secret that is wrong.
 */
const SCHEMA = 1;
const NONCE = 12;
const TAG = 16;
const MASTER_KEY = 32;
const DIGEST = 16;

const base64 = (bytes: number) =>
  z.base64().refine((text) => Buffer.from(text, 'base64').length === bytes, `must be ${bytes} bytes`);

const Hkdf = z.looseObject({ name: z.literal('hkdf-sha256'), salt: base64(16) });
const Scrypt = z.looseObject({
  name: z.literal('scrypt'),
  salt: base64(16),
  N: z.number().int().positive(),
  r: z.number().int().positive(),
  p: z.number().int().positive(),
});
const common = {
  schema: z.literal(SCHEMA),
  createdAt: z.string().max(40),
  wrapped: base64(NONCE + MASTER_KEY + TAG),
  digest: base64(DIGEST),
};
export const KeySlot = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('recovery'), kdf: Hkdf, ...common }),
  z.looseObject({ kind: z.literal('passphrase'), kdf: Scrypt, ...common }),
]);
export type KeySlot = z.infer<typeof KeySlot>;
export type SlotKind = (typeof SLOT_KINDS)[number];
/** What the person typed. */
export interface SlotSecret {
  kind: SlotKind;
  text: string;
}

/** OWASP's floor of 2026. A slot that asks for less was weakened by someone; one that asks for far more stalls the app. */
const COST = { N: 2 ** 17, r: 8, p: 1 };
const MAX_MEMORY = 2 ** 30;
const MAX_P = 16;
/** Each takes 128 MB: side by side they would take the machine. */
const derivations = new Serial();

/** Wraps the master key (32 bytes). `random` is injected by known-answer tests only. */
export async function createSlot(
  secret: SlotSecret,
  masterKey: Uint8Array,
  installId: string,
  options: { random?: (bytes: number) => Buffer; now?: Date } = {},
): Promise<KeySlot> {
  const { random = randomBytes, now = new Date() } = options;
  const salt = random(16).toString('base64');
  const base = { schema: SCHEMA, createdAt: now.toISOString(), wrapped: '', digest: '' } as const;
  const slot: KeySlot =
    secret.kind === 'recovery'
      ? { ...base, kind: 'recovery', kdf: { name: 'hkdf-sha256', salt } }
      : { ...base, kind: 'passphrase', kdf: { name: 'scrypt', salt, ...COST } };
  const kek = await wrappingKey(slot, secret);
  const nonce = random(NONCE);
  const bound = boundData(slot, installId);
  const cipher = createCipheriv('aes-256-gcm', kek, nonce, { authTagLength: TAG });
  cipher.setAAD(bound);
  const wrapped = Buffer.concat([nonce, cipher.update(masterKey), cipher.final(), cipher.getAuthTag()]);
  return { ...slot, wrapped: wrapped.toString('base64'), digest: digest(bound, wrapped).toString('base64') };
}

/**
 * The master key. Rejects with INVALID_INPUT for a typing slip in a recovery key or a slot of the other kind,
 * KEY_WRONG for a secret that is not this slot's, STORAGE_FAILED for a slot that is damaged or was weakened.
 */
export async function openSlot(slot: KeySlot, secret: SlotSecret, installId: string): Promise<Buffer> {
  if (slot.kind !== secret.kind)
    throw new AppError('INVALID_INPUT', `This slot takes a ${NAMES[slot.kind]}.`);
  const wrapped = Buffer.from(slot.wrapped, 'base64');
  const bound = boundData(slot, installId);
  const intact = sameBytes(Buffer.from(slot.digest, 'base64'), digest(bound, wrapped));
  refuseCost(slot);
  const kek = await wrappingKey(slot, secret);
  const decipher = createDecipheriv('aes-256-gcm', kek, wrapped.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(bound);
  decipher.setAuthTag(wrapped.subarray(wrapped.length - TAG));
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE, wrapped.length - TAG)), decipher.final()]);
  } catch (cause) {
    if (!intact) throw damagedSlot(slot.kind, cause);
    throw new AppError('KEY_WRONG', WRONG[slot.kind], { cause });
  }
}

/**
 * A slot as read from a file. FORMAT_NEWER for one of a later version of the app, STORAGE_FAILED for anything
 * that is no slot.
 */
export function parseSlot(json: unknown): KeySlot {
  const parsed = KeySlot.safeParse(json);
  if (parsed.success) return parsed.data;
  const head = z.object({ schema: z.number() }).safeParse(json);
  if (head.success && head.data.schema > SCHEMA) {
    throw new AppError(
      'FORMAT_NEWER',
      'This way to the key was made by a newer version of this app. Nothing was changed. Update the app to use it.',
    );
  }
  const kind = z.object({ kind: z.enum(SLOT_KINDS) }).safeParse(json);
  throw damagedSlot(kind.success ? kind.data.kind : null);
}

const NAMES = { recovery: 'recovery key', passphrase: 'passphrase' };
const WRONG = {
  recovery:
    'This recovery key is typed correctly, but it belongs to another workspace or was replaced by a newer one. Nothing was changed. Use the newest recovery key of this workspace.',
  passphrase:
    'The passphrase is not the right one. Nothing was changed. Check capital letters and the keyboard layout.',
};

async function wrappingKey(slot: KeySlot, secret: SlotSecret): Promise<Buffer> {
  const salt = Buffer.from(slot.kdf.salt, 'base64');
  if (slot.kind === 'recovery') {
    const key = parseRecoveryText(secret.text);
    return Buffer.from(hkdfSync('sha256', key, salt, 'cloudops/slot/recovery/1', 32));
  }
  const { N, r, p } = slot.kdf;
  // Node's default ceiling is below what these parameters need.
  const maxmem = 2 * 128 * N * r + 128 * r * p;
  const derive = () =>
    new Promise<Buffer>((resolve, reject) => {
      scrypt(secret.text.normalize('NFKC'), salt, 32, { N, r, p, maxmem }, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  return derivations.run(derive);
}

/** Before any time is spent: whoever can write the file must not make the passphrase cheap to guess. */
function refuseCost(slot: KeySlot): void {
  if (slot.kind !== 'passphrase') return;
  const { N, r, p } = slot.kdf;
  const powerOfTwo = Number.isInteger(Math.log2(N));
  const tooWeak = N < COST.N || r < COST.r || p < COST.p;
  if (powerOfTwo && !tooWeak && 128 * N * r <= MAX_MEMORY && p <= MAX_P) return;
  throw new AppError(
    'STORAGE_FAILED',
    `The protection of the passphrase (scrypt N=${N}, r=${r}, p=${p}) is ${tooWeak ? 'weaker' : 'other'} than this app accepts: it was changed outside the app. The passphrase was not tried. Use the recovery key, or a copy of the file from before.`,
  );
}

function boundData(slot: KeySlot, installId: string): Buffer {
  const cost = slot.kind === 'passphrase' ? [slot.kdf.N, slot.kdf.r, slot.kdf.p] : [];
  const salt = Buffer.from(slot.kdf.salt, 'base64');
  const { kind, createdAt, kdf } = slot;
  return encodeFields(['cloudops key slot', SCHEMA, kind, installId, createdAt, kdf.name, salt, ...cost]);
}

function digest(bound: Uint8Array, wrapped: Uint8Array): Buffer {
  return createHash('sha256')
    .update(encodeFields([bound, wrapped]))
    .digest()
    .subarray(0, DIGEST);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function damagedSlot(kind: SlotKind | null, cause?: unknown): AppError {
  const what = kind === null ? 'A stored way to the key' : `The stored slot of the ${NAMES[kind]}`;
  return new AppError(
    'STORAGE_FAILED',
    `${what} is damaged, so it cannot be told whether what was typed is right. Nothing was changed. Use another way to the key, or a copy of the file from before.`,
    { cause },
  );
}
