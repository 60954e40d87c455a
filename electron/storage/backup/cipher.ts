import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { z } from 'zod';
import { BACKUP_PARTS } from '../../../preload/contract/models.ts';
import type { Keyring } from '../keys/keyring.ts';
import { damagedObject, newerBackup } from './errors.ts';

/**
 * The encryption of a snapshot object, a stored format (docs/backup-format.md). A header, then chunks of
 * AES-256-GCM under a key of this object alone; each is bound to the header, to its index and to whether it is
 * the last, so that nothing can be cut off, moved, doubled, added or taken from another object.
 */
const MAGIC = Buffer.from('CLOUDOPS', 'ascii');
const VERSION = 1;
const FIXED = 51;
const SALT = 32;
const TAG = 16;
/** Bytes of plaintext in every chunk but the last. */
export const CHUNK = 262_144;
const MIN_CHUNK = 65_536;
const MAX_CHUNK = 1_048_576;
const MAX_CONTEXT = 4_096;

/** What an object is of: readable without a key, authenticated by every chunk. */
export const ObjectContext = z.strictObject({
  installId: z.string(),
  backupId: z.string(),
  part: z.enum(BACKUP_PARTS),
});
export type ObjectContext = z.infer<typeof ObjectContext>;

interface Header {
  bytes: Buffer;
  keyId: number;
  chunk: number;
  salt: Buffer;
  context: ObjectContext;
}

/** Encrypts a stream under the current backup key. `salt` is injected by known-answer tests only. */
export async function* sealObject(
  keys: Keyring,
  context: ObjectContext,
  plain: AsyncIterable<Buffer>,
  options: { salt?: Buffer } = {},
): AsyncGenerator<Buffer> {
  const { id, key } = keys.current('backup');
  const header = encodeHeader(id, options.salt ?? randomBytes(SALT), context);
  yield header.bytes;
  const seal = chunkKey(key, header);
  let index = 0;
  for await (const { bytes, last } of blocks(plain, CHUNK)) {
    const { nonce, bound } = chunkPlace(seal.hash, index, last);
    const cipher = createCipheriv('aes-256-gcm', seal.key, nonce, { authTagLength: TAG });
    cipher.setAAD(bound);
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    index += 1;
  }
}

/**
 * The plaintext of an object, chunk by chunk, each handed out only once it is authenticated; the whole is
 * proved only when the stream ends. Throws BACKUP_DAMAGED (with `chunk` in the details) or FORMAT_NEWER.
 */
export async function* openObject(
  keys: Keyring,
  expected: ObjectContext,
  name: string,
  sealed: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const source = new ByteReader(sealed);
  try {
    const header = await readHeader(source, name);
    if (JSON.stringify(header.context) !== JSON.stringify(expected)) {
      throw damagedObject(name, `it belongs to another place (${describe(header.context)})`);
    }
    const dataKey = keys.find(header.keyId, 'backup');
    if (dataKey === undefined) throw damagedObject(name, 'it names a key that this backup does not have');
    const seal = chunkKey(dataKey.key, header);
    let index = 0;
    for await (const { bytes, last } of blocks(source.rest(), header.chunk + TAG)) {
      yield openChunk(seal, { name, bytes, index, last });
      index += 1;
    }
  } finally {
    await source.close();
  }
}

function openChunk(
  seal: { key: Buffer; hash: Buffer },
  chunk: { name: string; bytes: Buffer; index: number; last: boolean },
): Buffer {
  const { name, bytes, index, last } = chunk;
  const at = `chunk ${index}${last ? ', the last one found,' : ''}`;
  if (bytes.length < TAG) throw damagedObject(name, `${at} is cut off`, { chunk: String(index) });
  const { nonce, bound } = chunkPlace(seal.hash, index, last);
  const decipher = createDecipheriv('aes-256-gcm', seal.key, nonce, { authTagLength: TAG });
  decipher.setAAD(bound);
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - TAG)), decipher.final()]);
  } catch {
    throw damagedObject(name, `${at} is not what was written there`, { chunk: String(index) });
  }
}

