import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { AppError } from '../errors.ts';
import { encodeFields } from './encoding.ts';
import type { DataKey, Keyring } from './keys/keyring.ts';

/** What a sealed record is bound to: it opens nowhere else. */
export interface RecordAddress {
  /** Version of the JSON inside, counted per collection. */
  schema: number;
  /** The logical collection: `chat_history`, `aws_estate`, `docs`, `journal`. */
  collection: string;
  id: string;
  revision: number;
}

export interface NativeAddress {
  partition: string;
  accountId: string;
  region: string;
  resourceType: string;
  /** What ids are made of in place of the type: that of `TypeSpec`, which a type that was split off another keeps. */
  idType?: string | undefined;
  nativeId: string;
}

const VERSION = 1;
const HEADER = 5;
const NONCE = 12;
const TAG = 16;
const PLAIN = 0x50;
const DIGEST = 16;

/**
 * Seals records with the data key `records` and derives ids and tokens with the data key `index`.
 *
 * A sealed record is `version(1) | key id(4, big-endian) | nonce(12) | ciphertext | tag(16)`: AES-256-GCM with
 * a random nonce; associated data = header, schema, collection, id, revision (`encodeFields`). A stored format.
 *
 * In a workspace made with `encryption.enabled: false` a record is `0x50(1) | digest(16) | bytes` instead; the
 * digest is the start of SHA-256 over header, schema, collection, id, revision, bytes: it shows damage and moved
 * records, not forgery. Neither kind of workspace reads the other's records.
 */
export class Sealer {
  readonly #keys: Keyring;
  readonly #indexKey: DataKey | null;

  /** `indexKey` makes ids and tokens with another key than the current one. */
  constructor(keys: Keyring, options: { indexKey?: DataKey } = {}) {
    this.#keys = keys;
    this.#indexKey = options.indexKey ?? null;
  }

  /** False for a record that an earlier data key has sealed. */
  isCurrent(sealed: Uint8Array): boolean {
    if (this.#keys.plain) return true;
    const id = sealedWith(sealed);
    return id === null || id === this.#keys.current('records').id;
  }

  /** The same record under the current data key. Throws as `openBytes` does. */
  reseal(address: RecordAddress, sealed: Uint8Array): Buffer {
    return this.sealBytes(address, this.openBytes(address, sealed));
  }

  sealBytes(address: RecordAddress, bytes: Uint8Array): Buffer {
    if (this.#keys.plain) return plainRecord(address, bytes);
    const { id, key } = this.#keys.current('records');
    const header = Buffer.alloc(HEADER);
    header.writeUInt8(VERSION, 0);
    header.writeUInt32BE(id, 1);
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
    cipher.setAAD(associatedData(header, address));
    return Buffer.concat([header, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws FORMAT_NEWER for a version this app does not know, STORAGE_FAILED for anything that does not fit. */
  openBytes(address: RecordAddress, sealed: Uint8Array): Buffer {
    const record = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (this.#keys.plain) return openPlain(address, record);
    // One that was put here to be believed: nothing vouches for it.
    if (record.length > 0 && record.readUInt8(0) === PLAIN) throw damaged(address);
    if (record.length > 0 && record.readUInt8(0) > VERSION) throw newerFormat(address.collection);
    if (record.length < HEADER + NONCE + TAG || record.readUInt8(0) !== VERSION) throw damaged(address);
    const header = record.subarray(0, HEADER);
    const key = this.#keys.find(header.readUInt32BE(1), 'records');
    if (key === undefined) throw damaged(address);
    const nonce = record.subarray(HEADER, HEADER + NONCE);
    const decipher = createDecipheriv('aes-256-gcm', key.key, nonce, { authTagLength: TAG });
    decipher.setAAD(associatedData(header, address));
    decipher.setAuthTag(record.subarray(record.length - TAG));
    try {
      return Buffer.concat([
        decipher.update(record.subarray(HEADER + NONCE, record.length - TAG)),
        decipher.final(),
      ]);
    } catch (cause) {
      throw damaged(address, cause);
    }
  }

  /** Seals a JSON value. */
  seal(address: RecordAddress, value: unknown): Buffer {
    return this.sealBytes(address, Buffer.from(JSON.stringify(value), 'utf8'));
  }

  open(address: RecordAddress, sealed: Uint8Array): unknown {
    return JSON.parse(this.openBytes(address, sealed).toString('utf8'));
  }

  /** The id under which a resource is stored: the same on every scan, not guessable without the index key. */
  resourceId(native: NativeAddress): string {
    const { partition, accountId, region, resourceType, idType = resourceType, nativeId } = native;
    const fields = ['cloudops resource id', partition, accountId, region, idType, nativeId];
    return toUuid8(this.#indexMac(fields));
  }

  /** Stands for a value in a filter without showing it: 128 bits, base64url. Equal values of a field are equal. */
  token(field: string, value: string): string {
    return this.#indexMac(['cloudops token', field, value]).subarray(0, 16).toString('base64url');
  }

  #indexMac(fields: string[]): Buffer {
    return createHmac('sha256', (this.#indexKey ?? this.#keys.current('index')).key)
      .update(encodeFields(fields))
      .digest();
  }
}

/** The id of the data key that sealed a record, by its header; null for what is too short to have one. */
export function sealedWith(sealed: Uint8Array): number | null {
  if (sealed.byteLength < HEADER) return null;
  return new DataView(sealed.buffer, sealed.byteOffset, HEADER).getUint32(1);
}

function plainRecord(address: RecordAddress, bytes: Uint8Array): Buffer {
  const header = Buffer.from([PLAIN]);
  return Buffer.concat([header, plainDigest(header, address, bytes), bytes]);
}

function openPlain(address: RecordAddress, record: Buffer): Buffer {
  const header = record.subarray(0, 1);
  const bytes = record.subarray(1 + DIGEST);
  if (record.length > 0 && record.readUInt8(0) > PLAIN) throw newerFormat(address.collection);
  if (record.length < 1 + DIGEST || record.readUInt8(0) !== PLAIN) throw damaged(address);
  if (!record.subarray(1, 1 + DIGEST).equals(plainDigest(header, address, bytes))) throw damaged(address);
  return Buffer.from(bytes);
}

function plainDigest(header: Uint8Array, address: RecordAddress, bytes: Uint8Array): Buffer {
  return createHash('sha256')
    .update(associatedData(header, address))
    .update(bytes)
    .digest()
    .subarray(0, DIGEST);
}

function associatedData(header: Uint8Array, address: RecordAddress): Buffer {
  return encodeFields([header, address.schema, address.collection, address.id, address.revision]);
}

/** RFC 9562 version 8: the first 128 bits, with the version and variant bits set. */
function toUuid8(mac: Buffer): string {
  const bytes = Buffer.from(mac.subarray(0, 16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** For a record, or the JSON inside one, of a later version than this app knows. */
export function newerFormat(collection: string): AppError {
  return new AppError(
    'FORMAT_NEWER',
    `The records of ${collection} were written by a newer version of this app. Nothing was changed. Update the app to open this workspace.`,
  );
}

function damaged(address: RecordAddress, cause?: unknown): AppError {
  return new AppError(
    'STORAGE_FAILED',
    `A record of ${address.collection} (${address.id}) is damaged or does not belong where it was found.`,
    { cause },
  );
}
