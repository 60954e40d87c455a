import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, nodeErrorCode } from '../../errors.ts';
import { asStorageError } from '../sqlite.ts';
import { newerBackup, notFound, sentence } from './errors.ts';
import { MANIFEST_LIMIT, parseManifest } from './manifest.ts';
import { manifestName } from './names.ts';
import type { BackupReader, ReadOptions, StoredObject } from './place.ts';

/**
 * One backup in one file, a stored format (docs/backup-format.md): magic, version, the length of the manifest,
 * the manifest, then its objects in its order. The manifest's sizes are the index.
 */
const MAGIC = Buffer.from('CLOUDOPS-EXPORT', 'ascii');
const VERSION = 1;
const HEADER = MAGIC.length + 1 + 4;

interface Slice {
  name: string;
  start: number;
  size: number;
}

/** Reads an exported file. */
export class FilePlace implements BackupReader {
  readonly kind = 'local';
  readonly label: string;
  readonly #file: string;
  #slices: Promise<Slice[]> | null = null;

  constructor(file: string) {
    this.#file = file;
    this.label = `the file ${file}`;
  }

  async list(options: { installId?: string | undefined } = {}): Promise<StoredObject[]> {
    const slices = await this.#index();
    return slices
      .filter(({ name }) => options.installId === undefined || name.startsWith(`${options.installId}/`))
      .map(({ name, size }) => ({ name, size }));
  }

  async *openObject(name: string, { offset = 0, signal }: ReadOptions = {}): AsyncGenerator<Buffer> {
    const slice = (await this.#index()).find((one) => one.name === name);
    if (slice === undefined) throw notFound(name, this.label);
    if (offset >= slice.size) return;
    const range = { start: slice.start + offset, end: slice.start + slice.size - 1 };
    try {
      for await (const bytes of createReadStream(this.#file, { ...range, signal })) yield bytes as Buffer;
    } catch (error) {
      signal?.throwIfAborted();
      throw unreadable(this.label, error);
    }
  }

  #index(): Promise<Slice[]> {
    this.#slices ??= readIndex(this.#file, this.label);
    return this.#slices;
  }
}

async function readIndex(file: string, label: string): Promise<Slice[]> {
  const found = await stat(file).catch((error: unknown) => {
    if (nodeErrorCode(error) === 'ENOENT')
      throw new AppError('BACKUP_NOT_FOUND', `${sentence(label)} does not exist.`);
    throw unreadable(label, error);
  });
  if (!found.isFile()) throw notExported(label);
  const { size } = found;
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw unreadable(label, error);
  });
  try {
    const header = (await handle.read(Buffer.alloc(HEADER), 0, HEADER, 0)).buffer;
    if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw notExported(label);
    const version = header.readUInt8(MAGIC.length);
    if (version > VERSION) throw newerBackup(sentence(label));
    const length = header.readUInt32BE(MAGIC.length + 1);
    if (version !== VERSION || length > MANIFEST_LIMIT || HEADER + length > size) {
      throw damagedFile(label, 'its beginning does not fit its length');
    }
    const manifest = (await handle.read(Buffer.alloc(length), 0, length, HEADER)).buffer;
    return slicesOf(manifest, size, label);
  } finally {
    await handle.close();
  }
}

function slicesOf(bytes: Buffer, fileSize: number, label: string): Slice[] {
  const name = nameOf(bytes, label);
  const { body } = parseManifest(bytes, name);
  const slices: Slice[] = [{ name, start: HEADER, size: bytes.length }];
  let start = HEADER + bytes.length;
  for (const object of body.objects) {
    slices.push({ name: object.name, start, size: object.size });
    start += object.size;
  }
  if (start === fileSize) return slices;
  const how = start > fileSize ? 'cut off' : 'followed by something that does not belong to it';
  throw new AppError(
    'BACKUP_DAMAGED',
    `${sentence(label)} is ${how}: it has ${fileSize} bytes instead of ${start}. Nothing was changed. Use another copy.`,
  );
}

/** The manifest names itself; `parseManifest` then holds it to that. */
function nameOf(bytes: Buffer, label: string): string {
  try {
    const { installId, backupId } = JSON.parse(bytes.toString('utf8', 0, Math.max(0, bytes.indexOf(0x0a))));
    return manifestName(String(installId), String(backupId));
  } catch {
    throw damagedFile(label, 'its manifest cannot be read');
  }
}

/** Writes one backup of `from` as a file: whole and durable, or (error, abort) not there. */
export async function writeExportFile(
  file: string,
  from: BackupReader,
  backup: { manifest: Buffer; objects: { name: string; size: number }[] },
  options: { signal: AbortSignal; onProgress(bytes: number): void },
): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.tmp`);
  const { signal, onProgress } = options;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      const header = Buffer.alloc(HEADER);
      MAGIC.copy(header);
      header.writeUInt8(VERSION, MAGIC.length);
      header.writeUInt32BE(backup.manifest.length, MAGIC.length + 1);
      await handle.write(header);
      await handle.write(backup.manifest);
      let written = 0;
      for (const { name } of backup.objects) {
        for await (const bytes of from.openObject(name, { signal })) {
          signal.throwIfAborted();
          await handle.write(bytes);
          written += bytes.length;
          onProgress(written);
        }
      }
      signal.throwIfAborted();
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error instanceof AppError ? error : asStorageError(error);
  }
}

function notExported(label: string): AppError {
  const words = `${sentence(label)} is not a backup exported by this app. Choose another file.`;
  return new AppError('BACKUP_DAMAGED', words);
}

function damagedFile(label: string, what: string): AppError {
  return new AppError(
    'BACKUP_DAMAGED',
    `${sentence(label)} is damaged: ${what}. Nothing was changed. Use another copy.`,
  );
}

function unreadable(label: string, error: unknown): AppError {
  const code = nodeErrorCode(error) ?? 'unknown';
  return new AppError(
    'BACKUP_PLACE',
    `${sentence(label)} could not be read (${code}). Check that it is there and may be read.`,
    {
      cause: error,
    },
  );
}