function encodeHeader(keyId: number, salt: Buffer, context: ObjectContext): Header {
  const { installId, backupId, part } = context;
  const json = Buffer.from(JSON.stringify({ installId, backupId, part }), 'utf8');
  const bytes = Buffer.alloc(FIXED + json.length);
  MAGIC.copy(bytes, 0);
  bytes.writeUInt8(VERSION, 8);
  bytes.writeUInt32BE(keyId, 9);
  bytes.writeUInt32BE(CHUNK, 13);
  salt.copy(bytes, 17);
  bytes.writeUInt16BE(json.length, 49);
  json.copy(bytes, FIXED);
  return { bytes, keyId, chunk: CHUNK, salt, context };
}

async function readHeader(source: ByteReader, name: string): Promise<Header> {
  const fixed = await source.take(FIXED);
  if (!fixed.subarray(0, 8).equals(MAGIC)) throw damagedObject(name, 'it does not begin like a snapshot');
  if (fixed.length > 8 && fixed.readUInt8(8) > VERSION) throw newerBackup(name);
  if (fixed.length < FIXED || fixed.readUInt8(8) !== VERSION)
    throw damagedObject(name, 'its header is cut off');
  const chunk = fixed.readUInt32BE(13);
  const length = fixed.readUInt16BE(49);
  if (chunk < MIN_CHUNK || chunk > MAX_CHUNK || length > MAX_CONTEXT) {
    throw damagedObject(name, 'its header has impossible sizes');
  }
  const json = await source.take(length);
  return {
    bytes: Buffer.concat([fixed, json]),
    keyId: fixed.readUInt32BE(9),
    chunk,
    salt: fixed.subarray(17, 17 + SALT),
    context: parseContext(json, name),
  };
}

function parseContext(json: Buffer, name: string): ObjectContext {
  try {
    return ObjectContext.parse(JSON.parse(json.toString('utf8')));
  } catch {
    throw damagedObject(name, 'its header does not say what it is of');
  }
}

function describe({ part, installId, backupId }: ObjectContext): string {
  return `${part} of ${installId}, ${backupId}`;
}

function chunkKey(dataKey: KeyObject, header: Header): { key: Buffer; hash: Buffer } {
  const key = hkdfSync('sha256', dataKey, header.salt, 'cloudops/backup/object/1', 32);
  return { key: Buffer.from(key), hash: createHash('sha256').update(header.bytes).digest() };
}

/** nonce = 7 zero bytes | index (uint32) | last; associated data = header hash | index | last. */
function chunkPlace(headerHash: Buffer, index: number, last: boolean): { nonce: Buffer; bound: Buffer } {
  const place = Buffer.alloc(5);
  place.writeUInt32BE(index, 0);
  place.writeUInt8(last ? 1 : 0, 4);
  return { nonce: Buffer.concat([Buffer.alloc(7), place]), bound: Buffer.concat([headerHash, place]) };
}

/**
 * The stream in blocks of exactly `size` bytes and a last one of at most that; the last is empty only when
 * the whole stream is.
 */
async function* blocks(
  source: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    held.push(piece);
    length += piece.length;
    if (length <= size) continue;
    let joined = Buffer.concat(held, length);
    // More than one block's worth: what follows shows that these are not the last.
    while (joined.length > size) {
      yield { bytes: joined.subarray(0, size), last: false };
      joined = joined.subarray(size);
    }
    held = [joined];
    length = joined.length;
  }
  yield { bytes: Buffer.concat(held, length), last: true };
}

/** Reads a few bytes from the front of a stream, then hands out the rest. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #held = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Fewer bytes only where the stream ends. */
  async take(count: number): Promise<Buffer> {
    while (this.#held.length < count) {
      const next = await this.#source.next();
      if (next.done) break;
      this.#held = Buffer.concat([this.#held, next.value]);
    }
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async *rest(): AsyncGenerator<Buffer> {
    if (this.#held.length > 0) yield this.#held;
    for (;;) {
      const next = await this.#source.next();
      if (next.done) return;
      yield next.value;
    }
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
